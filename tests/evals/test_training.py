"""The cross-encoder is trained from the pinned weights alone, and what comes out is what the service loads."""

from pathlib import Path

import pytest

from evals.errors import WrongUsage
from evals.training import Recipe, train, write_adapters
from evals.types import Example
from indexes.hashes import read_sha256
from indexes.pins import ENCODER
from indexes.scorers import ADAPTERS, open_cross_encoder
from indexes.settings import IndexSettings
from indexes.weights import find_weights

COLOURS = ("red", "green", "blue", "white", "black", "yellow")
RECIPE = Recipe(rank=4, epochs=8, questions=4, others=4, rate=5e-3)

pytestmark = pytest.mark.encoder


def make_examples() -> list[Example]:
    """What colour a boat has: the text of that boat answers, the same of others does not."""
    return [
        Example(
            f"What colour is the {boat}?",
            tuple(f"Boats | | | The {other} is {COLOURS[(at + n) % 6]}." for n, other in enumerate(("Asta", "Merrow"))),
            (boat == "Asta", boat == "Merrow"),
        )
        for at in range(6)
        for boat in ("Asta", "Merrow")
    ]


def test_training_learns_and_can_be_loaded(tmp_path: Path) -> None:
    """The loss falls; the same recipe gives the same bytes; the file is loaded and prefers what it was shown to."""
    weights = find_weights(ENCODER, IndexSettings())
    losses: list[float] = []
    tensors = train(make_examples(), weights, RECIPE, follow=lambda *at: losses.append(at[2]))
    assert len(losses) == RECIPE.epochs * 3
    assert sum(losses[-6:]) < sum(losses[:6])
    path = tmp_path / "adapters.safetensors"
    write_adapters(tensors, path)
    again = tmp_path / "again.safetensors"
    write_adapters(train(make_examples(), weights, RECIPE, follow=lambda *_: None), again)
    assert again.read_bytes() == path.read_bytes()
    reranker = open_cross_encoder(weights, tmp_path, adapters=path, sha256=read_sha256(path))
    right, wrong = reranker.score(
        "What colour is the Asta?", ["Boats | | | The Asta is red.", "Boats | | | The Merrow is red."]
    )
    assert right > wrong


def test_too_few_questions_are_refused() -> None:
    """Before anything is trained."""
    with pytest.raises(WrongUsage, match="too few to train on; take 32 or more"):
        train(make_examples(), find_weights(ENCODER, IndexSettings()), Recipe(), follow=lambda *_: None)


def test_shipped_adapters_have_the_names_that_training_gives(tmp_path: Path) -> None:
    """So that a file trained anew can take the shipped one's place."""
    safetensors = pytest.importorskip("safetensors")
    weights = find_weights(ENCODER, IndexSettings())
    tensors = train(make_examples()[:4], weights, Recipe(epochs=1, questions=4), follow=lambda *_: None)
    with safetensors.safe_open(ADAPTERS, "np") as shipped:
        assert {name: tuple(shipped.get_slice(name).get_shape()) for name in shipped.keys()} == {  # noqa: SIM118
            name: tuple(tensor.shape) for name, tensor in tensors.items()
        }


def test_training_goes_on_from_a_file(tmp_path: Path) -> None:
    """With a rate of nearly nothing, what comes out is what was there."""
    safetensors = pytest.importorskip("safetensors.torch")
    recipe = Recipe(epochs=1, questions=4, rate=1e-9)
    tensors = train(
        make_examples()[:4], find_weights(ENCODER, IndexSettings()), recipe, follow=lambda *_: None, begin=ADAPTERS
    )
    shipped = safetensors.load_file(ADAPTERS)
    assert max(float((tensors[name] - shipped[name]).abs().max()) for name in shipped) < 1e-3


@pytest.mark.parametrize(("rank", "problem"), [(16, "is no file of adapters"), (4, "adapters of another shape")])
def test_a_file_that_cannot_be_gone_on_from_is_refused(tmp_path: Path, rank: int, problem: str) -> None:
    """Something else than adapters, and adapters of another rank."""
    path = ADAPTERS
    if rank == Recipe().rank:
        path = tmp_path / "other.safetensors"
        path.write_text("no adapters", encoding="utf-8")
    with pytest.raises(WrongUsage, match=problem):
        train(
            make_examples(),
            find_weights(ENCODER, IndexSettings()),
            Recipe(rank=rank, questions=4),
            follow=lambda *_: None,
            begin=path,
        )
