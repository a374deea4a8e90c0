"""Tells a program how far a build is: lines of JSON, a few a second."""

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
