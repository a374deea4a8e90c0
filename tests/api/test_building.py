"""Jobs: builds that were asked for, and how far they have come."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.building import Job, Jobs
from indexes.errors import BuildFailed, BuildLocked
from tests.fakes.changing import SteppedRun, wait_for_builds


class Builds:
    """Starts builds that a test steps, and counts how often one was finished; its clock goes as the test says."""

    def __init__(self, *, keep: int = 20) -> None:
        self.now = 100.0
        self.finished: list[str] = []
        self.runs: list[SteppedRun] = []
        self.failing: Exception | None = None
        self.jobs = Jobs(self._start, finished=self._finish, clock=lambda: self.now, keep=keep)

    @property
    def last(self) -> Job:
        """The last job."""
        return self.jobs.all()[0]

    def succeed(self, build: str) -> None:
        """The last build ends well."""
        self.runs[-1].succeed(build)
        wait_for_builds()

    def fail(self, code: int, *complaints: str) -> str:
        """The last build fails; the job's error."""
        self.runs[-1].finish(code, *complaints)
        wait_for_builds()
        assert self.last.state == "failed"
        assert self.last.error
        return self.last.error

    def _start(self) -> SteppedRun:
        if self.failing:
            raise self.failing
        self.runs.append(SteppedRun())
        return self.runs[-1]

    def _finish(self) -> None:
        self.finished.append(self.last.state)


@pytest.fixture
def builds() -> Iterator[Builds]:
    """Jobs over stepped builds; closed at the end."""
    made = Builds()
    yield made
    made.jobs.close()


def test_progress(builds: Builds) -> None:
    """A job is queued until its build speaks, then tells its step, articles, speed and time left, and at last its build."""
    job = builds.jobs.start()
    assert (job.state, job.step, job.build) == ("queued", None, None)
    run = builds.runs[-1]
    run.tell({"step": "read", "done": 7, "total": None})
    assert (builds.last.state, builds.last.step) == ("running", "read")
    assert (builds.last.articles_done, builds.last.articles_total) == (7, None)
    run.tell({"step": "split", "done": 5, "total": 20})
    assert (builds.last.articles_done, builds.last.articles_total) == (5, 20)
    run.tell({"step": "encode", "done": 64, "total": 256})
    assert (builds.last.articles_done, builds.last.passages_per_second, builds.last.seconds_left) == (5, None, None)
    builds.now += 2
    run.tell({"step": "encode", "done": 192, "total": 256})
    assert (builds.last.articles_done, builds.last.articles_total) == (15, 20)
    assert (builds.last.passages_per_second, builds.last.seconds_left) == (64.0, 1.0)
    run.succeed("b_new+0", articles=20)
    wait_for_builds()
    done = builds.jobs.find(job.id)
    assert done is not None
    assert (done.state, done.build, done.outcomes, done.error) == ("done", "b_new+0", {"created": 20}, None)
    assert (done.articles_done, done.articles_total, done.seconds_left, done.step) == (20, 20, 0.0, None)


def test_finished_before_done(builds: Builds) -> None:
    """What is to happen before a build counts as done has happened when the job says so, and only then."""
    builds.jobs.start()
    builds.runs[-1].tell({"step": "read", "done": 1, "total": None})
    builds.succeed("b_new+0")
    assert builds.finished == ["running"]
    assert builds.last.state == "done"


def test_one_at_a_time(builds: Builds) -> None:
    """While a build runs no other starts, and the refusal names it; afterwards one may."""
    first = builds.jobs.start()
    with pytest.raises(BuildLocked, match=f"GET /v1/index/builds/{first.id} "):
        builds.jobs.start()
    builds.succeed("b_new+0")
    assert builds.jobs.running is None
    assert builds.jobs.start().id != first.id
    assert len(builds.runs) == 2
    builds.fail(1)


def test_complaint(builds: Builds) -> None:
    """What the build said on its last line is the job's error, without paths; others' warnings are not."""
    builds.jobs.start()
    said = "dateline: '/srv/news/seeds' does not exist: give files or folders that do"
    error = builds.fail(2, "UserWarning: an engine warns", said, "leaked something")
    assert error == "'…/seeds' does not exist: give files or folders that do"
    assert builds.finished == []


@pytest.mark.parametrize(("code", "says"), [(-9, "signal 9 (out of memory?)"), (1, "exit code 1"), (0, "exit code 0")])
def test_silent_failure(builds: Builds, code: int, says: str) -> None:
    """A build that is killed, or ends without a word about what it built, failed, and the error says that the index stays."""
    builds.jobs.start()
    error = builds.fail(code)
    assert says in error
    assert "the build before is current" in error
    assert builds.last.seconds_left is None


def test_cannot_start(builds: Builds) -> None:
    """A build that cannot be started leaves no job behind, and the next one may start."""
    builds.failing = BuildFailed("no room for one more process")
    with pytest.raises(BuildFailed):
        builds.jobs.start()
    assert builds.jobs.all() == []
    builds.failing = None
    builds.jobs.start()
    builds.succeed("b_new+0")


def test_failing_end() -> None:
    """Where something fails after the build, the job fails and does not block the next one."""

    def fail() -> None:
        raise OSError("the disk is gone")

    run = SteppedRun()
    jobs = Jobs(lambda: run, finished=fail)
    job = jobs.start()
    run.succeed("b_new+0")
    wait_for_builds()
    ended = jobs.find(job.id)
    assert ended is not None
    assert (ended.state, jobs.running) == ("failed", None)


def test_only_the_last_are_kept() -> None:
    """The last jobs are remembered, newest first; older ones are forgotten."""
    builds = Builds(keep=3)
    ids = []
    for number in range(5):
        ids.append(builds.jobs.start().id)
        builds.succeed(f"b_{number}+0")
    assert [job.id for job in builds.jobs.all()] == ids[:1:-1]
    assert builds.jobs.find(ids[0]) is None


def test_close(builds: Builds) -> None:
    """At the end of the service a build that runs is stopped and told so, and no other starts."""
    builds.jobs.start()
    builds.jobs.close()
    assert builds.runs[-1].stopped == 1
    assert (builds.last.state, builds.last.build) == ("failed", None)
    assert "stopped together with the service" in str(builds.last.error)
    with pytest.raises(BuildLocked, match="stopping"):
        builds.jobs.start()


def test_close_after_the_last_build(builds: Builds) -> None:
    """A build that has ended is not stopped again."""
    builds.jobs.start()
    builds.succeed("b_new+0")
    builds.jobs.close()
    assert builds.runs[-1].stopped == 0
    assert builds.last.state == "done"


values: st.SearchStrategy[object] = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just({}) | st.just([])
)
told = st.dictionaries(
    st.sampled_from(["step", "done", "total", "build", "articles", "outcomes"]), values, max_size=6
) | st.text(max_size=20).map(lambda text: text.replace("\n", " "))


@settings(deadline=None)
@given(lines=st.lists(told, max_size=6))
def test_any_output(lines: list[object]) -> None:
    """Whatever a build prints, its job ends, and the next one can start."""
    builds = Builds()
    builds.jobs.start()
    for line in lines:
        builds.runs[-1].tell(line)
    builds.runs[-1].finish()
    wait_for_builds()
    assert builds.last.state in {"done", "failed"}
    assert builds.jobs.running is None
