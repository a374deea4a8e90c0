"""Which build serves, and when it changes."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from api.serving import Serving
from indexes.errors import IndexDamaged, IndexMissing
from tests.api.conftest import Open
from tests.fakes.answering import FakeOpener, SharedWordsAnswerer


@pytest.fixture
def made() -> dict[str, SharedWordsAnswerer]:
    """The answerers that were opened, by mark."""
    return {}


@pytest.fixture
def builds(made: dict[str, SharedWordsAnswerer]) -> FakeOpener:
    """Opens an answerer of its own for each mark."""
    return FakeOpener(make=lambda mark: made.setdefault(mark, SharedWordsAnswerer()))


def _name(serving: Serving) -> str:
    with serving.lend() as opened:
        return opened.manifest.name


def test_opens_once(builds: FakeOpener) -> None:
    """A build is opened once, however many requests come."""
    serving = Serving(builds)
    assert [_name(serving) for _ in range(5)] == ["b_fake+0"] * 5
    assert builds.opened == ["b_fake+0"]


def test_opens_once_for_requests_at_once(builds: FakeOpener) -> None:
    """Requests that arrive together wait for one opening."""
    serving = Serving(builds)
    barrier = threading.Barrier(8)

    def ask(_: int) -> str:
        barrier.wait(30)
        return _name(serving)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {"b_fake+0"}
    assert builds.opened == ["b_fake+0"]


def test_new_build(builds: FakeOpener, made: dict[str, SharedWordsAnswerer]) -> None:
    """A new build is served from the next look on, and the old one is closed."""
    serving = Serving(builds)
    _name(serving)
    builds.mark = "b_two+3"
    serving.refresh()
    assert _name(serving) == "b_two+3"
    assert (made["b_fake+0"].closed, made["b_two+3"].closed) == (1, 0)


def test_requests_look_at_nothing(builds: FakeOpener) -> None:
    """While a build serves, a request opens no other and does not even ask which one is current."""
    serving = Serving(builds)
    _name(serving)
    builds.mark, builds.unreadable = "b_two+0", IndexDamaged("'current' cannot be read; check its permissions")
    assert _name(serving) == "b_fake+0"
    assert serving.failure is None
    assert builds.opened == ["b_fake+0"]


def test_requests_while_a_build_is_opened() -> None:
    """While a new build is being opened, requests are answered by the one before, and the change waits for the new one."""
    begun, go_on = threading.Event(), threading.Event()

    def make(mark: str) -> SharedWordsAnswerer:
        if mark == "b_two+0":
            begun.set()
            assert go_on.wait(30)
        return SharedWordsAnswerer()

    builds = FakeOpener(make=make)
    serving = Serving(builds)
    _name(serving)
    builds.mark = "b_two+0"
    with ThreadPoolExecutor(2) as pool:
        watching = pool.submit(serving.refresh)
        assert begun.wait(30)
        changing = pool.submit(serving.refresh)
        assert _name(serving) == "b_fake+0"
        assert not changing.done()
        go_on.set()
        watching.result(30)
        changing.result(30)
    assert _name(serving) == "b_two+0"
    assert builds.opened == ["b_fake+0", "b_two+0"]


def test_closed_while_a_build_is_opened() -> None:
    """A build whose opening ends after the service was closed is closed again."""
    begun, go_on = threading.Event(), threading.Event()
    late = SharedWordsAnswerer()

    def make(mark: str) -> SharedWordsAnswerer:
        begun.set()
        assert go_on.wait(30)
        return late

    serving = Serving(FakeOpener(make=make))
    with ThreadPoolExecutor(1) as pool:
        opening = pool.submit(serving.refresh)
        assert begun.wait(30)
        serving.close()
        go_on.set()
        opening.result(30)
    assert late.closed == 1
    with pytest.raises(IndexMissing):
        _name(serving)


def test_garbled_mark() -> None:
    """When what says which build is current is no text, the last good one serves, and the failure says what to do."""

    class Garbled(FakeOpener):
        """Its mark is torn in two after the first look."""

        looks = 0

        def current(self) -> str | None:
            self.looks += 1
            return FakeOpener.current(self) if self.looks == 1 else b"\xff".decode()

    serving = Serving(Garbled())
    _name(serving)
    serving.refresh()
    assert _name(serving) == "b_fake+0"
    assert "rollback" in str(serving.failure)


def test_build_in_use(builds: FakeOpener, made: dict[str, SharedWordsAnswerer]) -> None:
    """A replaced build stays open for the requests that use it, and is closed once after the last of them."""
    serving = Serving(builds)
    with serving.lend() as first, serving.lend():
        builds.mark = "b_two+0"
        serving.refresh()
        assert _name(serving) == "b_two+0"
        assert first.manifest.name == "b_fake+0"
        assert made["b_fake+0"].closed == 0
    assert made["b_fake+0"].closed == 1


def test_first_build_appears(open_client: Open, opener: FakeOpener) -> None:
    """A service that started without an index answers as soon as there is one."""
    opener.mark = None
    client = open_client()
    assert client.post("/v1/ask", json={"question": "valves"}).status_code == 503
    opener.mark = "b_first+0"
    assert client.post("/v1/ask", json={"question": "valves"}).status_code == 200
    assert client.get("/health/ready").json()["index"] == "b_first+0"


def test_broken_build(builds: FakeOpener, made: dict[str, SharedWordsAnswerer]) -> None:
    """A build that cannot be opened leaves the last good one serving, and is not tried at each look."""
    serving = Serving(builds)
    _name(serving)
    builds.mark, builds.failing = "b_two+0", IndexDamaged("a file is missing; build again")
    for _ in range(3):
        serving.refresh()
        assert _name(serving) == "b_fake+0"
    assert builds.opened == ["b_fake+0", "b_two+0"]
    assert isinstance(serving.failure, IndexDamaged)
    assert made["b_fake+0"].closed == 0


def test_repaired_build(builds: FakeOpener) -> None:
    """A build that could not be opened is tried again after a while."""
    serving = Serving(builds, retry_seconds=0)
    builds.failing = IndexDamaged("a file is missing; build again")
    with pytest.raises(IndexDamaged):
        _name(serving)
    builds.failing = None
    assert _name(serving) == "b_fake+0"
    assert serving.failure is None


def test_rolled_back(builds: FakeOpener) -> None:
    """Going back to the build that serves clears the failure without opening it again."""
    serving = Serving(builds)
    _name(serving)
    builds.mark, builds.failing = "b_two+0", IndexDamaged("a file is missing; build again")
    serving.refresh()
    assert "a file is missing" in str(serving.failure)
    builds.mark = "b_fake+0"
    serving.refresh()
    assert _name(serving) == "b_fake+0"
    assert serving.failure is None
    assert builds.opened == ["b_fake+0", "b_two+0"]


def test_current_build_vanishes(builds: FakeOpener) -> None:
    """When no build is current any more, the last good one serves, and the failure says so."""
    serving = Serving(builds)
    _name(serving)
    builds.mark = None
    serving.refresh()
    assert _name(serving) == "b_fake+0"
    assert isinstance(serving.failure, IndexMissing)


def test_close(builds: FakeOpener, made: dict[str, SharedWordsAnswerer]) -> None:
    """A closed service has closed its build once and opens no other."""
    serving = Serving(builds)
    _name(serving)
    serving.close()
    serving.close()
    assert made["b_fake+0"].closed == 1
    with pytest.raises(IndexMissing):
        _name(serving)
    assert builds.opened == ["b_fake+0"]


def test_unreadable_mark(builds: FakeOpener) -> None:
    """When it cannot be read which build is current, the last good one serves, and the failure says so."""
    serving = Serving(builds)
    builds.unreadable = IndexDamaged("'current' cannot be read; check its permissions")
    with pytest.raises(IndexDamaged):
        _name(serving)
    builds.unreadable = None
    _name(serving)
    builds.unreadable = IndexDamaged("'current' cannot be read; check its permissions")
    serving.refresh()
    assert _name(serving) == "b_fake+0"
    assert isinstance(serving.failure, IndexDamaged)
