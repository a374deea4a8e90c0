"""Who is named in a question: people by name, offices, and what is neither."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.naming import can_speak, is_name, without_titles
from qa.question import read_question


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Mayor Lise Holt", "Lise Holt"),
        ("the mayor", "the mayor"),
        ("the Velle mayor", "the Velle mayor"),
        ("the mayor of Velle", "the mayor of Velle"),
        ("the deputy head of the Velle Water Board", "the deputy head of the Velle Water Board"),
        ("Velle’s mayor", "the mayor of Velle"),
        ("Jon Reke's lawyer", "the lawyer of Jon Reke"),
        ("orchard man Jon Reke", "orchard man Jon Reke"),
    ],
)
def test_an_office_stays_one(written: str, meant: str) -> None:
    """A title before a name goes; whose office it is, is not a name to look for."""
    assert without_titles(written) == meant


@pytest.mark.parametrize("speaker", ["Marit Osk", "Reke", "Ludo van der Holt", "O’Hara", "J. R. Reke"])
def test_a_name(speaker: str) -> None:
    """Capitals, and the small words inside names."""
    assert is_name(speaker)


@pytest.mark.parametrize("speaker", ["the mayor", "Velle’s water board", "the mayor of Velle", "Osk first", ""])
def test_no_name(speaker: str) -> None:
    """A description, or a piece of a sentence."""
    assert not is_name(speaker)


@pytest.mark.parametrize("subject", ["the mayor of Velle when he", "Osk while they", "the pump that she"])
def test_a_clause_speaks_to_nobody(subject: str) -> None:
    """A pronoun or “when” in a subject means that it is none."""
    assert not can_speak(subject, ["Osk", "Velle"], ["Marit Osk"])


def test_an_adverb_is_not_part_of_the_name() -> None:
    """“First”, “later” and the like belong to the verb."""
    part = read_question("When did Marit Osk first warn of the leak?", speakers=["Marit Osk"]).parts[0]
    assert part.speaker == "Marit Osk"


@given(st.text(max_size=60))
def test_any_subject(text: str) -> None:
    """Whatever stands where a subject should, nothing breaks."""
    assert isinstance(without_titles(text), str) if text.strip() else True
    assert can_speak(text, [], []) in {True, False}
    assert is_name(text) in {True, False}
