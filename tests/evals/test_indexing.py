"""Tests of the indexes that evaluations keep."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from evals.indexing import prepare_index, suite_settings
from evals.suites.quotes import read_quotes
from evals.types import SuiteData
from indexes.errors import IndexMismatch
from indexes.settings import IndexSettings
from tests.evals.world import write_quotes


@dataclass
class Building:
    """Builds and opens nothing, and remembers how often; refuses to open as often as it is told."""

    built: list[Path] = field(default_factory=list)
    refusals: int = 0

    def build(self, settings: IndexSettings) -> None:
        """One more build."""
        self.built.append(settings.home)

    def open_built(self, settings: IndexSettings) -> str:
        """An index, or a refusal."""
        if self.refusals:
            self.refusals -= 1
            raise IndexMismatch("the build was made with another splitter")
        return f"index of {settings.home.name}"


def prepare(data: SuiteData, settings: IndexSettings, building: Building) -> str:
    """The suite's index."""
    return prepare_index(data, suite_settings(data, settings), build=building.build, open_built=building.open_built)


def test_an_index_is_built_once_under_evals(tmp_path: Path) -> None:
    """The second run opens what the first built, in a home of its own below `evals/`."""
    data = read_quotes(write_quotes(tmp_path / "data"))
    settings, building = IndexSettings(home=tmp_path / "home"), Building()
    assert prepare(data, settings, building) == prepare(data, settings, building)
    assert len(building.built) == 1
    assert building.built[0].parent == tmp_path / "home" / "evals"


def test_other_data_or_another_encoder_build_again(tmp_path: Path) -> None:
    """Changed data build again in the same home, so that vectors are reused; another encoder has a home of its own."""
    data = read_quotes(write_quotes(tmp_path / "data"))
    settings, building = IndexSettings(home=tmp_path / "home"), Building()
    prepare(data, settings, building)
    prepare(replace(data, fingerprint="another"), settings, building)
    prepare(data, IndexSettings(home=tmp_path / "home", encoder="org/another"), building)
    first, second, third = building.built
    assert first == second
    assert third != first


def test_an_index_that_cannot_be_opened_is_built_again(tmp_path: Path) -> None:
    """A build that does not match the settings any more is replaced, without a word from the user."""
    data = read_quotes(write_quotes(tmp_path / "data"))
    settings, building = IndexSettings(home=tmp_path / "home"), Building()
    prepare(data, settings, building)
    building.refusals = 1
    assert prepare(data, settings, building).startswith("index of")
    assert len(building.built) == 2


def test_an_interrupted_build_is_no_build(tmp_path: Path) -> None:
    """A build that failed leaves nothing that the next run takes for an index."""
    data = read_quotes(write_quotes(tmp_path / "data"))
    settings, building = IndexSettings(home=tmp_path / "home"), Building()

    def fail(_settings: IndexSettings) -> None:
        raise OSError("disk full")

    home = suite_settings(data, settings)
    with pytest.raises(OSError, match="disk full"):
        prepare_index(data, home, build=fail, open_built=building.open_built)
    prepare(data, settings, building)
    assert len(building.built) == 1
