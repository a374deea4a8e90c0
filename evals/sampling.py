"""Chooses which golden questions are run (pure)."""

import random
from collections.abc import Sequence
from dataclasses import replace

from evals.errors import WrongUsage
from evals.metrics import occurrences
from evals.types import GoldenQuestion, Subject


def choose_split(questions: Sequence[GoldenQuestion], split: str) -> tuple[GoldenQuestion, ...]:
    """The questions of one half, or all. Raises `WrongUsage` where no question is of that half."""
    chosen = tuple(question for question in questions if split in ("all", question.split))
    if not chosen:
        raise WrongUsage(f"no question has the split {split!r}. Leave --split out: the data may not be halved.")
    return chosen


def sample(questions: Sequence[GoldenQuestion], *, limit: int | None, seed: int) -> tuple[GoldenQuestion, ...]:
    """At most `limit` questions in their order, drawn by `seed`, each status with its share of them.

    Shares are rounded by largest remainder; while there is room each status gets at least one question.
    """
    if limit is None or limit >= len(questions):
        return tuple(questions)
    groups: dict[str, list[int]] = {}
    for position, question in enumerate(questions):
        groups.setdefault(question.status, []).append(position)
    shares = _shares({status: len(group) for status, group in groups.items()}, limit)
    generator = random.Random(seed)  # noqa: S311 - a sample that can be drawn again, no secret
    chosen = [position for status in sorted(groups) for position in generator.sample(groups[status], shares[status])]
    return tuple(questions[position] for position in sorted(chosen))


def leave_evidence_out(questions: Sequence[GoldenQuestion], subject: Subject) -> tuple[GoldenQuestion, ...]:
    """The answerable questions, each put to all articles but those that answer it: only memory could answer now.

    An article answers where it is a gold one or holds a gold (or also valid) quote. Raises `WrongUsage` where no
    question is left.
    """
    texts = {article.id: article.text for article in subject.catalogue.all_articles()}
    left = []
    for question in questions:
        if not question.answerable:
            continue
        within = tuple(
            key
            for key, text in texts.items()
            if key not in question.article_ids
            and not any(quote in text or occurrences(text, quote) for quote in question.accepted)
        )
        left.append(
            replace(
                question,
                kind="evidence_left_out",
                status="insufficient_evidence",
                within=within,
                article_ids=(),
                gold_quotes=(),
                also_valid=(),
                gold_answers=(),
            )
        )
    if not left:
        raise WrongUsage("no question that was chosen is answerable, so no evidence can be left out. Choose more.")
    return tuple(left)


def _shares(sizes: dict[str, int], limit: int) -> dict[str, int]:
    total = sum(sizes.values())
    exact = {status: limit * size / total for status, size in sizes.items()}
    shares = {status: int(share) for status, share in exact.items()}
    by_need = sorted(sizes, key=lambda status: (shares[status] > 0, shares[status] - exact[status], status))
    for status in by_need[: limit - sum(shares.values())]:
        shares[status] += 1
    for status in by_need:
        largest = max(shares, key=lambda other: (shares[other], other))
        if not shares[status] and shares[largest] > 1:
            shares[status], shares[largest] = 1, shares[largest] - 1
    return shares
