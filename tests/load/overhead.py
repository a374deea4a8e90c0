"""Measures what HTTP adds to an answer: `python -m tests.load.overhead`, over the current index, in quotes mode.

Each way asks all questions some times in a row, then the other does, in changing order: the two run in threads of their own, and
engines keep a pool of workers for each thread, which wait for more for a while and take the processors from the other's.
Medians of each question, and what HTTP adds to them.
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


_IN_A_ROW, _NOT_COUNTED = 20, 3


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
    for question in QUESTIONS:
        over, within = medians["http"][question], medians["in process"][question]
        print(f"{question}: http {over:.2f} ms, in process {within:.2f} ms, added {over - within:.2f} ms")
    added = statistics.median(medians["http"][text] - medians["in process"][text] for text in QUESTIONS)
    print(f"added: {added:.2f} ms at the median")
    return 0


def _measure(app: FastAPI, opened: Opened, *, times: int) -> dict[str, dict[str, float]]:
    """The median of each question for each way; milliseconds."""
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
        spent: dict[str, dict[str, list[float]]] = {name: {text: [] for text in QUESTIONS} for name, _ in ways}
        rounds = random.Random(1)
        for _ in range(-(-times // _IN_A_ROW)):
            for name, way in rounds.sample(ways, 2):
                connection.close()  # the service ends one that idles for seconds; it is opened anew by the next request
                for turn in range(_IN_A_ROW + _NOT_COUNTED):
                    for question in QUESTIONS:
                        began = time.perf_counter()
                        way(question)
                        if turn >= _NOT_COUNTED:
                            spent[name][question].append((time.perf_counter() - began) * 1000)
        connection.close()
    return {
        name: {question: statistics.median(times) for question, times in asked.items()} for name, asked in spent.items()
    }


if __name__ == "__main__":
    sys.exit(main())
