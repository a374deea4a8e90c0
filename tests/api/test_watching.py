"""The watch over the current build."""

import threading
from typing import Any

from api.watching import Watch
from tests.api.conftest import Open
from tests.fakes.changing import FakeArchive, SteppedWatch


class Turns:
    """A pause that ends when a test gives a turn."""

    def __init__(self) -> None:
        self.ended = False
        self.waited: list[float] = []
        self._turns = threading.Semaphore(0)

    def give(self) -> None:
        """Let it look once."""
        self._turns.release()

    def wait(self, timeout: float) -> bool:
        """Wait for a turn, not for the time."""
        self.waited.append(timeout)
        assert self._turns.acquire(timeout=30)
        return self.ended

    def set(self) -> None:
        """End it."""
        self.ended = True
        self._turns.release()


def test_looks_until_closed() -> None:
    """It looks once in each half second, and after it was closed never again."""
    looked, turns = threading.Semaphore(0), Turns()
    watch = Watch(looked.release, pause=turns)
    for _ in range(3):
        turns.give()
        assert looked.acquire(timeout=30)
    watch.close()
    assert not looked.acquire(blocking=False)
    assert turns.waited == [0.5] * 4


def test_close_ends_a_wait() -> None:
    """To close it takes no time, however long it would still have waited."""
    watch = Watch(lambda: None, seconds=3600)
    watch.close()
    assert "watch" not in {thread.name for thread in threading.enumerate()}


def test_failing_look(logs: list[dict[str, Any]]) -> None:
    """A look that fails is logged, and the next one comes all the same."""
    looked, turns = threading.Semaphore(0), Turns()

    def fail() -> None:
        looked.release()
        raise OSError("the disk is gone")

    watch = Watch(fail, pause=turns)
    for _ in range(2):
        turns.give()
        assert looked.acquire(timeout=30)
    watch.close()
    assert [line["event"] for line in logs].count("look failed") == 2


def test_service_moves_to_a_new_build(open_client: Open, opener: FakeArchive, watch: SteppedWatch) -> None:
    """A running service serves a build that became current elsewhere from the next look on, and ends the watch at its end."""
    client = open_client()
    opener.mark = "b_elsewhere+0"
    assert client.get("/v1/index").json()["build"] == "b_fake+0"
    watch.step()
    assert client.get("/v1/index").json()["build"] == "b_elsewhere+0"
    assert watch.closed == 0
    client.__exit__(None, None, None)
    client.__enter__()
    assert watch.closed == 1
