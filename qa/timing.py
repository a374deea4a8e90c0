"""Takes the wall time of each step of an answer."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class Clock:
    """Wall time of each step in milliseconds, in order, and in total since it was made."""

    def __init__(self) -> None:
        self._begun = time.perf_counter()
        self._steps: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Take the time of what is done inside."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self._steps[name] = self._since(begun)

    def mark(self, name: str) -> None:
        """Note how long it has been until here."""
        self._steps[name] = self._since(self._begun)

    def timings(self) -> Mapping[str, float]:
        """The steps, and `total`."""
        return {**self._steps, "total": self._since(self._begun)}

    @staticmethod
    def _since(begun: float) -> float:
        return round((time.perf_counter() - begun) * 1000, 2)
