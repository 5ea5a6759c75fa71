"""``quell protocols list / show / check``: rules as data, with where they come from and how sure that is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from quell.errors import QuellError
from quell.protocol.pack import ConclusionRule, DutyRule, GroundRule, Pack, PackError, load, read, shipped

protocols = typer.Typer(no_args_is_help=True, help="Protocol packs: list, show, check.")

JsonOption = Annotated[bool, typer.Option("--json", help="Print a summary for machines.")]
_LANGUAGES = ("en", "zh")


@protocols.command("list")
def list_(as_json: JsonOption = False) -> None:
    """The packs that ship, and what each is for."""
    packs = [_head(pack) for pack in shipped().values()]
    if as_json:
        _write(packs)
        return
    table = Table(box=None)
    for heading in ("pack", "version", "disease", "for", "in force from", "title"):
        table.add_column(heading)
    for pack in packs:
        table.add_row(
            *(
                str(pack[name])
                for name in ("pack", "version", "disease", "jurisdiction", "effective_from", "title")
            )
        )
    Console().print(table)


@protocols.command()
def show(
    pack: Annotated[str, typer.Argument(help="A shipped pack, or a .toml file.", show_default=False)],
    lang: Annotated[str, typer.Option(help="en or zh.")] = "en",
    as_json: JsonOption = False,
) -> None:
    """Every rule of PACK with its source and how sure we are of it (P best, A assumed)."""
    if lang not in _LANGUAGES:
        raise typer.BadParameter(f"{lang!r} is none of {', '.join(_LANGUAGES)}", param_hint="--lang")
    try:
        found = load(pack)
    except PackError as error:
        raise QuellError(str(error)) from error
    every: list[ConclusionRule | DutyRule | GroundRule] = [
        *found.conclusions,
        *found.duties,
        *found.grounds.values(),
    ]
    rules = [_rule(found, rule, lang) for rule in every]
    parameters = [
        {
            "parameter": each.name,
            "value": each.value,
            "unit": each.unit,
            "certainty": found.sources[each.source].certainty,
            "source": each.source,
        }
        for each in found.parameters.values()
    ]
    sources = [
        {
            "source": each.source_id,
            "certainty": each.certainty,
            "document": each.document,
            "url": each.url,
            "note": each.note,
        }
        for each in found.sources.values()
    ]
    if as_json:
        _write(
            _head(found)
            | {"notice": found.notice[lang], "rules": rules, "parameters": parameters, "sources": sources}
        )
        return
    console = Console()
    console.print(
        f"[bold]{found.title[lang]}[/bold] ({found.pack_id}, version {found.version})", highlight=False
    )
    console.print(found.notice[lang], highlight=False)
    for title, rows in (("rules", rules), ("values", parameters), ("sources", sources)):
        _table(console, title, rows)


@protocols.command()
def check(
    file: Annotated[Path, typer.Argument(help="A pack as a .toml file.", show_default=False)],
    as_json: JsonOption = False,
) -> None:
    """Read FILE as a pack and say every fault; exits 1 when there are any."""
    try:
        found: Pack | None = read(file.read_text(encoding="utf-8"), str(file))
        faults: list[str] = []
    except PackError as error:
        found, faults = None, error.faults
    except (OSError, UnicodeDecodeError) as error:
        found, faults = None, [f"{file}: cannot be read: {error}"]
    if as_json:
        _write({"file": str(file), "good": found is not None, "faults": faults})
    elif found is not None:
        Console().print(
            f"{file}: good; {len(found.conclusions)} conclusions, {len(found.duties)} duties, {len(found.grounds)} grounds",
            highlight=False,
        )
    else:
        for fault in faults:
            Console().print(fault, highlight=False, markup=False, soft_wrap=True)
    if faults:
        raise typer.Exit(1)


def _head(pack: Pack) -> dict[str, Any]:
    return {
        "pack": pack.pack_id,
        "version": pack.version,
        "disease": pack.disease,
        "jurisdiction": pack.jurisdiction,
        "effective_from": pack.effective_from.isoformat(),
        "title": pack.title["en"],
        "digest": pack.digest,
    }


def _rule(pack: Pack, rule: ConclusionRule | DutyRule | GroundRule, lang: str) -> dict[str, Any]:
    what = {ConclusionRule: "conclusion", DutyRule: "duty", GroundRule: "ground"}[type(rule)]
    return {
        "rule": rule.rule_id,
        "is": what,
        "title": rule.title[lang],
        "because": rule.because[lang],
        "when": _deadline(rule),
        "certainty": pack.weakest(rule.sources),
        "sources": ", ".join(rule.sources),
    }


def _deadline(rule: ConclusionRule | DutyRule | GroundRule) -> str:
    if isinstance(rule, ConclusionRule):
        return ""
    span = rule.within if isinstance(rule, DutyRule) else rule.longest
    days = rule.days if isinstance(rule, DutyRule) else rule.longest_days
    if span is not None:
        hours, rest = divmod(int(span.total_seconds() // 60), 60)
        return " ".join(
            part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part
        )
    if days is not None:
        return f"days {', '.join(str(number) for number in days.numbers)}"
    return "as stated"


def _table(console: Console, title: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    table = Table(title=f"\n{title}", title_justify="left", box=None)
    for heading in rows[0]:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    console.print(table, highlight=False)


def _write(summary: Any) -> None:
    sys.stdout.write(msgspec.json.encode(summary).decode() + "\n")
