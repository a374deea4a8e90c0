"""What the service asks of an archive whose articles and builds can be changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from api.building import Run
from api.callers import Caller
from api.errors import UnknownTrace
from api.serving import Opener
from indexes.types import Article, Manifest, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What became of articles that were added: one outcome for each, in order, and the build that holds them now."""

    build: str
    outcomes: tuple[Outcome, ...]


class Archive(Opener, Protocol):
    """The builds of an archive, and what changes them. Every change raises `BuildLocked` while another one is made."""

    def require_free(self) -> None:
        """Raises `BuildLocked`, which says who is at it, while somebody builds or changes the index."""
        ...

    def start_build(self) -> Run:
        """Start a build of the configured seeds. Raises `BuildFailed` where it cannot be started."""
        ...

    def kept(self) -> Sequence[Manifest]:
        """The manifests of the builds that are kept, oldest first."""
        ...

    def roll_back(self, build: str | None) -> Manifest:
        """Make a kept build current, by default the one before the current one. Raises `UnknownBuild`."""
        ...

    def add(self, found: Sequence[Article | Outcome]) -> Added:
        """Add or replace articles; a reader's own outcome is passed on. Raises `BuildFailed`."""
        ...

    def find_trace(self, trace_id: str) -> Mapping[str, Any] | None:
        """The trace of an answer, as `qa.traces` keeps it; None where none is kept."""
        ...

    def delete(self, article_id: str) -> None:
        """Remove an article from every kept build. Raises `UnknownArticle` where none has it, and `BuildFailed`."""
        ...


def find_own_trace(archive: Archive, caller: Caller, trace_id: str) -> Mapping[str, Any]:
    """The trace of an answer, for the key that asked and for `admin`. Raises `UnknownTrace`, to others as if there were none."""
    kept = archive.find_trace(trace_id)
    if kept is None or not caller.owns(kept.get("asker")):
        raise UnknownTrace(
            f"No answer of yours with the trace id {trace_id[:80]!r} is kept: the oldest go first, and those that "
            "told of an article go when it is deleted."
        )
    return kept
