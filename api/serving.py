"""Holds the answerer of the current build, and swaps it when another build becomes current."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from api.logs import open_log
from indexes.errors import DatelineError, IndexDamaged, IndexMissing
from indexes.types import Catalogue, Manifest, Retrieved
from qa.types import Answer, Audience, Mode, Question

RETRY_SECONDS = 5.0


class Begun(Protocol):
    """An answer of which all is known that needs no language model."""

    @property
    def answer(self) -> Answer:
        """Its passages and verified quotes, or the refusal."""
        ...

    @property
    def asks_model(self) -> bool:
        """Whether a language model has yet to compose it."""
        ...


B = TypeVar("B", bound=Begun)


class Answering(Protocol[B]):
    """What the routes ask of an answerer."""

    def asks_model_first(self, question: Question) -> bool:
        """Whether it takes the language model to understand the question in its conversation."""
        ...

    def understand(self, question: Question, *, audience: Audience | None = None) -> str:
        """The question as understood. Raises `Abandoned` where the audience is gone before."""
        ...

    def begin(self, question: Question, *, understood: str | None = None) -> B:
        """All that needs no language model."""
        ...

    def finish(self, begun: B, *, audience: Audience | None = None) -> Answer:
        """The whole answer. Raises `Abandoned` where the audience is gone before."""
        ...

    def search(self, question: Question) -> Sequence[Retrieved]:
        """The passages, best first."""
        ...

    def parts(self) -> Mapping[str, str]:
        """The state of each part; `llm` is "ready", "off" or "missing: …"."""
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An open build with its answerer. `close` gives back both.

    `disk_bytes` are those of its files. `probes` ask what the build depends on: see `probing`.
    """

    manifest: Manifest
    catalogue: Catalogue
    answerer: Answering[Any]
    close: Callable[[], None]
    disk_bytes: int = 0
    probes: Mapping[str, Callable[[], str]] = field(default_factory=dict)

    @property
    def mode(self) -> Mode:
        """The mode of a question that names none."""
        return "answer" if self.answerer.parts().get("llm", "off").startswith("ready") else "quotes"


class Opener(Protocol):
    """Says cheaply which build is current, and opens it."""

    def current(self) -> str | None:
        """A mark that changes when another build becomes current; None where there is none. Raises `IndexDamaged`."""
        ...

    def open(self) -> Opened:
        """The current build. Raises `IndexProblem` or `WeightsProblem`."""
        ...


@dataclass(slots=True)
class _Held:
    """An open build, how many requests use it, and whether another one has taken its place."""

    opened: Opened
    mark: str
    users: int = 0
    replaced: bool = False


@dataclass(slots=True)
class _Failure:
    """Why the build with this mark could not be opened, and when that was tried."""

    mark: str | None
    error: DatelineError
    at: float = field(default_factory=time.monotonic)


class Serving:
    """Lends the answerer of the current build to requests. A build that cannot be opened leaves the last good one."""

    def __init__(self, opener: Opener, *, retry_seconds: float = RETRY_SECONDS) -> None:
        self._opener = opener
        self._retry_seconds = retry_seconds
        self._held: _Held | None = None
        self._failure: _Failure | None = None
        self._opening = threading.Lock()
        self._lock = threading.Lock()
        self._closed = False
        self._log = open_log("serving")

    @property
    def failure(self) -> DatelineError | None:
        """Why the current build is not the one that serves."""
        failure = self._failure
        return failure.error if failure else None

    def refresh(self) -> None:
        """Open the current build where it is not the one that serves. Never raises: see `failure`.

        Opening takes as long as it takes, and the one who calls waits; meanwhile the last good build serves requests.
        """
        with self._opening:
            try:
                mark = None if self._closed else self._opener.current()
            except DatelineError as error:
                self._failure = _Failure(None, error)
                return
            except ValueError:
                message = "It cannot be read which build is current: run `python -m indexes rollback`, or build again."
                self._failure = _Failure(None, IndexDamaged(message))
                return
            if not self._is_settled(mark):
                self._open(mark)

    @contextmanager
    def lend(self) -> Iterator[Opened]:
        """The open build, kept open until the request is done with it. Raises why there is none.

        A request waits for the opening of a build only where none serves yet.
        """
        if self._held is None:
            self.refresh()
        with self._lock:
            held = self._held
            if held is None:
                raise _again(self._failure) if self._failure else IndexMissing("The index is closed: ask again later.")
            held.users += 1
        try:
            yield held.opened
        finally:
            self._let_go(held, users=-1)

    def peek(self) -> Opened | None:
        """The build that serves, for what is known of it without using it; nothing is opened, and nobody waits."""
        held = self._held
        return held.opened if held else None

    def close(self) -> None:
        """Close the build that serves, once nobody uses it."""
        with self._lock:
            self._closed = True
            held, self._held = self._held, None
        if held:
            self._let_go(held, replaced=True)

    def _is_settled(self, mark: str | None) -> bool:
        held, failure = self._held, self._failure
        if failure and failure.mark == mark:
            return mark is None or time.monotonic() - failure.at < self._retry_seconds
        return held is not None and held.mark == mark and failure is None

    def _open(self, mark: str | None) -> None:
        if self._held and self._held.mark == mark:  # back to the build that serves
            self._failure = None
            return
        if mark is None:
            message = "There is no index: run `python -m indexes build`."
            self._failure = _Failure(mark, IndexMissing(message))
            return
        try:
            opened = self._opener.open()
        except DatelineError as error:
            self._log.warning("index not opened", error=str(error))
            self._failure = _Failure(mark, error)
            return
        except Exception as error:  # noqa: BLE001 - whatever an engine raises, the last good build goes on serving
            self._log.exception("index not opened")
            message = f"The index cannot be opened ({type(error).__name__}): run `python -m indexes verify`."
            self._failure = _Failure(mark, IndexDamaged(message))
            return
        new = _Held(opened, mark)
        with self._lock:
            if self._closed:  # while it was being opened
                before: _Held | None = new
            else:
                before, self._held, self._failure = self._held, new, None
        self._log.info("index opened", build=opened.manifest.name)
        if before:
            self._let_go(before, replaced=True)

    def _let_go(self, held: _Held, *, users: int = 0, replaced: bool = False) -> None:
        """Close a build that was replaced when its last user is done."""
        with self._lock:
            held.users += users
            held.replaced = held.replaced or replaced
            done = held.replaced and held.users == 0
        if done:
            held.opened.close()


def _again(failure: _Failure) -> DatelineError:
    """A fresh copy of a kept error, so that no traceback grows with each request that it is raised in."""
    return type(failure.error)(*failure.error.args)
