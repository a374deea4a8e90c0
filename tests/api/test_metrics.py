"""GET /metrics."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.metrics import Metrics
from api.observing import Served
from indexes.errors import IndexMissing
from qa.errors import Abandoned
from qa.types import Answer
from tests.api.conftest import Client, Open
from tests.fakes.answering import SharedWordsAnswerer
from tests.fakes.changing import FakeArchive, SteppedWatch, wait_for_builds

Samples = Mapping[tuple[str, tuple[tuple[str, str], ...]], float]


def read_samples(text: str) -> Samples:
    """The samples by name and labels, as Prometheus itself reads them."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scrape(client: Client) -> Samples:
    """What the service tells at the moment."""
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain")
    return read_samples(response.text)


def value(samples: Samples, name: str, **labels: str) -> float:
    """One sample; 0 where it is not there yet."""
    return samples.get((name, tuple(sorted(labels.items()))), 0.0)


def test_requests(client: Client) -> None:
    """Requests are counted and timed by the template of their route, never by their path."""
    for path in ("/v1/articles/pump-house", "/v1/articles/orchard/frost", "/v1/articles/none"):
        client.get(path)
    client.get("/v1/ask")
    found = scrape(client)
    route = "/v1/articles/{article_id:path}"
    assert value(found, "dateline_requests_total", method="GET", route=route, status="200") == 2
    assert value(found, "dateline_requests_total", method="GET", route=route, status="404") == 1
    assert value(found, "dateline_requests_total", method="GET", route="/v1/ask", status="405") == 1
    assert value(found, "dateline_request_seconds_count", route=route) == 3
    assert value(found, "dateline_requests_in_flight") == 1


def test_labels_are_bounded(client: Client) -> None:
    """Unknown paths are one label, and so are unknown methods, however many there are."""
    names = []
    for start in (0, 10):
        for number in range(start, start + 10):
            client.get(f"/nowhere/{number}")
            client.request(f"X{number}", "/v1/ask")
        scrape(client)
        names.append(set(scrape(client)))
    found = scrape(client)
    assert value(found, "dateline_requests_total", method="GET", route="unmatched", status="404") == 20
    assert value(found, "dateline_requests_total", method="other", route="/v1/ask", status="405") == 20
    assert names[0] == names[1]


def test_answers(client: Client) -> None:
    """Answers are counted by status and mode, declined ones by their reason; their steps are timed."""
    client.post("/v1/ask", json={"question": "How many valves?"})
    client.post("/v1/ask", json={"question": "How many valves?", "mode": "quotes"})
    client.post("/v1/ask", json={"question": "zebras"})
    found = scrape(client)
    assert value(found, "dateline_answers_total", status="answered", mode="answer") == 1
    assert value(found, "dateline_answers_total", status="answered", mode="quotes") == 1
    assert value(found, "dateline_answers_total", status="insufficient_evidence", mode="answer") == 1
    assert value(found, "dateline_declined_total", reason_code="topic_absent") == 1
    assert value(found, "dateline_answer_step_seconds_count", step="retrieve") == 3
    assert value(found, "dateline_answer_seconds_count", mode="answer") == 2


def test_streamed_answers(client: Client) -> None:
    """An answer that is streamed counts as any other."""
    client.post("/v1/ask", json={"question": "How many valves?", "stream": True})
    assert value(scrape(client), "dateline_answers_total", status="answered", mode="answer") == 1


def test_whole_answers() -> None:
    """Every step is timed in seconds, what was dropped and the tokens of the prompt are summed; a cached answer costs nothing."""
    metrics = Metrics()
    timings = {
        "retrieve": 30.0,
        "evidence": 12.0,
        "first_quote": 45.0,
        "generate": 5100.0,
        "verify": 8.0,
        "total": 5160.0,
    }
    answer = Answer(status="answered", mode="answer", dropped=2, prompt_tokens=493, timings_ms=timings)
    for one in (answer, replace(answer, cached=True)):
        metrics.answered(one, began_ns=0)
    found = read_samples(metrics.write("")[0].decode())
    assert value(found, "dateline_answers_total", status="answered", mode="answer") == 2
    assert value(found, "dateline_prompt_tokens_total") == 493
    assert value(found, "dateline_dropped_citations_total") == 2
    for step, seconds in (("retrieve", 0.03), ("evidence", 0.012), ("generate", 5.1), ("verify", 0.008)):
        assert value(found, "dateline_answer_step_seconds_sum", step=step) == pytest.approx(seconds)
    assert value(found, "dateline_first_quote_seconds_sum") == pytest.approx(0.045)


def test_failed_answers(client: Client, answerer: SharedWordsAnswerer) -> None:
    """A question that ends in an error is counted as failed, and its request with the status."""
    answerer.raising = IndexMissing("gone")
    client.post("/v1/ask", json={"question": "valves"})
    found = scrape(client)
    assert value(found, "dateline_answers_failed_total") == 1
    assert value(found, "dateline_requests_total", method="POST", route="/v1/ask", status="503") == 1


def test_abandoned_answers() -> None:
    """A client that leaves is no failure of the service."""
    metrics = Metrics()
    metrics.failed(Abandoned("gone"), began_ns=0)
    found = read_samples(metrics.write("")[0].decode())
    assert value(found, "dateline_answers_abandoned_total") == 1
    assert value(found, "dateline_answers_failed_total") == 0


def test_aborted_requests() -> None:
    """A request that got no answer is counted as aborted."""
    metrics = Metrics()
    with metrics.request(method="GET", request_id="r", headers={}) as tell:
        tell(Served("GET", "/v1/ask", 0, 0.1))
    found = read_samples(metrics.write("")[0].decode())
    assert value(found, "dateline_requests_total", method="GET", route="/v1/ask", status="aborted") == 1


def test_queue(open_client: Open, answerer: SharedWordsAnswerer) -> None:
    """The questions that have a slot and those that wait are told while they do, even when no other request is let in."""
    answerer.gate = threading.Event()
    client = open_client(answer_slots=1, answer_queue=2, max_requests=2)
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(client.post, "/v1/ask", json={"question": "valves"}) for _ in range(2)]
        assert answerer.begun.acquire(timeout=30)
        pause = threading.Event()
        while value(found := scrape(client), "dateline_llm_waiting") < 1:
            pause.wait(0.01)
        assert value(found, "dateline_llm_running") == 1
        assert client.get("/v1/articles").status_code == 503
        answerer.gate.set()
        assert [one.result().status_code for one in asked] == [200, 200]
    found = scrape(client)
    assert (value(found, "dateline_llm_running"), value(found, "dateline_llm_waiting")) == (0, 0)


def test_index(client: Client, opener: FakeArchive, watch: SteppedWatch) -> None:
    """The build that serves is told with its counts and its age, and another one takes its place in every sample."""
    found = scrape(client)
    assert value(found, "dateline_index_open") == 1
    assert value(found, "dateline_build_info", build="b_fake+0", encoder="shared-words") == 1
    assert (value(found, "dateline_index_articles"), value(found, "dateline_index_passages")) == (3, 3)
    assert value(found, "dateline_index_bytes") == 1234
    assert value(found, "dateline_build_age_seconds") > 3600
    assert value(found, "dateline_llm_ready") == 1
    opener.mark = "b_next+0"
    watch.step()
    names = [key for key in scrape(client) if key[0] == "dateline_build_info"]
    assert [dict(labels)["build"] for _, labels in names] == ["b_next+0"]


def test_without_index(open_client: Open, opener: FakeArchive) -> None:
    """Without an index there are metrics all the same, and nothing is opened to make them."""
    opener.mark = None
    client = open_client()
    found = scrape(client)
    assert value(found, "dateline_index_open") == 0
    assert "dateline_index_articles" not in {name for name, _ in found}
    assert opener.opened == []


def test_builds(client: Client, opener: FakeArchive) -> None:
    """Builds are told while they run, and counted by how they ended."""
    client.post("/v1/index/builds")
    assert value(scrape(client), "dateline_builds_running") == 1
    opener.runs[-1].finish(1, "dateline: the disk is full")
    wait_for_builds()
    client.post("/v1/index/builds")
    opener.finish_build("b_next+0")
    found = scrape(client)
    assert value(found, "dateline_builds_running") == 0
    assert value(found, "dateline_builds_total", state="failed") == 1
    assert value(found, "dateline_builds_total", state="done") == 1


def test_no_words(client: Client) -> None:
    """No word of a question, of an article or of a path stands in the metrics."""
    client.post("/v1/ask", json={"question": "What became of the valves at Tarnby?"})
    client.get("/secretly/valves", params={"about": "Tarnby"})
    text = client.get("/metrics").text
    assert not [word for word in ("valves", "Tarnby", "secretly", "Osk") if word.lower() in text.lower()]


def test_open_metrics(client: Client) -> None:
    """A client that asks for OpenMetrics gets it."""
    response = client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert response.headers["content-type"].startswith("application/openmetrics-text")
    assert response.text.endswith("# EOF\n")


def test_two_services(open_client: Open) -> None:
    """Each service counts for itself."""
    one, other = open_client(), open_client()
    one.post("/v1/ask", json={"question": "valves"})
    assert value(scrape(one), "dateline_answers_total", status="answered", mode="answer") == 1
    assert value(scrape(other), "dateline_answers_total", status="answered", mode="answer") == 0
