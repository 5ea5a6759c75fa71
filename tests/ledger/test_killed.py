"""kill -9 of the writer and of the database in the middle of writing: the ledger comes back whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from quell.site import processes

HERE = Path(__file__).parent
TESTS = HERE.parent


def quell(home: Path, *arguments: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "quell", *arguments, "--json"],
        env={**os.environ, "QUELL_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    summary: dict[str, object] = json.loads(done.stdout)
    return summary


def test_every_acknowledged_fact_is_there_and_its_duties_with_it() -> None:
    with tempfile.TemporaryDirectory(prefix="quell-killed-", ignore_cleanup_errors=True) as folder:
        home = Path(folder) / "home"
        Path(folder).chmod(0o711)
        acknowledged = killed_while_writing(home)
        assert len(acknowledged) >= 100

        found = quell(home, "ledger", "verify")
        assert found["faults"] == []
        exported = home / "facts.jsonl"
        quell(home, "ledger", "export", str(exported))
        facts = exported.read_text(encoding="utf-8").count('"tube.sampled"')
        assert found["facts"] >= len(acknowledged) + 1  # type: ignore[operator]
        assert 2 * facts + 1 == found["facts"]  # both facts of a call, or neither
        assert quell(home, "ledger", "rebuild")["same"] is True


def killed_while_writing(home: Path) -> list[str]:
    """Let a writer write until it has acknowledged 50 calls, then kill it and the whole server at once."""
    writer = subprocess.Popen(
        [sys.executable, str(HERE / "writer_to_be_killed.py"), str(home)],
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        stdout=subprocess.PIPE,
        text=True,
    )
    acknowledged: list[str] = []
    with writer:
        assert writer.stdout
        postmaster = int(writer.stdout.readline().split()[1])
        for line in writer.stdout:
            acknowledged.extend(line.split())
            if len(acknowledged) >= 100:
                break
        children = subprocess.run(
            ["pgrep", "-P", str(postmaster)], capture_output=True, text=True, check=False
        )
        writer.kill()
        for pid in [str(postmaster), *children.stdout.split()]:
            subprocess.run(["kill", "-9", pid], check=False)
        acknowledged.extend(fact for line in writer.stdout for fact in line.split())
    assert processes.wait_until(lambda: not processes.is_alive(postmaster), 5)
    return acknowledged
