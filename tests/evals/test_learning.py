"""The commands that learn from the practice archive: `calibrate` and `train`, from the arguments to the file."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import evals.commands
import evals.training
from evals.__main__ import main
from evals.suites.listing import SUITES
from evals.suites.practice import FITTED, TRAINED, of_regions, read_practice
from evals.training import Recipe
from evals.types import Example, Setup, Subject, SuiteData
from indexes.hashes import read_sha256
from indexes.readers.reading import read_sources
from indexes.scorers import ADAPTERS
from indexes.types import Article
from qa.answering import Answerer
from qa.evidence import NAMES
from tests.fakes.reading import sources_over

EVERY, EVERY_SEED = 60, 8
"""Of so many practice and golden questions one is asked."""


@dataclass
class OwnAnswerers:
    """Opens the product's own answerer over a suite's articles, with parts in memory that need no weights."""

    @contextmanager
    def __call__(self, data: SuiteData, setup: Setup) -> Iterator[Subject]:
        """An answerer over the articles that the questions are about."""
        wanted = [quote for question in data.questions for quote in question.gold_quotes]
        every = [one for one in read_sources(data.sources) if isinstance(one, Article)]
        shelf = [one for one in every if any(quote in one.text for quote in wanted)]
        sources = sources_over(shelf)
        yield Subject(
            answerer=Answerer(sources),
            retriever=sources.retriever,
            catalogue=sources.catalogue,
            index_build=sources.build,
            encoder=sources.encoder,
        )


@pytest.fixture(autouse=True)
def _fewer_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sample of the practice questions, from every region, and of the golden ones."""
    whole, seeds = read_practice(), SUITES["seeds"]
    monkeypatch.setattr(evals.commands, "read_practice", lambda: replace(whole, questions=whole.questions[::EVERY]))

    def read_some(folder: Path) -> SuiteData:
        data = seeds.read(folder)
        return replace(data, questions=data.questions[::EVERY_SEED])

    monkeypatch.setitem(SUITES, "seeds", replace(seeds, read=read_some))


def test_calibrate_prints_and_writes_weights(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All features have a weight that is not negative; what is written is the module that the service reads."""
    written = tmp_path / "calibration.py"
    assert main(["calibrate", "--write", str(written)], opener=OwnAnswerers()) == 0
    out = capsys.readouterr().out
    for name in ("sifting", "ranking", "gate"):
        line = next(line for line in out.splitlines() if line.startswith(f"{name}: "))
        weights = dict(pair.rsplit(" ", 1) for pair in line.partition(": ")[2].split(", "))
        assert list(weights) == ["bias", *NAMES]
        assert all(float(weight) >= 0 for feature, weight in weights.items() if feature != "bias")
    assert len(re.findall(r"the first holds a gold quote for [01]\.\d+, the first two", out)) == 4
    module: dict[str, object] = {}
    exec(compile(written.read_text(encoding="utf-8"), str(written), "exec"), module)  # noqa: S102 - what was just written
    assert set(module) >= {"SIFTING", "RANKING", "GATE", "THRESHOLD", "KEPT"}
    threshold = module["THRESHOLD"]
    assert isinstance(threshold, float)
    assert 0 < threshold < 1


@pytest.mark.encoder
def test_train_writes_a_file_and_says_what_to_pin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The training gets the arguments and the examples of the regions to train on; the hash that is printed is the file's."""
    torch = pytest.importorskip("torch")
    told: list[object] = []

    def learn(examples: Sequence[Example], weights: Path, recipe: Recipe, **more: object) -> dict[str, object]:
        told.extend([len(examples), weights.is_dir(), recipe, more["begin"]])
        return {"head.bias": torch.zeros(1)}

    monkeypatch.setattr(evals.training, "train", learn)
    out = tmp_path / "new.safetensors"
    arguments = ["--from", str(ADAPTERS), "--epochs", "2", "--rate", "0.0005", "--limit", "12"]
    assert main(["train", "--out", str(out), *arguments], opener=OwnAnswerers()) == 0
    assert told == [12, True, Recipe(epochs=2, rate=0.0005), ADAPTERS]
    printed = capsys.readouterr().out
    assert read_sha256(out) in printed
    assert "indexes/scorers.py" in printed


def test_train_refuses_before_it_works(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that is not there, a rate that is none."""
    assert main(["train", "--out", str(tmp_path / "no" / "new.safetensors")], opener=OwnAnswerers()) == 2
    assert "is no folder" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["train", "--out", str(tmp_path / "new.safetensors"), "--rate", "2"], opener=OwnAnswerers())
    assert "not a number above 0 and at most 1" in capsys.readouterr().err


def test_practice_is_what_is_asked() -> None:
    """The sample that these tests use has questions for training and for fitting."""
    data = read_practice()
    for regions in (TRAINED, FITTED):
        assert len(of_regions(data, regions).questions[::EVERY]) > 10
