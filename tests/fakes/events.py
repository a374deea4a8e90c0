"""Reads server-sent events as a client does."""

import json
from collections.abc import Iterable, Iterator
from typing import Any


def read_events(lines: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Each event's name and data; a comment as `("", its text)`."""
    name = ""
    for line in lines:
        field, _, value = line.partition(": ")
        if line.startswith(":"):
            yield "", value
        elif field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)
