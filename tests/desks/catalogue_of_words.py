"""The words on pages: found in templates and code, kept in django.po, compiled to django.mo.

Compile after editing the catalogue:  python tests/desks/catalogue_of_words.py
"""

from __future__ import annotations

import ast
import re
import struct
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "quell"
FOLDER = SOURCE / "locale" / "zh_Hans" / "LC_MESSAGES"
_CALLS = {"_", "gettext", "gettext_lazy", "ngettext"}
_TRANSLATE = re.compile(r"\{%\s*translate\s+(?:\"([^\"]*)\"|'([^']*)')")
_UNDERSCORED = re.compile(r"_\(\"([^\"]*)\"\)")
_BLOCK = re.compile(r"\{%\s*blocktranslate([^%]*)%\}(.*?)\{%\s*endblocktranslate\s*%\}", re.DOTALL)
_PLURAL = re.compile(r"\{%\s*plural\s*%\}")

Word = tuple[str, str]
Catalogue = dict[Word, str]


def used() -> set[Word]:
    """(msgid, msgid_plural or "") of everything that templates and code ask to have translated."""
    found: set[Word] = set()
    for template in SOURCE.rglob("templates/**/*.html"):
        found |= _in_template(template.read_text(encoding="utf-8"))
    for module in SOURCE.rglob("*.py"):
        found |= _in_code(module.read_text(encoding="utf-8"))
    return found


def _in_template(text: str) -> set[Word]:
    found = {(double or single, "") for double, single in _TRANSLATE.findall(text)}
    found |= {(each, "") for each in _UNDERSCORED.findall(text)}
    for _, inner in _BLOCK.findall(text):
        one, *many = (_percent(part) for part in _PLURAL.split(inner))
        found.add((one, many[0] if many else ""))
    return found


def _percent(text: str) -> str:
    return re.sub(r"\{\{\s*(\w+)\s*\}\}", r"%(\1)s", text.replace("%", "%%"))


def _in_code(text: str) -> set[Word]:
    found: set[Word] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
            words = [
                each.value
                for each in node.args
                if isinstance(each, ast.Constant) and isinstance(each.value, str)
            ]
            if words:
                found.add((words[0], words[1] if node.func.id == "ngettext" else ""))
    return found


def read_po(path: Path) -> Catalogue:
    """The entries of a .po file: plain msgid, msgid_plural, msgstr; one form of plural."""
    catalogue: Catalogue = {}
    for entry in path.read_text(encoding="utf-8").split("\n\n"):
        values: dict[str, str] = {}
        name = ""
        for line in entry.splitlines():
            keyed = re.match(r"(msgid|msgid_plural|msgstr(?:\[0\])?)\s+(\".*\")$", line)
            if keyed:
                name = keyed[1].removesuffix("[0]")
                values[name] = ast.literal_eval(keyed[2])
            elif line.startswith('"'):
                values[name] += ast.literal_eval(line)
        if "msgid" in values:
            catalogue[(values["msgid"], values.get("msgid_plural", ""))] = values["msgstr"]
    return catalogue


def compiled(catalogue: Catalogue) -> bytes:
    """The catalogue as a .mo file."""
    entries = sorted(
        ((f"{one}\0{many}" if many else one).encode(), text.encode())
        for (one, many), text in catalogue.items()
        if text
    )
    ids = b"".join(key + b"\0" for key, _ in entries)
    start = 28 + 16 * len(entries)
    table_of_ids, table_of_words, at, words_at = b"", b"", start, start + len(ids)
    for key, text in entries:
        table_of_ids += struct.pack("<II", len(key), at)
        table_of_words += struct.pack("<II", len(text), words_at)
        at += len(key) + 1
        words_at += len(text) + 1
    head = struct.pack("<7I", 0x950412DE, 0, len(entries), 28, 28 + 8 * len(entries), 0, 0)
    return head + table_of_ids + table_of_words + ids + b"".join(text + b"\0" for _, text in entries)


if __name__ == "__main__":
    known = read_po(FOLDER / "django.po")
    (FOLDER / "django.mo").write_bytes(compiled(known))
    missing = sorted(used() - known.keys())
    sys.stdout.write("".join(f"no Chinese for {word}\n" for word in missing))
    sys.exit(bool(missing))
