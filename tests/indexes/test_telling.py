"""Progress as lines of JSON."""

import io
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from indexes.telling import JsonLines, Stopwatch


class Clock:
    """A clock that goes as a test says."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def _read(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_lines() -> None:
    """Each step is told when it begins and when it is done, and at most each quarter of a second between."""
    stream, clock = io.StringIO(), Clock()
    tell = JsonLines(stream, clock=clock)
    for done in range(1, 101):
        tell("split", done, 100)
        clock.now += 0.01
    assert [one["done"] for one in _read(stream)] == [1, 26, 51, 76, 100]
    tell("encode", 64, 205)
    assert _read(stream)[-1] == {"step": "encode", "done": 64, "total": 205}


def test_unknown_total() -> None:
    """A step whose end is not known yet has no total."""
    stream = io.StringIO()
    JsonLines(stream, clock=Clock())("read", 1, None)
    assert _read(stream) == [{"step": "read", "done": 1, "total": None}]


@settings(deadline=None)
@given(waits=st.lists(st.floats(0, 1), max_size=60))
def test_few_lines(waits: list[float]) -> None:
    """However often it is told, one step gives no more than four lines a second, its first and last apart."""
    stream, clock = io.StringIO(), Clock()
    tell = JsonLines(stream, clock=clock)
    for done, wait in enumerate(waits, start=1):
        tell("encode", done, len(waits))
        clock.now += wait
    lines = _read(stream)
    assert len(lines) <= 4 * clock.now + 2
    assert [one["done"] for one in lines[-1:]] == [len(waits)][: len(waits)]


def test_stopwatch() -> None:
    """Each step has the time until what it last told, what comes after it is the check, and all is handed on."""
    told: list[tuple[str, int, int | None]] = []
    times = iter([0.0, 1.0, 3.0, 3.5, 4.0])
    watch = Stopwatch(lambda *step: told.append(step), clock=lambda: next(times))
    watch("read", 1, None)
    watch("read", 2, None)
    watch("split", 1, 1)
    watch.finish()
    assert watch.seconds == {"read": 3.0, "split": 0.5, "check": 0.5}
    assert str(watch) == "read 3.0 s, split 0.5 s, check 0.5 s"
    assert told == [("read", 1, None), ("read", 2, None), ("split", 1, 1)]
