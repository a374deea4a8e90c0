"""Removes deleted articles from what is kept beside the builds: the traces of answers, and deletes that were interrupted."""

import json
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from indexes.errors import BuildFailed

TRACES = "traces.sqlite"
"""Where the answering side keeps its traces below `DATELINE_HOME`: a table `traces (id, created, trace)` of JSON."""

_PENDING = "deleting.json"
_PATIENCE = 30.0


def forget_traces(home: Path, article_ids: Sequence[str]) -> int:
    """Remove every trace that names one of the articles, also from the free pages of the file; how many there were.

    A service may have the file open. Raises `BuildFailed` where it cannot be written.
    """
    path = home / TRACES
    if not path.is_file():
        return 0
    named = [f'"article_id": {json.dumps(article_id)}' for article_id in article_ids]
    try:
        with closing(sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)) as connection:
            connection.execute("PRAGMA secure_delete = ON")
            removed = sum(
                connection.execute("DELETE FROM traces WHERE instr(trace, ?)", (name,)).rowcount for name in named
            )
            connection.execute("VACUUM")
    except sqlite3.Error as problem:
        if "no such table" in str(problem):
            return 0
        raise BuildFailed(
            f"the traces in {str(path)!r} cannot be written ({problem}); stop the service, then delete again"
        ) from problem
    return removed


def read_pending(home: Path) -> list[str]:
    """The articles whose deletion was begun and not finished."""
    try:
        return [str(one) for one in json.loads((home / _PENDING).read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return []


def write_pending(home: Path, article_ids: Sequence[str]) -> None:
    """Note what is about to be deleted, so that a delete that is killed is finished by whoever comes next."""
    beside = home / f".{_PENDING}"
    with beside.open("w", encoding="utf-8") as stream:
        json.dump(list(article_ids), stream)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(home / _PENDING)


def clear_pending(home: Path) -> None:
    """Nothing is left to delete."""
    (home / _PENDING).unlink(missing_ok=True)
