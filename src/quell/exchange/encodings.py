"""Which encoding a text is in: UTF-8, UTF-16 where it says so, GB 18030 where that makes sense, else it is asked.

Western text of one byte a letter (latin-1, cp1252) cannot be told from others of its kind, so it is never guessed:
the message shows how the first such line would read and asks for ``--encoding``. A file of which some lines are
written otherwise than the rest is read, and those lines carry their bytes as surrogates, for the reader to set aside.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

from quell.exchange.problems import FileRefused

# Of the characters beyond ASCII, this share must be among the common ones for a text to be taken as Chinese.
_SENSIBLE = 0.9
_ADVICE = "save it as CSV in UTF-8"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_OFFERED = ("cp1252", "cp1251", "cp1256", "cp949", "shift_jis")


def decode(data: bytes, filename: str, encoding: str | None = None) -> str:
    """The text of a file; raises FileRefused where that cannot be said, or it is not text.

    encoding  a name that Python knows, where somebody said how the text is written
    """
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise FileRefused(
            f"{filename} is a workbook or an archive, not a table of text; {_ADVICE}, or call it .xlsx, .xls or .ods if it is one"
        )
    if encoding is not None:
        text = _as_said(data, filename, encoding)
    elif data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = _decoded(data, "utf-16") or ""
        if not text:
            raise FileRefused(f"{filename} begins as UTF-16 and is not; {_ADVICE}")
    else:
        whole = _decoded(data, "utf-8-sig")
        text = whole if whole is not None else _found(data, filename)
    strange = _CONTROL.search(text)
    if strange is not None:
        line = text.count("\n", 0, strange.start()) + 1
        raise FileRefused(
            f"{filename} is not text: line {line} holds the character U+{ord(strange[0]):04X}; {_ADVICE}",
            line,
        )
    return text


def _as_said(data: bytes, filename: str, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except LookupError as error:
        raise FileRefused(
            f"no encoding is called {encoding!r}; write for example utf-8, cp1252, gb18030"
        ) from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileRefused(
            f"{filename} is not written in {encoding}: line {line} cannot be read so", line
        ) from error
    return text.removeprefix("\ufeff")


def _found(data: bytes, filename: str) -> str:
    """The text of a file that is not UTF-8 from end to end."""
    lines = data.removeprefix(codecs.BOM_UTF8).split(b"\n")
    beyond = [place for place, line in enumerate(lines) if _BEYOND_ASCII.search(line)]
    western = {place for place in beyond if _decoded(lines[place], "utf-8") is not None}
    chinese = {place for place in beyond if _is_chinese(_decoded(lines[place], "gb18030"))}
    others = set(beyond) - western
    if len(western) > len(others) or (western and not others <= chinese):
        return "\n".join(_line(line, "utf-8" if place in western else "") for place, line in enumerate(lines))
    if others <= chinese and others:
        return "\n".join(
            _line(line, "gb18030" if place in chinese - western else "") for place, line in enumerate(lines)
        )
    whole = _decoded(data, "gb18030")
    if _is_chinese(whole):
        return whole or ""
    raise FileRefused(_question(lines, min(others), filename), min(others) + 1)


def _line(line: bytes, encoding: str) -> str:
    return line.decode(encoding) if encoding else line.decode("ascii", "surrogateescape")


def _question(lines: list[bytes], place: int, filename: str) -> str:
    told = []
    for encoding in _OFFERED:
        read = _decoded(lines[place], encoding)
        if read is not None and not _CONTROL.search(read.strip()):
            told.append(f"{encoding}: {read.strip()[:60]!r}")
    shown = "; ".join(told[:4])
    return (
        f"{filename} is neither UTF-8, UTF-16 nor GB 18030 text. Line {place + 1} would read, in {shown}. "
        f"Say which with --encoding, or {_ADVICE}"
        if shown
        else f"{filename} is neither UTF-8, UTF-16 nor GB 18030 text; {_ADVICE}"
    )


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_chinese(text: str | None) -> bool:
    """Almost any bytes are some GB 18030 text; only text of common characters is taken as such."""
    if text is None:
        return False
    beyond = [character for character in text if not character.isascii()]
    common = sum(_encodes(character, "gb2312") for character in beyond)
    assigned = all(unicodedata.category(character) not in {"Cn", "Co", "Cs"} for character in beyond)
    return assigned and common >= _SENSIBLE * len(beyond)


def _encodes(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
