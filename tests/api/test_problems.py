"""How errors become problem documents."""

import pytest

from api import errors as service_errors
from api.problems import INTERNAL, TABLE, find_kind, without_paths, without_surrogates
from indexes import errors as index_errors
from qa import errors as answer_errors
from tests.fakes.answering import OddError

INTERNALLY = {"DatelineError", "AnswerProblem", "ModelProblem", "ServiceProblem", "Refused", "Abandoned"}
"""Bases, and what never reaches a client."""
COMMANDS_ONLY = {"UnreadableSource", "InvalidSettings", "KeyRefused"}


@pytest.mark.parametrize("module", [index_errors, answer_errors, service_errors])
def test_every_error_has_a_kind(module: object) -> None:
    """Every error of the three packages that can reach a client has its line in the table."""
    for name, error in vars(module).items():
        if isinstance(error, type) and issubclass(error, Exception) and name not in INTERNALLY | COMMANDS_ONLY:
            assert find_kind(error("x")) is not INTERNAL, name


def test_nearest_class_counts() -> None:
    """An error that is not in the table is told as its nearest base."""

    class Torn(index_errors.IndexDamaged):
        """A damaged index of a special kind."""

    assert find_kind(Torn("x")) is TABLE[index_errors.IndexDamaged]
    assert find_kind(index_errors.BuildLocked("x")) is TABLE[index_errors.BuildLocked]
    assert find_kind(OddError("x")) is INTERNAL
    assert find_kind(ValueError("x")) is INTERNAL


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("'/home/a/b.gguf' is damaged", "'…/b.gguf' is damaged"),
        ("see ~/cache/x/y", "see …/y"),
        ("run `python -m indexes build`", "run `python -m indexes build`"),
        ("http://127.0.0.1:8000/v1/models does not answer", "http://127.0.0.1:8000/v1/models does not answer"),
        ("either/or and 1/2", "either/or and 1/2"),
        ("/a/b, /c/d/e: gone", "…/b, …/e: gone"),
    ],
)
def test_without_paths(text: str, shown: str) -> None:
    """Of a path only the last part is left; addresses and commands stay."""
    assert without_paths(text) == shown


def test_without_surrogates() -> None:
    """Half surrogates become escapes, everything else stays."""
    assert without_surrogates("a\ud800🏭é") == "a\\ud800🏭é"
