"""Records how each answer came about, so that it can be looked at and replayed later."""

import json
import logging
import secrets
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qa.askers import current_asker
from qa.evidence import Candidate
from qa.question import ReadQuestion
from qa.types import Answer, Question

_log = logging.getLogger("dateline.qa")
KEPT = 10_000
"""Traces that are kept; the oldest go first."""
_SWEEP = 100
_PATIENCE = 30.0


def new_trace_id() -> str:
    """`t_` and 24 hexadecimal digits that nobody can guess."""
    return f"t_{secrets.token_hex(12)}"


class Traces:
    """Traces in one SQLite file. Candidates are article ids and offsets; only claims may hold words of an article.

    Whatever a trace says of an article stands beside its `article_id`: a deleted article takes its traces with it.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False)
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS traces (id TEXT PRIMARY KEY, created TEXT NOT NULL, trace TEXT NOT NULL)"
        )
        self._connection.commit()
        self._since_sweep = 0

    def record(
        self,
        answer: Answer,
        question: Question,
        read: ReadQuestion,
        candidates: Mapping[str, Sequence[Candidate]],
    ) -> None:
        """Keep who asks, the question as asked and as understood, the candidates with their features, and the answer.

        Where the disk is full nothing is kept, and the log says so.
        """
        trace = {
            "asker": current_asker(),
            "question": asdict(question),
            "read": asdict(read),
            "passages": [
                {"id": hit.passage.id, "article_id": hit.passage.article_id, "score": hit.score}
                for hit in answer.passages
            ],
            "candidates": {
                part: [_candidate(candidate) for candidate in ranked] for part, ranked in candidates.items()
            },
            "status": answer.status,
            "reason_code": answer.reason_code,
            "claims": [asdict(claim) for claim in answer.claims],
            "citations": [_citation(citation) for citation in answer.citations],
            "score": answer.score,
            "dropped": answer.dropped,
            "index_build": answer.index_build,
            "model": answer.model,
            "timings_ms": dict(answer.timings_ms),
        }
        try:
            self._write(answer.trace_id, json.dumps(trace, default=str))
        except sqlite3.OperationalError as problem:  # a full disk: the answer is worth more than its record
            _log.warning("the trace of an answer is not kept: %s", problem)

    def _write(self, trace_id: str, trace: str) -> None:
        with self._lock, self._connection:
            self._connection.execute(
                "INSERT OR REPLACE INTO traces VALUES (?, ?, ?)",
                (trace_id, datetime.now(UTC).isoformat(timespec="milliseconds"), trace),
            )
            self._since_sweep += 1
            if self._since_sweep >= _SWEEP:
                self._since_sweep = 0
                self._connection.execute(
                    "DELETE FROM traces WHERE rowid <= (SELECT max(rowid) FROM traces) - ?", (KEPT,)
                )

    def find(self, trace_id: str) -> Mapping[str, Any] | None:
        """The trace of that id, or None."""
        with self._lock:
            row = self._connection.execute("SELECT trace FROM traces WHERE id = ?", (trace_id,)).fetchone()
        return json.loads(row[0]) if row else None

    def close(self) -> None:
        """Close the file. Calling it twice does nothing."""
        with self._lock:
            self._connection.close()


def read_trace(path: Path, trace_id: str) -> Mapping[str, Any] | None:
    """The trace of that id with its `id` and when it was `created`, or None; none is written where there is no file."""
    if not path.is_file():
        return None
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=_PATIENCE)) as connection:
        try:
            found = connection.execute("SELECT created, trace FROM traces WHERE id = ?", (trace_id,)).fetchone()
        except sqlite3.OperationalError as problem:
            if "no such table" in str(problem):
                return None
            raise
    return {**json.loads(found[1]), "id": trace_id, "created": found[0]} if found else None


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {
        "article_id": candidate.article.id,
        "start": candidate.start,
        "end": candidate.end,
        "speaker": candidate.speaker,
        "score": candidate.score,
        "features": candidate.features.vector(),
    }


def _citation(citation: Any) -> dict[str, Any]:  # noqa: ANN401 - a Citation, whose article is not copied
    return {"id": citation.id, "article_id": citation.article.id, "start": citation.start, "end": citation.end}
