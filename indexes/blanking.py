"""Blanks what Chroma's vector files hold beyond their vectors: memory of the process, with whatever was in it before."""

import struct
from pathlib import Path

_HEADER = "header.bin"
_VERSION = 1
_FIELDS = struct.Struct("<i4Q")


def blank_unused(store: Path) -> None:
    """Fill the room for vectors that are not there with zeros, in a store that nobody has open.

    The engine (hnswlib, as Chroma keeps it) writes its whole memory for a number of vectors, used or not, and asks for it
    uncleared. Its header gives, after the version: an offset, the places there are, those that are used, and the bytes of
    one place. Files of another form are left as they are.
    """
    for header in store.glob(f"*/{_HEADER}"):
        content = header.read_bytes()
        if len(content) < _FIELDS.size:
            continue
        version, _, places, used, size = _FIELDS.unpack(content[: _FIELDS.size])
        if version != _VERSION or used > places:
            continue
        for name, bytes_each in (("data_level0.bin", size), ("length.bin", 4)):
            _blank(header.with_name(name), used * bytes_each, whole=places * bytes_each)


def _blank(path: Path, start: int, *, whole: int) -> None:
    if not path.is_file() or path.stat().st_size != whole:
        return
    with path.open("r+b") as file:
        file.seek(start)
        left = whole - start
        while left:
            left -= file.write(bytes(min(left, 1 << 20)))
