"""``quell protocols list / show / check``: rules as data, with where they come from and how sure that is."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from quell.catalogue import codes
from quell.errors import QuellError
from quell.protocol.pack import (
    CERTAINTIES,
    ConclusionRule,
    DutyRule,
    GroundRule,
    Pack,
    PackError,
    load,
    read,
    shipped,
)

_TIMES = {
    "en": {
        "days": "days {days} after {anchor} (day {zero})", "through": "through day {days} after {anchor} (day {zero})",
        "until": "until day {days} after {anchor} (day {zero}) begins", "stated": "as stated", "longest": "at most {length}",
        "closes": ", too late after {length}", "from": " after {anchor}", "occurred": "it happened",
        "last_exposure": "the last exposure", "first_exposure": "the first exposure", "rash_date": "the rash",
        "onset_date": "onset", "sampled_at": "the swab",
    },
    "zh": {
        "days": "{anchor}（第{zero}天）起第{days}天", "through": "至{anchor}（第{zero}天）起第{days}天结束",
        "until": "至{anchor}（第{zero}天）起第{days}天开始", "stated": "按所述时间", "longest": "最长 {length}",
        "closes": "，超过 {length} 即失效", "from": "（自{anchor}起）", "occurred": "发生",
        "last_exposure": "末次暴露", "first_exposure": "首次暴露", "rash_date": "出疹", "onset_date": "发病", "sampled_at": "采样",
    },
}  # fmt: skip
_LONG = 72 * 60  # minutes; what is longer is told in days

protocols = typer.Typer(no_args_is_help=True, help="Protocol packs: list, show, check.")

Rule = ConclusionRule | DutyRule | GroundRule
LangOption = Annotated[str, typer.Option(help="en or zh.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print a summary for machines.")]
_LANGUAGES = ("en", "zh")
# The headings of the tables in Chinese; machines read the English ones.
_IN_CHINESE = {
    "pack": "规则包", "version": "版本", "disease": "疾病", "jurisdiction": "适用辖区", "effective_from": "生效日期",
    "title": "名称", "rules": "规则", "values": "参数", "sources": "来源", "rule": "规则", "is": "类别", "because": "理由",
    "when": "时限", "certainty": "可信度", "parameter": "参数", "value": "取值", "unit": "单位", "source": "来源",
    "document": "文件", "url": "网址", "note": "备注", "conclusion": "结论", "duty": "任务", "ground": "管控理由",
}  # fmt: skip


@protocols.command("list")
def list_(lang: LangOption = "en", as_json: JsonOption = False) -> None:
    """The packs that ship: which disease each is for, where, and from when on."""
    _known(lang)
    packs = [_head(pack, lang) for pack in shipped().values()]
    if as_json:
        _write(packs)
        return
    shown = ("pack", "version", "disease", "jurisdiction", "effective_from", "title")
    _table(Console(), "", [{name: pack[name] for name in shown} for pack in packs], lang)


@protocols.command()
def show(
    pack: Annotated[str, typer.Argument(help="A shipped pack, or a .toml file.", show_default=False)],
    beside: Annotated[
        str, typer.Option(help="Another pack: what each asks, rule beside rule.", show_default=False)
    ] = "",
    lang: LangOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Every rule of PACK with its source and how sure we are of it (P best, A assumed)."""
    _known(lang)
    found = _load(pack)
    if beside:
        other = _load(beside)
        rows = _side_by_side(found, other, lang)
        if as_json:
            _write({"packs": [_head(found, lang), _head(other, lang)], "rules": rows})
        else:
            _table(Console(), "", rows, lang)
        return
    rules = [_rule(found, rule, lang) for rule in _every(found)]
    parameters = [
        {
            "parameter": each.name,
            "title": each.title[lang],
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
            _head(found, lang)
            | {"notice": found.notice[lang], "rules": rules, "parameters": parameters, "sources": sources}
        )
        return
    console = Console()
    console.print(f"[bold]{found.title[lang]}[/bold] ({found.pack_id} {found.version})", highlight=False)
    console.print(found.notice[lang], highlight=False)
    grades = codes.all_lists()["certainty_grade"].codes
    used = sorted({each.certainty for each in found.sources.values()}, key=CERTAINTIES.index)
    console.print("; ".join(f"{letter}: {grades[letter].labels[lang]}" for letter in used), highlight=False)
    for title, rows in (("rules", rules), ("values", parameters), ("sources", sources)):
        _table(console, title, [_readable(found, row, lang) for row in rows], lang)


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


def _known(lang: str) -> None:
    if lang not in _LANGUAGES:
        raise typer.BadParameter(f"{lang!r} is none of {', '.join(_LANGUAGES)}", param_hint="--lang")


def _load(name: str) -> Pack:
    try:
        return load(name)
    except PackError as error:
        raise QuellError(str(error)) from error


def _every(pack: Pack) -> tuple[Rule, ...]:
    return (*pack.conclusions, *pack.duties, *pack.grounds.values())


def _head(pack: Pack, lang: str) -> dict[str, Any]:
    return {
        "pack": pack.pack_id,
        "version": pack.version,
        "disease": pack.disease,
        "jurisdiction": pack.jurisdiction,
        "effective_from": pack.effective_from.isoformat(),
        "title": pack.title[lang],
        "digest": pack.digest,
    }


def _rule(pack: Pack, rule: Rule, lang: str) -> dict[str, Any]:
    what = {ConclusionRule: "conclusion", DutyRule: "duty", GroundRule: "ground"}[type(rule)]
    return {
        "rule": rule.rule_id,
        "is": what,
        "title": rule.title[lang],
        "because": rule.because[lang],
        "when": _deadline(rule, lang),
        "certainty": pack.weakest(rule.sources),
        "sources": ", ".join(rule.sources),
    }


def _readable(pack: Pack, row: dict[str, Any], lang: str) -> dict[str, Any]:
    """A rule as people read it: what it is in their language, and each source with its own letter."""
    if "rule" not in row:
        return row
    lettered = (f"{source} ({pack.sources[source].certainty})" for source in row["sources"].split(", "))
    shown = row | {
        "is": _IN_CHINESE[row["is"]] if lang == "zh" else row["is"],
        "sources": ", ".join(lettered),
    }
    del shown["certainty"]
    return shown


def _side_by_side(one: Pack, other: Pack, lang: str) -> list[dict[str, Any]]:
    """What two packs ask, by the id of the rule and the name of the value; empty where one says nothing of it."""
    rows: dict[str, dict[str, Any]] = {}
    for pack in (one, other):
        said = {rule.rule_id: _in_short(pack, rule, lang) for rule in _every(pack)}
        for each in pack.parameters.values():
            letter = pack.sources[each.source].certainty
            said[each.name] = f"{each.title[lang]}: {each.value} {each.unit} ({letter})"
        for name, text in said.items():
            rows.setdefault(name, {"rule": name, one.pack_id: "", other.pack_id: ""})[pack.pack_id] = text
    return list(rows.values())


def _in_short(pack: Pack, rule: Rule, lang: str) -> str:
    when = _deadline(rule, lang)
    letters = "".join(dict.fromkeys(pack.sources[source].certainty for source in rule.sources))
    return rule.title[lang] + (f": {when}" if when else "") + f" ({letters})"


def _deadline(rule: Rule, lang: str) -> str:
    """The deadline or longest length of a rule, with what it counts from."""
    if isinstance(rule, ConclusionRule):
        return ""
    say = _TIMES[lang]
    span = rule.within if isinstance(rule, DutyRule) else rule.longest
    days = rule.days if isinstance(rule, DutyRule) else rule.longest_days
    if days is not None:
        numbers = days.numbers
        run = len(numbers) > 2 and numbers == tuple(range(numbers[0], numbers[-1] + 1))  # noqa: PLR2004
        listed = f"{numbers[0]}-{numbers[-1]}" if run else ", ".join(str(number) for number in numbers)
        form = say["days"] if isinstance(rule, DutyRule) else say[rule.end]
        return form.format(
            days=listed, anchor=say.get(days.anchor[0], days.anchor[0]), zero=days.anchor_is_day
        )
    if span is None:
        return say["stated"]
    if isinstance(rule, GroundRule):
        return say["longest"].format(length=_length(span))
    told = _length(span)
    if rule.closes not in {None, span}:
        told += say["closes"].format(length=_length(rule.closes or span))
    anchor = rule.anchor[0]
    return told + ("" if anchor == "occurred" else say["from"].format(anchor=say.get(anchor, anchor)))


def _length(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes > _LONG and minutes % (24 * 60) == 0:
        return f"{minutes // (24 * 60)} d"
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)


def _table(console: Console, title: str, rows: list[dict[str, Any]], lang: str) -> None:
    if not rows:
        return
    words = _IN_CHINESE if lang == "zh" else {}
    heading = f"\n{words.get(title, title)}" if title else None
    table = Table(title=heading, title_justify="left", box=None)
    for name in rows[0]:
        table.add_column(words.get(name, name), overflow="fold")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    console.print(table, highlight=False)


def _write(summary: Any) -> None:
    sys.stdout.write(msgspec.json.encode(summary).decode() + "\n")
