"""Reads `.txt`: one article a file, its headline the first line."""

from collections.abc import Iterator

from indexes.readers.decoding import decode
from indexes.readers.drafts import Draft, Reading


def read_plain_text(content: bytes) -> Iterator[Reading]:
    """The one article of a text file. Raises `UnreadableSource`."""
    yield Draft(text=decode(content))
