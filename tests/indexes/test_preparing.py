"""Engines whose vectors are not the reference's are refused, however fast they are."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from indexes.preparing import LEAST, MEAN, compare, measure
from indexes.samples import read_samples
from indexes.types import Encoder, Vectors
from tests.fakes.encoders import HashingEncoder

TEXTS = [f"The mill in town {number} closed." for number in range(6)]


class Turned(HashingEncoder):
    """An encoder whose vectors are turned by an angle, every one of them or only the last."""

    def __init__(self, cosine: float, *, only_last: bool = False) -> None:
        super().__init__()
        self._cosine = cosine
        self._only_last = only_last

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Turn towards a direction that no text has."""
        vectors = super().encode(texts)
        turned = vectors * self._cosine
        away = np.roll(vectors, 1, axis=1) - (np.roll(vectors, 1, axis=1) * vectors).sum(1, keepdims=True) * vectors
        turned += away / np.linalg.norm(away, axis=1, keepdims=True) * np.sqrt(1 - self._cosine**2)
        return (
            np.where(np.arange(len(texts))[:, None] == len(texts) - 1, turned, vectors) if self._only_last else turned
        )


class Broken(HashingEncoder):
    """An encoder that cannot be opened."""

    def __init__(self) -> None:
        raise RuntimeError("no such instruction")


def test_like_engines_are_timed() -> None:
    """An engine within the bounds has speeds, the reference too."""
    speeds, refused = measure({"torch fp32": HashingEncoder, "like": lambda: Turned(0.999)}, TEXTS)
    assert sorted(speeds) == ["like", "torch fp32"]
    assert all(value > 0 for speed in speeds.values() for value in speed.values())
    assert refused == {}


@pytest.mark.parametrize(
    ("encoder", "why"),
    [(Turned(0.99), "0.9900 in the mean"), (Turned(0.975, only_last=True), "0.9750 at least")],
    ids=["mean", "least"],
)
def test_unlike_engines_are_refused(encoder: Encoder, why: str) -> None:
    """An engine that is off in the mean, or for a single text, is refused with the figure."""
    speeds, refused = measure({"torch fp32": HashingEncoder, "unlike": lambda: encoder}, TEXTS)
    assert sorted(speeds) == ["torch fp32"]
    assert why in refused["unlike"]


def test_engines_that_do_not_run_are_refused() -> None:
    """An engine that cannot be opened is refused with its reason; the others are measured."""
    speeds, refused = measure({"torch fp32": HashingEncoder, "broken": Broken}, TEXTS)
    assert sorted(speeds) == ["torch fp32"]
    assert refused == {"broken": "could not be run (no such instruction)"}


def test_without_a_reference_nothing_is_measured() -> None:
    """Where the reference itself does not run, nothing is good enough."""
    with pytest.raises(RuntimeError):
        measure({"torch fp32": Broken, "like": HashingEncoder}, TEXTS)


def test_the_bounds() -> None:
    """Equal vectors pass; the bound of the mean is stricter than the one of each text."""
    vectors = HashingEncoder().encode(TEXTS)
    assert compare(vectors, vectors) is None
    assert LEAST < MEAN < 1


def test_samples_of_seeds(tmp_path: Path) -> None:
    """Samples come from the seeds where they are enough: short ones and long ones, none beyond what a passage holds."""
    words = [f"word{number}" for number in range(400)]
    for number in range(12):
        (tmp_path / f"{number}.txt").write_text(f"Headline {number}\n\n{' '.join(words)}.\n", encoding="utf-8")
    samples = read_samples(tmp_path)
    lengths = {len(text.split()) for text in samples}
    assert min(lengths) == 12
    assert max(lengths) == 120
    assert all("word" in text for text in samples)


@pytest.mark.parametrize("seeds", ["missing", "empty", "none"])
def test_samples_of_our_own(tmp_path: Path, seeds: str) -> None:
    """Where there are no seeds, or too few, as many samples come from sentences of our own, all different."""
    (tmp_path / "empty").mkdir()
    own = read_samples(None)
    assert read_samples(None if seeds == "none" else tmp_path / seeds) == own
    assert len(set(own)) == len(own) >= 40
