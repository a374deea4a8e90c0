"""Gathers texts that questions are put to and makes articles of them, each text once."""

import hashlib
from typing import Any


class Passages:
    """The texts of a data set that has no articles; the same text has one id, whatever question it belongs to."""

    def __init__(self, prefix: str, *, title: str) -> None:
        """Ids begin with `prefix`; every article is given the same title, which tells nothing."""
        self._prefix = prefix
        self._title = title
        self._ids: dict[str, str] = {}

    def add(self, text: str) -> str:
        """The id of a text."""
        return self._ids.setdefault(text, f"{self._prefix}-{hashlib.sha256(text.encode()).hexdigest()[:12]}")

    @property
    def articles(self) -> tuple[dict[str, Any], ...]:
        """What was added, as records to be indexed, in the order of the first addition."""
        return tuple({"id": key, "title": self._title, "text": text} for text, key in self._ids.items())
