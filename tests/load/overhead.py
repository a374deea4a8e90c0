"""Measures what HTTP adds to an answer: `python -m tests.load.overhead`, over the current index, in quotes mode.

Each question is asked in process and over a kept connection in turn, in changing order; medians and their difference.
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


def main() -> int:
    """Print the medians in milliseconds."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.overhead", description=__doc__)
    parser.add_argument("--times", type=int, default=200, help="how often each question is asked (default: 200)")
    options = parser.parse_args()
    install_logs("console", level="error")
    settings = ApiSettings()
    with open_builds() as archive, closing(archive.open()) as opened:
        archive.open = lambda: replace(opened, close=lambda: None)  # type: ignore[method-assign]  # both ask the same one
        medians, added = _measure(create_app(archive, settings), opened, times=options.times)
    print(f"http {medians['http']:.2f} ms, in process {medians['in process']:.2f} ms at the median")
    between = medians["http"] - medians["in process"]
    print(f"added: {between:.2f} ms between the medians, {added:.2f} ms at the median of the differences")
    return 0


def _measure(app: FastAPI, opened: Opened, *, times: int) -> tuple[dict[str, float], float]:
    """The median of each way, and of what HTTP adds to the same question in the same turn; milliseconds."""
    with listening(app) as address:
        place = urlsplit(address)
        connection = http.client.HTTPConnection(place.hostname or "", place.port)

        def over_http(question: str) -> None:
            body = json.dumps({"question": question, "mode": "quotes"})
            connection.request("POST", "/v1/ask", body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            response.read()
            assert response.status == http.client.OK, response.status

        def in_process(question: str) -> None:
            begun = opened.answerer.begin(Question(text=question, mode="quotes"))
            opened.answerer.finish(begun)

        ways: list[tuple[str, Callable[[str], None]]] = [("http", over_http), ("in process", in_process)]
        spent: dict[str, list[float]] = {name: [] for name, _ in ways}
        rounds = random.Random(1)
        for turn in range(times + 5):
            for question in QUESTIONS:
                for name, way in rounds.sample(ways, 2):
                    began = time.perf_counter()
                    way(question)
                    if turn >= 5:
                        spent[name].append((time.perf_counter() - began) * 1000)
        connection.close()
    medians = {name: statistics.median(times) for name, times in spent.items()}
    added = [over - within for over, within in zip(spent["http"], spent["in process"], strict=True)]
    return medians, statistics.median(added)


if __name__ == "__main__":
    sys.exit(main())
