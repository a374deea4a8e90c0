"""Eight clients ask while an index is built. `DATELINE_LOAD_ARTICLES=2000` measures with that many, and prints."""

import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

import httpx
import pytest

from tests.e2e.running import Service, run_service
from tests.fakes.archive import write_records
from tests.fakes.fiction import article, articles, question

ARTICLES = int(os.environ.get("DATELINE_LOAD_ARTICLES", "0"))
SERVED = max(8, ARTICLES // 10)
SECONDS = 60.0
CLIENTS = 8
MOST_SLOWER = 2.0

pytestmark = [
    pytest.mark.encoder,
    pytest.mark.timeout(600 + 10 * ARTICLES),
    pytest.mark.skipif(not ARTICLES, reason="takes minutes: DATELINE_LOAD_ARTICLES=2000 measures with that many"),
]


@dataclass(slots=True)
class Asked:
    """What came of the requests of some time: the seconds of each that was answered, and the others' complaints."""

    seconds: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def quantile(self, percent: int) -> float:
        """Seconds within which so many of the answers came."""
        return quantiles(self.seconds, n=100, method="inclusive")[percent - 1]

    def __str__(self) -> str:
        p50, p95 = (1000 * self.quantile(percent) for percent in (50, 95))
        made = len(self.seconds) + len(self.failed)
        return f"{made} requests, {len(self.failed)} failed, p50 {p50:.0f} ms, p95 {p95:.0f} ms"


class Crowd:
    """Clients that each ask one question after the other, until they are told to stop."""

    def __init__(self, url: httpx.URL) -> None:
        self._url = url
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._asked = Asked()
        self._threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def turn(self) -> Asked:
        """What was asked since the last turn."""
        with self._lock:
            asked, self._asked = self._asked, Asked()
        return asked

    def stop(self) -> None:
        """Let each have its last answer."""
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, number: int) -> None:
        with httpx.Client(base_url=self._url, trust_env=False, timeout=60) as client:
            while not self._ended.is_set():
                complaint, begun = "", time.perf_counter()
                try:
                    answer = client.post("/v1/ask", json={"question": question(number % SERVED), "mode": "quotes"})
                    complaint = "" if answer.status_code == httpx.codes.OK else f"{answer.status_code} {answer.text}"
                except httpx.HTTPError as error:
                    complaint = repr(error)
                took = time.perf_counter() - begun
                with self._lock:
                    if complaint:
                        self._asked.failed.append(complaint)
                    else:
                        self._asked.seconds.append(took)
                number += CLIENTS


def _build(service: Service) -> float:
    """Seconds that a build takes from the request to the service's word that it is done."""
    begun = time.perf_counter()
    assert service.client.post("/v1/index/builds").status_code == httpx.codes.ACCEPTED
    service.wait_for("build done", seconds=600 + 10.0 * ARTICLES)
    return time.perf_counter() - begun


def _change_one(service: Service) -> float:
    """Seconds from the request that changes an article until what it says now is shown."""
    begun = time.perf_counter()
    answer = service.client.post("/v1/articles", json=dict(article(3, edition=2)))
    assert [one["kind"] for one in answer.json()["items"]] == ["replaced"], answer.text
    assert "changed for edition 2" in service.client.get("/v1/articles/fiction-3").text
    return time.perf_counter() - begun


def test_answers_while_building(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No request fails while articles are indexed and the service moves to the new build, and p95 at most doubles."""
    write_records(tmp_path / "archive.jsonl", list(articles(SERVED)))
    with run_service(tmp_path) as service:
        _build(service)
        write_records(tmp_path / "archive.jsonl", list(articles(ARTICLES)))
        crowd = Crowd(service.client.base_url)
        try:
            time.sleep(SECONDS / 4)  # the first answers warm the service up and are not counted
            crowd.turn()
            time.sleep(SECONDS)
            before = crowd.turn()
            took = _build(service)
            during = crowd.turn()
        finally:
            crowd.stop()
        assert service.client.get("/v1/index").json()["articles"] == ARTICLES
        changed = _change_one(service)
        service.stop()
    told = [
        f"\nbefore the build: {before}",
        f"while {ARTICLES} articles were built ({took:.0f} s): {during}",
        f"p95 {during.quantile(95) / before.quantile(95):.2f} times that before",
        f"one article changed: {changed:.1f} s until it was shown",
    ]
    with capsys.disabled():
        print("\n".join(told))  # noqa: T201 - a measurement is to be seen
    assert before.failed == during.failed == []
    assert during.quantile(95) <= MOST_SLOWER * before.quantile(95), told
