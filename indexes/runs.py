"""Tells whether what is kept repeats words of a text in a row: a quote of it, whoever wrote it down and wherever."""

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

WORDS = 7
"""So many words in a row are a quote; fewer are anybody's."""


def runs_of(texts: Sequence[str]) -> AbstractSet[str]:
    """The runs of the texts; a text of fewer words has none."""
    return {run for text in texts for run in _runs(text)}


def repeats(value: object, runs: AbstractSet[str]) -> bool:
    """Whether a text anywhere in a JSON value has one of the runs."""
    return bool(runs) and any(run in runs for text in texts_in(value) for run in _runs(text))


def texts_in(value: object) -> Iterator[str]:
    """Every text in a JSON value, names of fields too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inside in value.items():
            yield str(key)
            yield from texts_in(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from texts_in(inside)


def _runs(text: str) -> Iterator[str]:
    words = re.findall(r"\w+", text.casefold())
    for start in range(len(words) - WORDS + 1):
        yield " ".join(words[start : start + WORDS])
