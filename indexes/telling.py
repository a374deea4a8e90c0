"""Tells how far a build is (lines of JSON, a few a second) or how long its steps took."""

import json
import time
from collections.abc import Callable
from typing import TextIO

_SECONDS = 0.25


class JsonLines:
    """A `Progress` that writes `{"step": …, "done": …, "total": …}`.

    The first and the last of a step are always told; of what lies between, at most one in a quarter of a second.
    """

    def __init__(self, stream: TextIO, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._step: str | None = None
        self._told_at = 0.0

    def __call__(self, step: str, done: int, total: int | None) -> None:
        """Tell it, unless something was told just now."""
        now = self._clock()
        if step == self._step and done != total and now - self._told_at < _SECONDS:
            return
        self._step, self._told_at = step, now
        self.write({"step": step, "done": done, "total": total})

    def write(self, told: dict[str, object]) -> None:
        """Write one line at once."""
        print(json.dumps(told, ensure_ascii=False), file=self._stream, flush=True)


class Stopwatch:
    """A progress that hands on what it is told, and keeps how long each step took: until the next one began."""

    def __init__(
        self, tell: Callable[[str, int, int | None], None], *, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._tell = tell
        self._clock = clock
        self._last = clock()
        self.seconds: dict[str, float] = {}

    def __call__(self, step: str, done: int, total: int | None) -> None:
        """`done` of `total` of a step's pieces."""
        now = self._clock()
        self.seconds[step] = self.seconds.get(step, 0.0) + now - self._last
        self._last = now
        self._tell(step, done, total)

    def finish(self) -> None:
        """What is left of the time was spent on checking what was written."""
        self.seconds["check"] = self._clock() - self._last

    def __str__(self) -> str:
        return ", ".join(f"{step} {seconds:.1f} s" for step, seconds in self.seconds.items())
