"""Counts what the service does, for Prometheus: the only file that imports its client."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from api.building import Jobs
from api.limits import Slots
from api.observing import STEPS, Served, TellServed
from api.serving import Serving
from qa.errors import Abandoned
from qa.types import Answer

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OTHER_METHOD = "other"
_ABORTED = "aborted"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 180.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is asked for its state whenever the metrics are read."""

    serving: Serving
    slots: Slots
    jobs: Jobs
    now: Callable[[], float] = time.time


class Metrics:
    """The metrics of one service, in a registry of its own. No label holds a word of a question or of an article."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._requests = Counter(
            "dateline_requests", "Requests that were served.", ("method", "route", "status"), registry=registry
        )
        self._request_seconds = Histogram(
            "dateline_request_seconds", "Time to serve a request.", ("route",), buckets=_SECONDS, registry=registry
        )
        self._in_flight = Gauge("dateline_requests_in_flight", "Requests that are worked on.", registry=registry)
        self._answers = Counter(
            "dateline_answers", "Answers, declined ones included.", ("status", "mode"), registry=registry
        )
        self._failed = Counter("dateline_answers_failed", "Questions that ended in an error.", registry=registry)
        self._abandoned = Counter(
            "dateline_answers_abandoned", "Questions whose client left before the answer.", registry=registry
        )
        self._declined = Counter("dateline_declined", "Declined questions.", ("reason_code",), registry=registry)
        self._dropped = Counter(
            "dateline_dropped_citations", "Claims and citations that verification took out.", registry=registry
        )
        self._prompt_tokens = Counter(
            "dateline_prompt_tokens", "Tokens of prompts that a language model read.", registry=registry
        )
        self._answer_seconds = Histogram(
            "dateline_answer_seconds", "Time to answer a question.", ("mode",), buckets=_SECONDS, registry=registry
        )
        self._first_quote_seconds = Histogram(
            "dateline_first_quote_seconds", "Time until the quotes are there.", buckets=_SECONDS, registry=registry
        )
        self._step_seconds = Histogram(
            "dateline_answer_step_seconds", "Time of a step.", ("step",), buckets=_SECONDS, registry=registry
        )

    @contextmanager
    def request(self, *, method: str, request_id: str, headers: Mapping[str, str]) -> Iterator[TellServed]:  # noqa: ARG002 - of any request
        """Count a request."""
        with self._in_flight.track_inprogress():
            yield self._count_request

    def answered(self, answer: Answer, *, began_ns: int) -> None:  # noqa: ARG002 - the answer knows how long it took
        """Count an answer, and time its steps unless they were made for an earlier one."""
        self._answers.labels(answer.status, answer.mode).inc()
        if answer.reason_code:
            self._declined.labels(answer.reason_code).inc()
        if answer.cached:
            return
        self._dropped.inc(answer.dropped)
        self._prompt_tokens.inc(answer.prompt_tokens)
        seconds = {name: milliseconds / 1000 for name, milliseconds in answer.timings_ms.items()}
        if "total" in seconds:
            self._answer_seconds.labels(answer.mode).observe(seconds["total"])
        if "first_quote" in seconds:
            self._first_quote_seconds.observe(seconds["first_quote"])
        for step in STEPS:
            if step in seconds:
                self._step_seconds.labels(step).observe(seconds[step])

    def failed(self, error: Exception, *, began_ns: int) -> None:  # noqa: ARG002 - counted, not timed
        """Count a question without an answer."""
        (self._abandoned if isinstance(error, Abandoned) else self._failed).inc()

    def watch(self, watched: Watched) -> Callable[[], None]:
        """Ask these for their state too; what it gives ends that."""
        states = _States(watched)
        self._registry.register(states)
        return lambda: self._registry.unregister(states)

    def write(self, accept: str) -> tuple[bytes, str]:
        """The metrics in the form that an `Accept` header asks for, and its media type."""
        encode, media_type = choose_encoder(accept)
        return encode(self._registry), media_type

    def _count_request(self, served: Served) -> None:
        method = served.method if served.method in _METHODS else _OTHER_METHOD
        self._requests.labels(method, served.route, str(served.status or _ABORTED)).inc()
        self._request_seconds.labels(served.route).observe(served.seconds)


class _States(Collector):
    """The state of the service at the moment."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched

    def describe(self) -> Iterator[Metric]:
        """Nothing in advance: the registry need not ask for the state to know the names."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """The queue of the language model, the jobs, the index."""
        watched = self._watched
        running, taken = watched.slots.running, watched.slots.taken
        yield GaugeMetricFamily("dateline_llm_running", "Questions that have a language model's slot.", value=running)
        yield GaugeMetricFamily(
            "dateline_llm_waiting", "Questions that wait for a slot.", value=max(taken - running, 0)
        )
        builds = CounterMetricFamily("dateline_builds", "Builds that were asked for and ended.", labels=("state",))
        for state, count in watched.jobs.ended.items():
            builds.add_metric((state,), count)
        yield builds
        yield GaugeMetricFamily(
            "dateline_builds_running", "Builds that run.", value=0 if watched.jobs.running is None else 1
        )
        yield from self._index()

    def _index(self) -> Iterator[Metric]:
        opened = self._watched.serving.peek()
        yield GaugeMetricFamily("dateline_index_open", "Whether a build serves.", value=0 if opened is None else 1)
        if opened is None:
            return
        manifest = opened.manifest
        ready = opened.mode == "answer"
        yield GaugeMetricFamily("dateline_llm_ready", "Whether there is a language model.", value=1 if ready else 0)
        yield InfoMetricFamily(
            "dateline_build", "The build that serves.", value={"build": manifest.name, "encoder": manifest.encoder}
        )
        yield GaugeMetricFamily("dateline_index_articles", "Articles of that build.", value=manifest.articles)
        yield GaugeMetricFamily("dateline_index_passages", "Passages of that build.", value=manifest.passages)
        yield GaugeMetricFamily("dateline_index_bytes", "Bytes of that build's files.", value=opened.disk_bytes)
        age = self._watched.now() - _seconds_of(manifest.created)
        yield GaugeMetricFamily("dateline_build_age_seconds", "Time since that build was made.", value=max(age, 0.0))


def _seconds_of(created: str) -> float:
    """A manifest's time as seconds since 1970; 0 where it is none."""
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
