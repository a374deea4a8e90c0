"""Removes deleted articles from what is kept beside the builds: traces, pages of evaluations, and interrupted deletes."""

import json
import os
import sqlite3
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from contextlib import closing
from pathlib import Path

from indexes.errors import BuildFailed
from indexes.runs import repeats, runs_of

TRACES = "traces.sqlite"
"""Where the answering side keeps its traces below `DATELINE_HOME`: a table `traces (id, created, trace)` of JSON."""

EVALUATIONS = Path("evals") / "reports"
"""Where the reports of evaluations are below `DATELINE_HOME`: a folder for each suite and mode."""

_PENDING = "deleting.json"
_PATIENCE = 30.0


def forget_traces(home: Path, article_ids: Sequence[str], texts: Sequence[str] = ()) -> int:
    """Remove every trace that names one of the articles, also from the free pages of the file; how many there were.

    A question, and the earlier answers of its conversation, name no article: where they repeat some of the `texts` the trace
    goes too. A service may have the file open. Raises `BuildFailed` where it cannot be written.
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
            removed += _forget_repeating(connection, runs_of(texts))
            connection.execute("VACUUM")
    except sqlite3.Error as problem:
        if "no such table" in str(problem):
            return 0
        raise BuildFailed(
            f"the traces in {str(path)!r} cannot be written ({problem}); stop the service, then delete again"
        ) from problem
    return removed


def _forget_repeating(connection: sqlite3.Connection, runs: AbstractSet[str]) -> int:
    told = connection.execute("SELECT id, trace FROM traces") if runs else ()
    repeating = [(trace_id,) for trace_id, trace in told if repeats(json.loads(trace).get("question"), runs)]
    connection.executemany("DELETE FROM traces WHERE id = ?", repeating)
    return len(repeating)


def forget_evaluations(home: Path) -> None:
    """Remove what evaluations of the current index kept of its words: the pages of the suite `own`, and runs under way.

    Numbers, ids and offsets (`report.json`) stay. Raises `BuildFailed` where a file cannot be removed.
    """
    told = (
        *(home / EVALUATIONS).glob("own-*/report.html"),
        *(home / EVALUATIONS.parent / "unfinished").glob("*.jsonl"),
    )
    try:
        for path in told:
            path.unlink(missing_ok=True)
    except OSError as problem:
        raise BuildFailed(
            f"{problem.filename!r} cannot be removed ({problem.strerror}); mend that, then delete again"
        ) from problem


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
