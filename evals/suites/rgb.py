"""RGB (Chen et al., AAAI 2024): noise, passages that do not answer, and passages with a wrong fact."""

import hashlib
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from evals.errors import BadData
from evals.suites.lines import Record, find_file, read_records
from evals.suites.prints import fingerprint
from evals.types import GoldenQuestion, SuiteData

SUMMARY = "robustness: noisy passages, none that answers, counterfactual ones (RGB en_fact)"
NEEDS = "--data DIR with en_fact.jsonl.gz, or the official en_fact.json (id, query, answer, positive, negative, …)"
PASSAGES = 5
"""Passages that each question is put to, as in the paper."""
NOISE = (0.0, 0.4, 0.8)
"""Shares of them that do not answer; the paper goes from none to four fifths."""


def read_rgb(folder: Path) -> SuiteData:
    """The passages as articles, and the questions, each put to a few of them. Raises `WrongUsage`, `BadData`.

    Kinds: `noise_S` (a share S of the passages does not answer), `rejection` (none answers: to be declined),
    `counterfactual` (all hold a wrong answer: the documents are to be followed), `conflict` (a right and a wrong one:
    both are to be told). The official file is a list of lines although its name ends in `.json`.
    """
    path = find_file(folder, "en_fact.jsonl.gz", "en_fact.jsonl", "en_fact.json")
    texts: dict[str, str] = {}
    questions: list[GoldenQuestion] = []
    for record in read_records(path, lines=True):
        questions += _read_item(record, texts)
    if not questions:
        raise BadData(f"{path} holds no questions. Take the file again from its source.")
    articles: list[dict[str, Any]] = [{"id": key, "title": "Passage", "text": text} for text, key in texts.items()]
    return SuiteData(
        suite="rgb", sources=(), questions=tuple(questions), articles=tuple(articles), fingerprint=fingerprint(path)
    )


def _read_item(record: Record, texts: dict[str, str]) -> Iterator[GoldenQuestion]:
    number, text = record.fields.get("id"), record.string("query")
    if not isinstance(number, int | str):
        raise record.fail("id", "is neither a number nor a text")
    right = _store(record.strings("positive"), texts)
    wrong = _store(record.strings("positive_wrong"), texts)
    other = [key for key in _store(record.strings("negative"), texts) if key not in {*right, *wrong}]
    answers = _answers(record, "answer")

    def ask(kind: str, within: Sequence[str], gold: Sequence[str], **told: Any) -> GoldenQuestion:  # noqa: ANN401
        return GoldenQuestion(
            id=f"rgb-{number}-{kind}", kind=kind, text=text, within=tuple(within), article_ids=tuple(gold), **told
        )

    for share in NOISE:
        noisy = min(math.ceil(PASSAGES * share), len(other), PASSAGES - 1)
        gold = right[: PASSAGES - noisy]
        if gold:
            yield ask(f"noise_{share}", (*gold, *other[:noisy]), gold, status="answered", gold_answers=answers)
    if other:
        yield ask("rejection", other[:PASSAGES], (), status="insufficient_evidence")
    if wrong:
        false = _answers(record, "fakeanswer")
        followed = wrong[:PASSAGES]
        yield ask("counterfactual", followed, followed, status="answered", gold_answers=false)
        pair = [key for key in (right[:1] + wrong[:1]) if key]
        if len(set(pair)) == len(("right", "wrong")):
            yield ask("conflict", pair, pair, status="conflicting", gold_answers=(*answers, *false))


def _store(passages: Sequence[str], texts: dict[str, str]) -> list[str]:
    """The ids of the passages; the same text has one id, whatever question it belongs to."""
    return [texts.setdefault(text, f"rgb-{hashlib.sha256(text.encode()).hexdigest()[:12]}") for text in passages]


def _answers(record: Record, field: str) -> tuple[str, ...]:
    """A text, a list of texts, or a list of lists of texts: every form that is accepted."""
    value = record.fields.get(field)
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list) or not found:
        raise record.fail(field, "is neither a text nor a list of texts")
    flat = [one for item in found for one in (item if isinstance(item, list) else [item])]
    if not all(isinstance(one, str) and one.strip() for one in flat):
        raise record.fail(field, "holds something that is no text")
    return tuple(dict.fromkeys(flat))
