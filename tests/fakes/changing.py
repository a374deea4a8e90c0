"""An archive whose articles and builds can be changed, in memory, and a build that goes on when a test says so."""

import json
import queue
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from api.archives import Added
from api.building import Run
from api.serving import Opened
from api.watching import Look
from indexes.errors import DatelineError, IndexMissing, NothingIndexed, UnknownArticle, UnknownBuild
from indexes.types import Article, Manifest, Outcome
from tests.fakes.answering import ARTICLES, MANIFEST, FakeOpener, ShelfCatalogue


class SteppedRun:
    """A build whose every line a test tells, and whose end it decides."""

    def __init__(self) -> None:
        self.stopped = 0
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._code = 0
        self._complaints: tuple[str, ...] = ()

    def tell(self, told: object) -> None:
        """Print a line, as JSON unless it is text, and wait until it was read."""
        self._lines.put(told if isinstance(told, str) else json.dumps(told))
        self._lines.join()

    def finish(self, code: int = 0, *complaints: str) -> None:
        """End with an exit code and lines on standard error."""
        self._code, self._complaints = code, complaints
        self._lines.put(None)

    def succeed(self, build: str, *, articles: int = 3, left_out: int = 0) -> None:
        """Tell what was built, and end."""
        counted = {"articles": articles, "passages": 9, "encoded": 9, "outcomes": {"created": articles}}
        self.tell({"build": build, **counted, "left_out": left_out})
        self.finish()

    def lines(self) -> Iterator[str]:
        """What was told, until the end."""
        while (line := self._lines.get()) is not None:
            yield line
            self._lines.task_done()
        self._lines.task_done()

    def end(self) -> tuple[int, Sequence[str]]:
        """What the test decided."""
        return self._code, self._complaints

    def stop(self) -> None:
        """End by SIGTERM."""
        self.stopped += 1
        self.finish(-15)


def wait_for_builds() -> None:
    """Wait until every build that ended was taken notice of."""
    for thread in threading.enumerate():
        if thread.name == "build":
            thread.join(60)


@dataclass(slots=True)
class FakeArchive(FakeOpener):
    """Builds on shelves. `held` is raised by every change; while `gate` is not set, an addition waits for it.

    `marks` are the builds that are kept, oldest first; a shelf that is missing holds the usual articles. `runs` are the builds
    that were started, `traces` those of answers by their ids.
    """

    marks: list[str] = field(default_factory=lambda: ["b_before+0", "b_fake+0"])
    shelves: dict[str, tuple[Article, ...]] = field(default_factory=dict)
    held: DatelineError | None = None
    gate: threading.Event | None = None
    adding: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    runs: list[SteppedRun] = field(default_factory=list)
    traces: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def open(self) -> Opened:
        """The current build, with the articles of its shelf."""
        opened = FakeOpener.open(self)
        if self.mark not in self.shelves:
            return opened
        answerer = replace(self.answerer, catalogue=ShelfCatalogue(self.shelves[self.mark]))
        return replace(opened, catalogue=answerer.catalogue, answerer=answerer, close=answerer.close)

    def require_free(self) -> None:
        """Raises what is held."""
        if self.held:
            raise self.held

    def start_build(self) -> Run:
        """A build that a test steps."""
        self.runs.append(SteppedRun())
        return self.runs[-1]

    def finish_build(self, mark: str, *, left_out: int = 0) -> None:
        """The last build that was started makes this one current."""
        self.marks.append(mark)
        self.mark = mark
        self.runs[-1].succeed(mark, left_out=left_out)
        wait_for_builds()

    def kept(self) -> list[Manifest]:
        """A manifest for each mark."""
        return [self._manifest(mark) for mark in self.marks]

    def find_trace(self, trace_id: str) -> Mapping[str, Any] | None:
        """The trace of that id."""
        return self.traces.get(trace_id)

    def roll_back(self, build: str | None) -> Manifest:
        """The mark before the current one, or the one that is named with or without its revision."""
        self.require_free()
        if build is None:
            place = self.marks.index(self.mark) if self.mark in self.marks else 0
            if not place:
                raise UnknownBuild("there is no build before the current one to go back to")
            self.mark = self.marks[place - 1]
        else:
            found = [mark for mark in self.marks if build in {mark, mark.partition("+")[0]}]
            if not found:
                raise UnknownBuild(f"there is no build {build!r}; kept builds: {', '.join(self.marks)}")
            self.mark = found[0]
        return self._manifest(self.mark)

    def add(self, found: Sequence[Article | Outcome]) -> Added:
        """Every article in its order; the next revision of the current build is current."""
        self.adding.release()
        if self.gate:
            self.gate.wait(30)
        self.require_free()
        stored = {article.id: article for article in self._shelf(self.mark)} if self.mark else {}
        outcomes = tuple(_take(one, stored) for one in found)
        if not stored:
            raise NothingIndexed(f"nothing could be indexed: {outcomes[0].source}: {outcomes[0].reason}")
        if self.mark is None:
            self.mark = "b_first+0"
            self.marks = [self.mark]
        else:
            self._revise(self.mark)
        self.shelves[self.mark] = tuple(stored.values())
        return Added(build=self.mark, outcomes=outcomes)

    def delete(self, article_id: str) -> None:
        """Take it off every shelf."""
        self.require_free()
        if self.mark is None:
            raise IndexMissing("there is no index; run `python -m indexes build`")
        holding = [mark for mark in self.marks if article_id in {one.id for one in self._shelf(mark)}]
        if not holding:
            raise UnknownArticle(f"No article has the id {article_id!r}: GET /v1/articles lists those that are stored.")
        for mark in holding:
            rest = tuple(one for one in self._shelf(mark) if one.id != article_id)
            self.shelves[self._revise(mark)] = rest

    def _shelf(self, mark: str) -> tuple[Article, ...]:
        return self.shelves.get(mark, ARTICLES)

    def _revise(self, mark: str) -> str:
        build, _, revision = mark.partition("+")
        following = f"{build}+{int(revision) + 1}"
        self.marks[self.marks.index(mark)] = following
        if self.mark == mark:
            self.mark = following
        return following

    def _manifest(self, mark: str) -> Manifest:
        build, _, revision = mark.partition("+")
        return replace(MANIFEST, id=build, revision=int(revision), articles=len(self._shelf(mark)))


def _take(one: Article | Outcome, stored: dict[str, Article]) -> Outcome:
    """Put an article among the stored ones, or say why not."""
    if isinstance(one, Outcome):
        return one
    source = one.source or one.id
    copy = next((other.id for other in stored.values() if other.text == one.text and other.id != one.id), None)
    if copy is not None:
        return Outcome(source=source, kind="duplicate_of", article_id=copy, reason=f"an exact copy of {copy!r}")
    before = stored.get(one.id)
    stored[one.id] = one
    if before is None:
        return Outcome(source=source, kind="created", article_id=one.id)
    same = replace(before, source=None) == replace(one, source=None)
    return Outcome(source=source, kind="unchanged" if same else "replaced", article_id=one.id)


@dataclass(slots=True)
class SteppedWatch:
    """Looks when a test says so, not every half second."""

    looks: list[Look] = field(default_factory=list)
    closed: int = 0

    def __call__(self, look: Look) -> "SteppedWatch":
        """Begin a watch."""
        self.looks.append(look)
        return self

    def step(self) -> None:
        """Look once."""
        for look in self.looks:
            look()

    def close(self) -> None:
        """Count that it was closed."""
        self.closed += 1
