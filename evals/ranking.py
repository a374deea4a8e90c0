"""The metrics of one ranking of passages against gold facts (pure functions).

As the official MultiHop-RAG script (Tang & Yang, COLM 2024, `retrieval_evaluate.py`) defines them: a passage hits when
it contains a gold fact, white space removed. Questions without gold facts (its null queries) do not count. The script
reads an eleventh passage into MAP@10 where it is given one; for lists of ten the values are the same.
A fact is the tuple of strings that state it: one of them is enough.
"""

from collections.abc import Sequence
from itertools import accumulate

from evals.types import Share

Facts = Sequence[Sequence[str]]


def squeeze(text: str) -> str:
    """The text without white space."""
    return "".join(text.split())


def facts_found(passages: Sequence[str], facts: Facts) -> list[frozenset[int]]:
    """For each passage the numbers of the facts that it contains; of equal facts only the first is found."""
    squeezed = [[squeeze(string) for string in fact if squeeze(string)] for fact in facts]
    fresh = [number for number, fact in enumerate(squeezed) if fact not in squeezed[:number]]
    plain = [squeeze(passage) for passage in passages]
    return [
        frozenset(number for number in fresh if any(string in passage for string in squeezed[number]))
        for passage in plain
    ]


def any_hit(passages: Sequence[str], facts: Facts) -> float:
    """1 where a passage contains a gold fact (the script's `Hits@k`, for the k passages given)."""
    return float(any(facts_found(passages, facts)))


def reciprocal_rank(passages: Sequence[str], facts: Facts) -> float:
    """1 / rank of the first passage that contains a gold fact; 0 where none does."""
    ranks = [rank for rank, found in enumerate(facts_found(passages, facts), start=1) if found]
    return 1 / ranks[0] if ranks else 0.0


def average_precision(passages: Sequence[str], facts: Facts) -> float:
    """The script's `MAP@10` of one question: facts first found at each rank / rank, summed, over min(facts, 10)."""
    seen: frozenset[int] = frozenset()
    total = 0.0
    for rank, found in enumerate(facts_found(passages, facts), start=1):
        total += len(found - seen) / rank
        seen |= found
    return total / min(len(facts), 10)


def fact_recall(passages: Sequence[str], facts: Facts) -> Share:
    """Gold facts contained in the passages / gold facts; equal facts count once."""
    distinct = {tuple(squeeze(string) for string in fact) for fact in facts}
    found: frozenset[int] = frozenset().union(*facts_found(passages, facts))
    return Share(len(found), len(distinct))


def all_facts(passages: Sequence[str], facts: Facts) -> float:
    """1 where the passages contain all gold facts."""
    share = fact_recall(passages, facts)
    return float(share.part == share.whole)


def first_characters(passages: Sequence[str], characters: int) -> list[str]:
    """The passages, best first, up to a total length; the last one is cut where the budget ends."""
    ends = list(accumulate(len(passage) for passage in passages))
    return [
        passage[: max(0, characters - (end - len(passage)))]
        for passage, end in zip(passages, ends, strict=True)
        if end - len(passage) < characters
    ]


def ranking_shares(passages: Sequence[str], facts: Facts) -> dict[str, Share]:
    """All ranking metrics of one question by name; `passages` are texts, best first. Empty without facts."""
    if not facts:
        return {}
    shares: dict[str, Share] = {}
    heads = {f"@{limit}": list(passages[:limit]) for limit in (4, 10)} | {"@6000c": first_characters(passages, 6000)}
    for name, head in heads.items():
        shares[f"any_hit{name}"] = Share(any_hit(head, facts), 1)
        shares[f"fact_recall{name}"] = fact_recall(head, facts)
        shares[f"all_facts{name}"] = Share(all_facts(head, facts), 1)
    shares["mrr@10"] = Share(reciprocal_rank(passages[:10], facts), 1)
    shares["map@10"] = Share(average_precision(passages[:10], facts), 1)
    return shares
