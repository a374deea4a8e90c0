"""Keeps an index for each data set under `DATELINE_HOME/evals/`; builds it again when what it rests on changed."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import indexes
from evals.suites.prints import fingerprint
from evals.types import SuiteData
from indexes.errors import IndexDamaged, IndexMismatch, IndexMissing
from indexes.settings import IndexSettings

STAMP = "evaluated.json"
ARTICLES = "articles.jsonl"
"""Where the texts of data that are no article files are written before they are indexed."""
Opened = TypeVar("Opened")


def suite_settings(data: SuiteData, settings: IndexSettings) -> IndexSettings:
    """The settings with a home of the suite's own, one for each place of data: builds never touch the current index."""
    encoder = settings.encoder_path.name if settings.encoder_path else settings.encoder
    plain = "".join(character if character.isalnum() or character in ".-_" else "-" for character in encoder)
    places = [str(path.resolve()) for path in data.sources] or [data.fingerprint]
    place = hashlib.sha256("\n".join(places).encode()).hexdigest()[:8]
    home = settings.home / "evals" / f"{data.suite}-{place}-{plain}"
    return settings.model_copy(update={"home": home, "keep_builds": 1})


def prepare_index(
    data: SuiteData,
    settings: IndexSettings,
    *,
    build: Callable[[IndexSettings], object],
    open_built: Callable[[IndexSettings], Opened],
) -> Opened:
    """The suite's index, opened; built first where it is missing, or was made of other data, settings or code.

    `settings` are those of `suite_settings`. A build in the same home encodes again only what changed.
    """
    stamp = {
        "data": data.fingerprint,
        "encoder": settings.encoder,
        "encoder_path": str(settings.encoder_path or ""),
        "code": fingerprint(Path(indexes.__file__).parent),
    }
    path = settings.home / STAMP
    if _read_stamp(path) == stamp:
        try:
            return open_built(settings)
        except (IndexMissing, IndexMismatch, IndexDamaged):
            path.unlink()
    settings.home.mkdir(parents=True, exist_ok=True)
    if data.articles:
        _write_articles(data, settings.home / ARTICLES)
    build(settings)
    path.write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")
    return open_built(settings)


def sources_of(data: SuiteData, settings: IndexSettings) -> tuple[Path, ...]:
    """The files and folders to index: the data's own, and the file of its articles where it has any."""
    return (*data.sources, settings.home / ARTICLES) if data.articles else data.sources


def _write_articles(data: SuiteData, path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        for record in data.articles:
            file.write(json.dumps(dict(record), ensure_ascii=False) + "\n")


def _read_stamp(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
