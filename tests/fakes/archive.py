"""A little invented archive, written as a file that `build_index` reads."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from indexes.settings import IndexSettings

RECORDS: tuple[Mapping[str, str], ...] = (
    {
        "id": "mill-1",
        "title": "Mill at Upper Tarn to close",
        "text": "The mill at Upper Tarn will close in May. “The river has beaten us,” owner Edda Crane said on Monday.",
        "outlet": "Tarn Post",
        "author": "Lise Holt",
        "published": "2031-03-02",
    },
    {
        "id": "mill-2",
        "title": "Union counts mill workers",
        "text": "The mill has 44 workers, the union said. “Nobody asked the village,” said baker Bram Oster.",
        "outlet": "Velle Courier",
        "author": "Nils Moe",
        "published": "2031-03-04T09:30:00Z",
    },
    {
        "id": "fair",
        "title": "Village fair draws crowds",
        "text": "The village fair drew 900 visitors on Saturday 🎪. Café tables stood in the rain. Every loaf was sold by noon.",
        "outlet": "Tarn Post",
        "author": "Ada Brun",
        "published": "2031-06-07",
    },
    {
        "id": "ferry",
        "title": "Ferry breaks down",
        "text": "The ferry to Sund broke down with 61 passengers on board. Nobody was hurt, said captain Jon Reke.",
    },
)
"""Three dated articles of two outlets, and one of which neither outlet nor day is known."""


def write_records(path: Path, records: Sequence[Mapping[str, object]] = RECORDS) -> Path:
    """The records as JSON Lines."""
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def settings_at(home: Path) -> IndexSettings:
    """Settings with a home of their own."""
    return IndexSettings(home=home)
