"""The parts of a zip file, looked at before anything unpacks it: how large they say they are, and how large they become.

A part that unpacks to more than it says, or all together to more than the bound, is refused while it is being read, a
megabyte at a time, so that a small file cannot fill the memory.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from quell.exchange.problems import FileRefused

LARGEST_UNPACKED = 300 * 1024 * 1024
MOST_PARTS = 5_000
_PIECE = 1024 * 1024
_LOCAL_HEADER = struct.Struct("<4s22xHH")


class Archive:
    """A zip file of which every part was found to be as large as it says, and not too large."""

    def __init__(self, data: bytes, filename: str) -> None:
        """Raises FileRefused where it is damaged, encrypted, or unpacks to too much."""
        self.data, self.filename = data, filename
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as opened:
                self.parts = {part.filename: part for part in opened.infolist()}
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
            raise FileRefused(
                f"{filename} is damaged or cut off ({error}); get it anew from where it came"
            ) from error
        if len(self.parts) > MOST_PARTS:
            raise self._too_much(f"{len(self.parts):,} parts")
        declared = sum(part.file_size for part in self.parts.values())
        if declared > LARGEST_UNPACKED:
            raise self._too_much(f"{declared / 1e6:,.0f} MB")
        total = 0
        for name in self.parts:
            for piece in self.pieces(name):
                total += len(piece)
                if total > LARGEST_UNPACKED:
                    raise self._too_much("more than it says")

    def pieces(self, name: str) -> Iterator[bytes]:
        """A part's content, piece by piece; raises FileRefused where it is not as it says."""
        part = self.parts[name]
        if part.flag_bits & 1:
            raise FileRefused(f"{self.filename} is protected by a password; save it without one")
        start = part.header_offset
        head = self.data[start : start + _LOCAL_HEADER.size]
        if len(head) < _LOCAL_HEADER.size or not head.startswith(b"PK\x03\x04"):
            raise FileRefused(f"{self.filename} is damaged or cut off; get it anew from where it came")
        _, name_length, extra_length = _LOCAL_HEADER.unpack(head)
        begins = start + _LOCAL_HEADER.size + name_length + extra_length
        packed = self.data[begins : begins + part.compress_size]
        if part.compress_type == zipfile.ZIP_STORED:
            yield packed
            return
        if part.compress_type != zipfile.ZIP_DEFLATED:
            raise FileRefused(f"{self.filename} is packed in an unusual way; save it anew as .xlsx")
        unpacking = zlib.decompressobj(-15)
        size = 0
        try:
            while packed:
                piece = unpacking.decompress(packed, _PIECE)
                size += len(piece)
                if size > part.file_size:
                    raise self._too_much("more than it says")
                if not piece and unpacking.eof:
                    break
                yield piece
                packed = unpacking.unconsumed_tail
        except zlib.error as error:
            raise FileRefused(
                f"{self.filename} is damaged ({error}); get it anew from where it came"
            ) from error
        if size != part.file_size:
            raise FileRefused(f"{self.filename} is damaged or cut off; get it anew from where it came")

    def _too_much(self, what: str) -> FileRefused:
        return FileRefused(
            f"{self.filename} unpacks to {what}; at most {LARGEST_UNPACKED // 1024**2} MB and {MOST_PARTS:,} parts are "
            "unpacked. If it is a real workbook, save the sheets that are needed as CSV"
        )
