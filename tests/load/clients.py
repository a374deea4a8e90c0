"""Clients of the service for locust: `locust -f tests/load/clients.py --headless -H http://127.0.0.1:8000 -u 50 -t 10m`.

`Quoting` asks in quotes mode; `Streaming` (`… Streaming`) streams answers of the language model, checks the order of the events,
and counts a 503 with Retry-After as the queue's word, not as an error. locust is installed beside (`pip install locust`).
"""
# mypy: disable-error-code="misc,untyped-decorator"

import json
import random
import time

from locust import HttpUser, constant, task

QUESTIONS = (
    "What did Lavrov say about Comey?",
    "When was Comey dismissed?",
    "Who was the director of the FBI?",
    "What did the mayor say about the ferry?",
    "How many passengers were on board?",
    "Why was the mill closed?",
    "What did Merkel say about Comey?",
    "Who won the regatta?",
)
ORDER = ("passages", "quotes", "claim", "final")


class Quoting(HttpUser):
    """Asks again and again, with a second's thought in between."""

    wait_time = constant(1)

    @task(8)
    def ask(self) -> None:
        """A question in quotes mode."""
        asked = {"question": random.choice(QUESTIONS), "mode": "quotes"}
        with self.client.post("/v1/ask", json=asked, name="ask", catch_response=True) as response:
            if response.status_code != 200 or "status" not in response.json():
                response.failure(f"{response.status_code}: {response.text[:200]}")

    @task(1)
    def search(self) -> None:
        """Passages only."""
        self.client.post("/v1/search", json={"question": random.choice(QUESTIONS)}, name="search")

    @task(1)
    def articles(self) -> None:
        """A page of articles."""
        self.client.get("/v1/articles?limit=20", name="articles")


class Streaming(HttpUser):
    """Streams answers; waits as long as it is told to where the queue is full."""

    wait_time = constant(1)

    @task
    def ask(self) -> None:
        """One answer from its first event to its last."""
        asked = {"question": random.choice(QUESTIONS), "mode": "answer", "stream": True}
        began = time.perf_counter()
        with self.client.post("/v1/ask", json=asked, stream=True, name="stream", catch_response=True) as response:
            if response.status_code == 503 and response.headers.get("Retry-After"):
                response.success()
                time.sleep(int(response.headers["Retry-After"]))
                return
            names, final = [], None
            for line in response.iter_lines():
                text = line.decode()
                if text.startswith("event: "):
                    names.append(text.removeprefix("event: "))
                    if names[-1] == "quotes":
                        self._note("first quotes", began)
                elif text.startswith("data: ") and names[-1] == "final":
                    final = json.loads(text.removeprefix("data: "))
            places = [ORDER.index(name) for name in names if name in ORDER]
            if final is None or places != sorted(places) or "error" in names:
                response.failure(f"events out of order, or no end: {names}")
        self._note("whole answer", began)

    def _note(self, name: str, began: float) -> None:
        self.environment.events.request.fire(
            request_type="SSE", name=name, response_time=(time.perf_counter() - began) * 1000, response_length=0,
            exception=None, context={},
        )  # fmt: skip
