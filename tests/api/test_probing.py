"""Parts are asked at once, and bounded in time."""

import threading

import pytest

from api.probing import Probing, Remembered
from indexes.errors import IndexDamaged


def test_all_at_once() -> None:
    """The parts are asked beside each other: here each waits for the other."""
    meeting = threading.Barrier(2, timeout=30)
    told = Probing(seconds=30).ask({"one": meeting.wait, "other": meeting.wait})
    assert sorted(str(one.value) for one in told.values()) == ["0", "1"]


def test_errors() -> None:
    """What a part raises is told, and the others' answers are not lost."""

    def fail() -> str:
        raise IndexDamaged("odd")

    told = Probing(seconds=30).ask({"bad": fail, "good": lambda: "ready"})
    assert isinstance(told["bad"].error, IndexDamaged)
    assert told["good"].value == "ready"
    assert Probing().ask({}) == {}


def test_late() -> None:
    """A part that is late is waited for by whoever asks next, and asked anew once it has answered."""
    release, asked = threading.Event(), threading.Semaphore(0)

    def answer() -> str:
        asked.release()
        release.wait(60)
        return "at last"

    probing = Probing(seconds=0.02)
    assert probing.ask({"slow": answer})["slow"].late
    assert probing.ask({"slow": answer})["slow"].late
    assert asked.acquire(timeout=30)
    release.set()
    probing.seconds = 30
    assert probing.ask({"slow": answer})["slow"].value == "at last"
    assert not asked.acquire(blocking=False)
    assert probing.ask({"slow": lambda: "anew"})["slow"].value == "anew"


def test_remembered() -> None:
    """An answer, or an error, is good for some seconds; then the part is asked again."""
    now, asked = [0.0], []

    def ask() -> str:
        asked.append(now[0])
        if len(asked) == 2:
            raise IndexDamaged("down")
        return "ready"

    probe = Remembered(ask, seconds=10, clock=lambda: now[0])
    assert [probe(), probe()] == ["ready", "ready"]
    now[0] = 10.0
    for _ in range(2):
        with pytest.raises(IndexDamaged, match="down"):
            probe()
    now[0] = 20.0
    assert probe() == "ready"
    assert asked == [0.0, 10.0, 20.0]
