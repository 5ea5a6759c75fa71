"""Facts out of one ledger and into another: the same registry, and nothing changes the second time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.outbreak_stories import NOW, a_few_days, adopt_pack, registry
from quell.errors import QuellError
from quell.ledger.interchange import export_ledger, import_ledger
from quell.ledger.record import record
from quell.ledger.seal import seal_all
from quell.ledger.verify import verify
from quell.site.roles import Connections


def test_an_export_taken_into_an_empty_ledger_gives_the_same_registry(
    fresh: Callable[[], Connections], tmp_path: Path
) -> None:
    first = fresh()
    adopt_pack()
    facts = a_few_days()
    record(facts[:10], by="one", now=NOW)
    record(facts[10:], by="two", now=NOW)
    seal_all(now=NOW)
    file = tmp_path / "ledger.jsonl"
    assert export_ledger(file).facts == len(facts)
    before = registry(first)

    second = fresh()
    assert import_ledger(file).new == len(facts)
    assert import_ledger(file).new == 0
    seal_all(now=NOW)
    assert registry(second) == before
    assert verify().good


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("not json\n", "line 1"),
        ('{"format": "something else"}\n', "line 1"),
        ('{"format": "quell ledger", "version": 1}\n{"kind": "tube.exploded", "body": {}}\n', "line 2"),
    ],
)
def test_a_file_that_is_not_an_export_is_refused_whole(
    database: Connections, tmp_path: Path, text: str, says: str
) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(QuellError, match=says):
        import_ledger(file)
    assert registry(database)["subject"] == []
