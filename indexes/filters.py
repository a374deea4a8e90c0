"""Turns filters into a condition of SQL on the articles table (alias `a`)."""

import json
import unicodedata
from collections.abc import Iterable

from indexes.types import Filters


def where(filters: Filters, *, days: bool = True) -> tuple[str, list[object]]:
    """The condition and its values; `days=False` leaves the days out. Always true where nothing is restricted."""
    conditions = ["1"]
    values: list[object] = []
    for condition, wanted in (
        ("a.id IN (SELECT value FROM json_each(?))", filters.article_ids),
        ("a.outlet_key IN (SELECT value FROM json_each(?))", [name_key(name) for name in filters.outlets]),
        (
            "a.row IN (SELECT article FROM authors WHERE author_key IN (SELECT value FROM json_each(?)))",
            [name_key(name) for name in filters.authors],
        ),
    ):
        if wanted:
            conditions.append(condition)
            values.append(_listed(wanted))
    if days and filters.published_from is not None:
        conditions.append("a.day >= ?")
        values.append(filters.published_from.isoformat())
    if days and filters.published_to is not None:
        conditions.append("a.day <= ?")
        values.append(filters.published_to.isoformat())
    return " AND ".join(conditions), values


def name_key(name: str) -> str:
    """What names are compared by: whatever the case, the white space and the way accents are encoded."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def _listed(values: Iterable[str]) -> str:
    return json.dumps(list(values))
