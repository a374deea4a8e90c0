"""Asks parts whether they work, all of them at once and bounded in time; one that hangs holds up nobody."""

import contextvars
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Generic, TypeVar

from indexes.errors import DatelineError

SECONDS = 3.0
_FRESH_SECONDS = 10.0

T = TypeVar("T")
Probe = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Told:
    """What a part told: `value`, or the error that it raised, or neither where it did not answer in time."""

    value: object = None
    error: BaseException | None = None
    late: bool = False


class Probing:
    """Asks each part in a thread of its own, which ends with the process. One that has not answered is not asked again."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self._asked: dict[str, Future[object]] = {}
        self._lock = threading.Lock()

    def ask(self, probes: Mapping[str, Probe]) -> dict[str, Told]:
        """What each of them told, within the seconds for all of them."""
        asked = {name: self._ask(name, probe) for name, probe in probes.items()}
        wait(asked.values(), timeout=self.seconds)
        return {name: _told(future) for name, future in asked.items()}

    def _ask(self, name: str, probe: Probe) -> Future[object]:
        with self._lock:
            before = self._asked.get(name)
            if before is not None and not before.done():
                return before
            future = self._asked[name] = Future()
        context = contextvars.copy_context()
        thread = threading.Thread(target=context.run, args=(_answer, future, probe), name=f"probe-{name}", daemon=True)
        thread.start()
        return future


class Remembered(Generic[T]):
    """A probe whose answer is good for some seconds: however often it is asked, another machine is not."""

    def __init__(
        self, probe: Callable[[], T], *, seconds: float = _FRESH_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._probe = probe
        self._seconds = seconds
        self._clock = clock
        self._last: tuple[float, T | DatelineError] | None = None

    def __call__(self) -> T:
        """The answer, or its error again."""
        now = self._clock()
        if self._last is None or now - self._last[0] >= self._seconds:
            try:
                self._last = (now, self._probe())
            except DatelineError as error:
                self._last = (now, error)
        told = self._last[1]
        if isinstance(told, DatelineError):
            raise type(told)(*told.args)
        return told


def _answer(future: Future[object], probe: Probe) -> None:
    try:
        future.set_result(probe())
    except BaseException as error:  # noqa: BLE001 - whatever a part raises is what it tells
        future.set_exception(error)


def _told(future: Future[object]) -> Told:
    if not future.done():
        return Told(late=True)
    error = future.exception()
    return Told(error=error) if error else Told(future.result())
