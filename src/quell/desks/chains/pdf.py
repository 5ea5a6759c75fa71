"""The picture as a PDF. The browser drew it; the server takes nothing of it on trust.

Only shapes and words of the few kinds that our own drawing writes go on: no script, no style sheet, no reference to
anything, inside or outside. What is left is written anew and handed to vl-convert, which draws it with the fonts of
this machine and asks nobody (a Chinese picture needs a Chinese font installed, such as fonts-noto-cjk).
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET
from xml.parsers import expat

from quell.errors import QuellError

LARGEST = 12 * 1024 * 1024
_MOST_ELEMENTS = 200_000
_SVG = "http://www.w3.org/2000/svg"
# What our own drawing writes (static/chainview/svg.js), and nothing else.
_ELEMENTS = {
    "svg": {"width", "height", "viewBox", "font-family", "font-size"},
    "g": {"opacity", "fill", "stroke", "stroke-width", "stroke-dasharray", "font-family", "font-size", "font-weight",
          "text-anchor", "transform", "stroke-linecap", "stroke-linejoin"},
    "path": {"d", "fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "transform", "stroke-linecap",
             "stroke-linejoin"},
    "rect": {"x", "y", "width", "height", "rx", "fill", "stroke", "stroke-width", "opacity"},
    "text": {"x", "y", "fill", "font-size", "font-weight", "text-anchor", "opacity", "stroke", "stroke-width",
             "stroke-linejoin", "paint-order"},
    "title": set(),
    "desc": set(),
}  # fmt: skip
_PLAIN = re.compile(r"[\w\s.,#%()+\-:;'\"/]*", re.UNICODE)
_REFERENCE = re.compile(r"url|href|data:|javascript|@|//", re.IGNORECASE)


class PictureRefused(QuellError):  # noqa: N818 - a refusal is an answer, and reads as one
    """What came is not a picture of ours; says what was wrong."""


def pdf_of(svg: bytes) -> bytes:
    """The picture as a PDF; raises PictureRefused when it is too large or holds what our drawing never writes."""
    import vl_convert

    try:
        made = vl_convert.svg_to_pdf(cleaned(svg))
    except ValueError as error:
        raise PictureRefused(f"the picture could not be turned into a PDF: {error}") from error
    return bytes(made)


def cleaned(svg: bytes) -> str:
    """The same picture, written anew from the elements and attributes that are allowed.

    Raises PictureRefused for anything else, for a document type, and beyond the limits above.
    """
    if len(svg) > LARGEST:
        raise PictureRefused(f"the picture has {len(svg)} bytes; {LARGEST} are allowed")
    return ET.tostring(_Reader().read(svg), encoding="unicode")


class _Reader:
    """Builds the clean tree while reading, so that nothing forbidden is ever held."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.EntityDeclHandler = self._doctype
        self._parser.ProcessingInstructionHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.buffer_text = True
        self._builder = ET.TreeBuilder()
        self._count = 0
        self._depth = 0

    def read(self, svg: bytes) -> ET.Element:
        """The clean tree."""
        try:
            self._parser.Parse(svg, True)
        except expat.ExpatError as error:
            raise PictureRefused(f"the picture is not well-formed: {error}") from error
        return self._builder.close()

    def _doctype(self, *_: object) -> None:
        raise PictureRefused(
            "the picture declares a document type, an entity or an instruction; ours have none"
        )

    def _start(self, name: str, given: dict[str, str]) -> None:
        space, _, tag = name.rpartition(" ")
        self._count += 1
        if space != _SVG or tag not in _ELEMENTS or (tag == "svg") != (self._depth == 0):
            raise PictureRefused(f"the picture holds <{tag}>, which ours never do there")
        if self._count > _MOST_ELEMENTS:
            raise PictureRefused(f"the picture has more than {_MOST_ELEMENTS} elements")
        for attribute, value in given.items():
            allowed = attribute in _ELEMENTS[tag]
            if not allowed or not _PLAIN.fullmatch(value) or _REFERENCE.search(value):
                raise PictureRefused(
                    f"the picture has {attribute}={value[:40]!r} on <{tag}>, which ours never do"
                )
        if self._depth == 0:
            given = {"xmlns": _SVG, **given}
        self._depth += 1
        self._builder.start(tag, given)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._builder.end(name.rpartition(" ")[2])

    def _text(self, text: str) -> None:
        self._builder.data(text)
