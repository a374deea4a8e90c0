"""Finds the reports that evaluations left below `DATELINE_HOME`, and reads what a list of them shows."""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from indexes.forgetting import EVALUATIONS

DOCUMENT, PAGE = "report.json", "report.html"
MAIN = (
    *(
        "gold_quote_recall",
        "citation_validity",
        "citation_recall",
        "citation_precision",
        "article_recall",
        "answer_cited",
    ),
    *("exact_match", "token_f1", "refusal_recall", "false_refusal", "attribution_errors", "conflict_flagged"),
    *("any_hit@10", "fact_recall@10", "ndcg@10", "recall@10", "extraction_f1"),
)
"""The metrics that the list shows, where a report has them; the others are folded away."""

_NAME = re.compile(r"[a-z0-9_]+-[a-z]+", re.ASCII)
_LARGE = 10
_LARGEST = 64_000_000


class Figure(BaseModel):
    """A metric with its interval and the number of cases behind it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int

    @property
    def shown(self) -> str:
        """The value for people."""
        return _tell(self.value)

    @property
    def interval(self) -> str:
        """The interval for people, empty where there is none."""
        return "" if self.low is None or self.high is None else f"{_tell(self.low)} to {_tell(self.high)}"


class GateResult(BaseModel):
    """Whether a metric stayed on the right side of its bound."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    metric: str
    passed: bool
    message: str


class _Document(BaseModel):
    """What is read of a report; whatever else it has is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    suite: str
    mode: str
    index_build: str
    model: str | None
    n: int
    metrics: dict[str, Figure]
    gates: tuple[GateResult, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A report that was found under a name; `document` None: it cannot be read. `has_page`: it can be looked at."""

    name: str
    written: datetime
    document: _Document | None
    has_page: bool

    @property
    def main(self) -> Mapping[str, Figure]:
        """The metrics that are shown at once."""
        metrics = self.document.metrics if self.document else {}
        found = {name: metrics[name] for name in MAIN if name in metrics}
        return found or dict(list(metrics.items())[: len(MAIN)])

    @property
    def rest(self) -> Mapping[str, Figure]:
        """The other metrics."""
        main = self.main
        return {name: one for name, one in (self.document.metrics if self.document else {}).items() if name not in main}


def find_evaluations(home: Path) -> Sequence[Evaluation]:
    """The last report of each suite and mode, newest first; a damaged one is among them."""
    found = []
    for folder in _folders(home):
        path = folder / DOCUMENT
        with suppress(FileNotFoundError):  # none, or it is being removed
            stat = path.lstat()
            document = _read(path, stat.st_mtime_ns, stat.st_size)
            written = datetime.fromtimestamp(stat.st_mtime, UTC)
            has_page = _is_plain(folder / PAGE)
            found.append(Evaluation(name=folder.name, written=written, document=document, has_page=has_page))
    return sorted(found, key=lambda one: one.written, reverse=True)


def read_page(home: Path, name: str) -> bytes | None:
    """The page of the report of that name, None where there is none. Only names that are found lead to a file."""
    page = next((one / PAGE for one in _folders(home) if one.name == name), None)
    try:
        return page.read_bytes() if page and _is_plain(page) else None
    except OSError:
        return None


def _folders(home: Path) -> list[Path]:
    """The folders of reports, by names as evaluations give them; nothing that a link leads to."""
    folder = home / EVALUATIONS
    if not folder.is_dir():
        return []
    return [
        one for one in sorted(folder.iterdir()) if _NAME.fullmatch(one.name) and one.is_dir() and not one.is_symlink()
    ]


def _is_plain(path: Path) -> bool:
    """Whether there is a file, which no link leads to."""
    return path.is_file() and not path.is_symlink()


@lru_cache(maxsize=64)
def _read(path: Path, changed: int, size: int) -> _Document | None:  # noqa: ARG001 - a file that changed is read again
    """The report in a file, None for one that cannot be read."""
    if size > _LARGEST or path.is_symlink():
        return None
    try:
        found: Any = json.loads(path.read_bytes())
        return _Document.model_validate(found)
    except (OSError, ValueError, RecursionError, ValidationError):
        return None


def _tell(value: float | None) -> str:
    """Shares with three digits, large figures without any."""
    return "–" if value is None else f"{value:,.0f}" if abs(value) >= _LARGE else f"{value:.3f}"
