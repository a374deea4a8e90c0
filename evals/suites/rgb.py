"""RGB (Chen et al., AAAI 2024): noise, passages that do not answer, and passages with a wrong fact."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from evals.suites.lines import Record, find_file, read_records, require_some
from evals.suites.passages import Passages
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
    texts = Passages("rgb", title="Passage")
    questions = [question for record in read_records(path, lines=True) for question in _read_item(record, texts)]
    return SuiteData(
        suite="rgb",
        sources=(),
        questions=require_some(path, questions),
        articles=texts.articles,
        fingerprint=fingerprint(path),
    )


def _read_item(record: Record, texts: Passages) -> Iterator[GoldenQuestion]:
    number, text = record.fields.get("id"), record.string("query")
    if not isinstance(number, int | str):
        raise record.fail("id", "is neither a number nor a text")
    right, wrong, other = (
        [texts.add(passage) for passage in record.strings(field)]
        for field in ("positive", "positive_wrong", "negative")
    )
    other = [key for key in other if key not in {*right, *wrong}]
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
        if right and right[0] != wrong[0]:
            pair = (right[0], wrong[0])
            yield ask("conflict", pair, pair, status="conflicting", gold_answers=(*answers, *false))


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
