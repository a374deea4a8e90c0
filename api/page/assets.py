"""Holds the files that pages load, in one table that is read once: nothing else below their address can be asked for."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

ADDRESS = "/page/static"
_MEDIA = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the pages."""

    content: bytes
    media_type: str


@cache
def read_assets() -> Mapping[str, Asset]:
    """The files by their names."""
    folder = files("api.page").joinpath("static")
    found = {}
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        media = _MEDIA.get(file.name.rpartition(".")[2])
        if media:
            found[file.name] = Asset(file.read_bytes(), f"{media}; charset=utf-8")
    return MappingProxyType(found)


@cache
def read_mark() -> str:
    """A mark that changes with any of the files; it is part of their addresses, so that they can be kept for ever."""
    digest = hashlib.sha256()
    for name, asset in read_assets().items():
        digest.update(f"{name}\0{len(asset.content)}\0".encode())
        digest.update(asset.content)
    return digest.hexdigest()[:16]


def address_of(name: str) -> str:
    """The address of a file that is there. Raises `KeyError` for another, when a template is written wrong."""
    read_assets()[name]
    return f"{ADDRESS}/{read_mark()}/{name}"
