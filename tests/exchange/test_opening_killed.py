"""An opening that was killed in the middle and run again ends like one that was not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROWS = 300


def opener(home: Path, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(HERE / "opener_to_be_killed.py"), str(home), str(folder), str(home.parent)],
        stdout=subprocess.PIPE,
        text=True,
    )


def opened(home: Path, folder: Path) -> list[str]:
    """Open to the end; what the ledger then holds, without when and in which order it came in."""
    with opener(home, folder) as running:
        running.communicate()
    assert running.returncode == 0
    exported = home / "facts.jsonl"
    for arguments in (("ledger", "verify"), ("ledger", "rebuild"), ("ledger", "export", str(exported))):
        done = subprocess.run(
            [sys.executable, "-m", "quell", *arguments, "--json"],
            env={**os.environ, "QUELL_HOME": str(home)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
    told = (json.loads(line) for line in exported.read_text(encoding="utf-8").splitlines())
    return sorted(json.dumps([each["kind"], each["body"]]) for each in told if "kind" in each)


@pytest.mark.slow
def test_an_opening_that_was_killed_and_run_again_ends_the_same() -> None:
    with tempfile.TemporaryDirectory(prefix="quell-opening-", ignore_cleanup_errors=True) as temporary:
        place = Path(temporary)
        place.chmod(0o711)
        folder = place / "small"
        folder.mkdir()
        lines = "".join(
            f"{number},2022-07-0{number % 9 + 1},2022-07-1{number % 9}\n" for number in range(ROWS)
        )
        (folder / "linelist.csv").write_text(f"id,dt_onset,dt_report\n{lines}")
        (folder / "contacts.csv").write_text(
            "from,to\n" + "".join(f"{number},{number + 1}\n" for number in range(0, ROWS - 1, 2))
        )
        with opener(place / "killed", folder) as running:
            assert running.stdout is not None
            for line in running.stdout:
                done, total = (int(word) for word in line.split())
                if done > total // 3:
                    break
            assert done < total
            running.kill()
        whole = opened(place / "whole", folder)
        assert len(whole) > ROWS * 3
        assert opened(place / "killed", folder) == whole
