"""Remembers the builds that were asked for: one runs at a time, and each tells how far it has come."""

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, Protocol, TypeAlias

from api.logs import open_log
from api.problems import without_paths
from indexes.errors import BuildLocked

JobState: TypeAlias = Literal["queued", "running", "done", "failed"]
KEPT = 20
_COMPLAINT = "dateline: "


class Run(Protocol):
    """A build that runs somewhere."""

    def lines(self) -> Iterator[str]:
        """Its progress in lines of JSON, until it ends."""
        ...

    def end(self) -> tuple[int, Sequence[str]]:
        """Waits for its end: its exit code (0: it made a build; below 0: a signal), and the last of what it complained."""
        ...

    def stop(self) -> None:
        """End it; what it has not finished never was."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A build that was asked for, as far as it has come. `build` is what it made: `b_…+0`.

    While passages are encoded, `articles_done` is the share of the articles that the encoded passages stand for. `left_out`
    are articles of the build before that are not in what was read, and so are no longer indexed.
    """

    id: str
    created: str
    state: JobState = "queued"
    step: str | None = None
    articles_done: int = 0
    articles_total: int | None = None
    passages_per_second: float | None = None
    seconds_left: float | None = None
    outcomes: Mapping[str, int] | None = None
    left_out: int | None = None
    error: str | None = None
    build: str | None = None


class Jobs:
    """Starts builds, one at a time, and follows each in a thread. `finished` is called before a build is told as done."""

    def __init__(
        self,
        start: Callable[[], Run],
        *,
        finished: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
        keep: int = KEPT,
    ) -> None:
        self._start = start
        self._finished = finished
        self._clock = clock
        self._keep = keep
        self._jobs: dict[str, Job] = {}
        self._lock = threading.RLock()
        self._run: Run | None = None
        self._thread: threading.Thread | None = None
        self._closed = False
        self._ended: dict[JobState, int] = {"done": 0, "failed": 0}
        self._log = open_log("building")

    @property
    def ended(self) -> Mapping[JobState, int]:
        """How many jobs were done, and how many failed, since the service started."""
        with self._lock:
            return dict(self._ended)

    @property
    def running(self) -> Job | None:
        """The job that is not done yet."""
        return next((job for job in self.all() if job.state in {"queued", "running"}), None)

    def all(self) -> list[Job]:
        """The last jobs, newest first."""
        with self._lock:
            return list(reversed(self._jobs.values()))

    def find(self, job_id: str) -> Job | None:
        """One of the last jobs."""
        with self._lock:
            return self._jobs.get(job_id)

    def require_none(self) -> None:
        """Raises `BuildLocked` while a build runs."""
        running = self.running
        if running:
            message = f"Build {running.id} is running since {running.created}: GET /v1/index/builds/{running.id} shows "
            raise BuildLocked(message + "how far it is. Try again when it is done.")

    def start(self) -> Job:
        """Start a build. Raises `BuildLocked` while one runs, and what the start raises."""
        created = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        job = Job(id=f"j_{secrets.token_hex(8)}", created=created)
        with self._lock:
            self.require_none()
            if self._closed:
                raise BuildLocked("The service is stopping: try again when it is back.")
            run = self._run = self._start()
            self._jobs[job.id] = job
            for old in list(self._jobs)[: -self._keep]:
                del self._jobs[old]
            self._thread = threading.Thread(target=self._follow, args=(job.id, run), name="build", daemon=True)
            self._thread.start()
        self._log.info("build started", job=job.id)
        return job

    def close(self) -> None:
        """Start no more; a build that runs is stopped, and leaves the current build as it was."""
        with self._lock:
            self._closed = True
            run, thread = self._run, self._thread
        if run and thread and self.running:
            run.stop()
        if thread:
            thread.join()

    def _follow(self, job_id: str, run: Run) -> None:
        try:
            told = self._listen(job_id, run)
            code, complaints = run.end()
            if code == 0 and told:
                self._finished()
                self._finish(job_id, told)
            else:
                self._fail(job_id, code, complaints)
        except Exception:  # noqa: BLE001 - whatever goes wrong, the job ends, or no other build could start
            self._log.exception("build lost", job=job_id)
            self._set(
                job_id, state="failed", error="It cannot be told what became of the build: see the service's log."
            )

    def _listen(self, job_id: str, run: Run) -> Mapping[str, Any]:
        """Keep the job up to date; what the build tells at its end, empty where it tells nothing."""
        pace = _Pace(self._clock)
        told: Mapping[str, Any] = {}
        for line in run.lines():
            message = _read(line)
            if "build" in message:
                told = message
            elif "step" in message:
                self._set(job_id, state="running", **pace.take(**message))
        return told

    def _finish(self, job_id: str, told: Mapping[str, Any]) -> None:
        self._set(
            job_id,
            state="done",
            step=None,
            articles_done=told["articles"],
            articles_total=told["articles"],
            seconds_left=0.0,
            outcomes=told["outcomes"],
            left_out=told["left_out"],
            build=told["build"],
        )
        self._log.info("build done", job=job_id, build=told["build"])

    def _fail(self, job_id: str, code: int, complaints: Sequence[str]) -> None:
        told = next((one.removeprefix(_COMPLAINT) for one in reversed(complaints) if one.startswith(_COMPLAINT)), None)
        if self._closed:
            error = "It was stopped together with the service; the build before is current. Start it again."
        elif told:
            error = without_paths(told)
        elif code < 0:
            error = f"It was killed by signal {-code} (out of memory?); the build before is current. Start it again."
        else:
            error = f"It ended with exit code {code}; the build before is current. The service's log says more."
        self._set(job_id, state="failed", seconds_left=None, error=error)
        self._log.warning("build failed", job=job_id, code=code, said=list(complaints))

    def _set(self, job_id: str, **changed: Any) -> None:  # noqa: ANN401 - the fields of Job
        with self._lock:
            if changed.get("state") in self._ended:
                self._ended[changed["state"]] += 1
            if job_id in self._jobs:
                self._jobs[job_id] = replace(self._jobs[job_id], **changed)


class _Pace:
    """Turns what a build tells about a step into the progress of its job."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._articles: int | None = None
        self._first: tuple[int, float] | None = None

    def take(self, *, step: str, done: int, total: int | None) -> dict[str, Any]:
        """The fields of the job that change."""
        if step != "encode":
            self._articles = total if total is not None else self._articles
            return {"step": step, "articles_done": done, "articles_total": self._articles}
        now = self._clock()
        if self._first is None:
            self._first = (done, now)
        before, since = self._first
        speed = (done - before) / (now - since) if now > since else 0.0
        share = done / total if total else 1.0
        return {
            "step": step,
            "articles_done": int((self._articles or 0) * share),
            "passages_per_second": round(speed, 1) if speed else None,
            "seconds_left": round((total - done) / speed, 1) if speed and total is not None else None,
        }


def _read(line: str) -> Mapping[str, Any]:
    """What a line tells; empty where it is none of ours."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    match message:
        case {"step": str(step), "done": int(done), "total": int() | None as total}:
            return {"step": step, "done": done, "total": total}
        case {"build": str(), "articles": int(), "outcomes": dict(), "left_out": int()}:
            return dict(message)
        case _:
            return {}
