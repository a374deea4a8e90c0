"""Measures what HTTP adds to an answer: `python -m tests.load.overhead`, over the current index, in quotes mode.

Each answer tells how long it took to answer (`timings_ms.total`); what a call takes besides is measured over a kept connection and
in process, where it is the trace that is kept. The difference is HTTP's. An answer takes thirty times as long and varies by more than
HTTP adds, so whole calls are not compared.
"""

import argparse
import http.client
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from urllib.parse import urlsplit

from fastapi import FastAPI

from api.app import create_app
from api.logs import install_logs
from api.serving import Opened
from api.settings import ApiSettings
from api.wiring import open_builds
from qa.types import Question
from tests.fakes.listening import listening

QUESTIONS = ("What did Lavrov say about Comey?", "When was Comey dismissed?", "Who won the ferry?", "What happened?")
_NOT_COUNTED = 5


def main() -> int:
    """Print the medians in milliseconds."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.overhead", description=__doc__)
    parser.add_argument("--times", type=int, default=200, help="how often each question is asked (default: 200)")
    options = parser.parse_args()
    install_logs("console", level="error")
    settings = ApiSettings()
    with open_builds() as archive, closing(archive.open()) as opened:
        archive.open = lambda: replace(opened, close=lambda: None)  # type: ignore[method-assign]  # both ask the same one
        medians = _measure(create_app(archive, settings), opened, times=options.times)
    over, within = medians["http"], medians["in process"]
    print(
        f"besides answering: http {over:.2f} ms, in process {within:.2f} ms; added {over - within:.2f} ms at the median"
    )
    return 0


def _measure(app: FastAPI, opened: Opened, *, times: int) -> dict[str, float]:
    """What a call takes besides answering, for each way; milliseconds at the median."""
    with listening(app) as address:
        place = urlsplit(address)
        connection = http.client.HTTPConnection(place.hostname or "", place.port)

        def over_http(question: str) -> float:
            body = json.dumps({"question": question, "mode": "quotes"})
            connection.request("POST", "/v1/ask", body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer = json.loads(response.read())
            assert response.status == http.client.OK, response.status
            return float(answer["timings_ms"]["total"])

        def in_process(question: str) -> float:
            begun = opened.answerer.begin(Question(text=question, mode="quotes"))
            return round(opened.answerer.finish(begun).timings_ms["total"])

        ways: list[tuple[str, Callable[[str], float]]] = [("http", over_http), ("in process", in_process)]
        besides: dict[str, list[float]] = {name: [] for name, _ in ways}
        rounds = random.Random(1)
        for turn in range(times + _NOT_COUNTED):
            for question in QUESTIONS:
                for name, way in rounds.sample(ways, 2):
                    began = time.perf_counter()
                    answering = way(question)
                    if turn >= _NOT_COUNTED:
                        besides[name].append((time.perf_counter() - began) * 1000 - answering)
        connection.close()
    return {name: statistics.median(times) for name, times in besides.items()}


if __name__ == "__main__":
    sys.exit(main())
