"""Measures how long retrieving, quoting and building take on this machine."""

import os
import platform
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from evals.running import WARM_UP, Follow
from evals.types import PERCENTS, GoldenQuestion, Subject
from indexes.types import Encoder, Filters
from qa.types import Question

WORDS = 190
"""Words of a passage on which encoders are compared: about as many as the encoder reads."""
_PASSAGES = 32
_ROUNDS = 3


def time_questions(subject: Subject, questions: Sequence[GoldenQuestion], *, follow: Follow) -> dict[str, float]:
    """Milliseconds by step and percentile over all questions, one at a time, warm."""
    answerer = subject.answerer

    def retrieve(text: str) -> None:
        subject.retriever.retrieve(text, limit=10, filters=Filters())

    def quote(text: str) -> None:
        if answerer is not None:
            answerer.answer(Question(text=text, mode="quotes"))

    steps: dict[str, Callable[[str], None]] = {"retrieve": retrieve, "quotes": quote}
    for text in WARM_UP:
        for step in steps.values():
            step(text)
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for question in follow(questions):
        for name, step in steps.items():
            started = time.perf_counter()
            step(question.text)
            taken[name].append((time.perf_counter() - started) * 1000)
    return {
        f"{name}_p{percent}_ms": round(float(np.percentile(times, percent)), 3)
        for name, times in taken.items()
        for percent in PERCENTS
    }


def time_build(build: Callable[[], tuple[int, int]]) -> dict[str, float]:
    """Articles and passages a second of a build from nothing; `build` returns the number of each."""
    started = time.perf_counter()
    articles, passages = build()
    seconds = time.perf_counter() - started
    return {
        "build_seconds": round(seconds, 3),
        "build_articles": articles,
        "build_passages": passages,
        "articles_per_second": round(articles / seconds, 2),
        "passages_per_second": round(passages / seconds, 2),
    }


def time_engines(engines: Mapping[str, Encoder], texts: Iterable[str], questions: Sequence[str]) -> dict[str, float]:
    """For each engine passages of 190 words a second (the best of three rounds) and the median milliseconds a question."""
    words = " ".join(texts).split()
    passages = [" ".join(words[at : at + WORDS]) for at in range(0, len(words), WORDS)][:_PASSAGES]
    numbers = {}
    for name, encoder in engines.items():
        encoder.encode([questions[0], passages[0]])
        fastest = min(_time(encoder, passages) for _ in range(_ROUNDS))
        taken = [_time(encoder, [question]) * 1000 for question in questions]
        numbers[f"{name}: passages_per_second"] = round(len(passages) / fastest, 2)
        numbers[f"{name}: question_ms"] = round(float(np.median(taken)), 3)
    return numbers


def _time(encoder: Encoder, texts: Sequence[str]) -> float:
    """Seconds that encoding takes."""
    started = time.perf_counter()
    encoder.encode(texts)
    return time.perf_counter() - started


def describe_machine() -> dict[str, Any]:
    """What the numbers depend on."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": usable,
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:  # noqa: PTH123 - a file of the kernel
            names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor()
