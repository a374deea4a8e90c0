"""Names: what is one, how it is compared, whom it means, and what holds for every text."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexes.names import NOT_NAMES, TITLES, People, find_names, fold, same_person
from tests.strategies import news_texts


def names(text: str) -> list[str]:
    """The names as they are read."""
    return [name.full for name in find_names(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Mayor Oda Brennick came, and Tomas Quillane left.", ["Oda Brennick", "Tomas Quillane"]),
        ("The environment inspector, Ingrid Sæther-Bowe, agreed.", ["Ingrid Sæther-Bowe"]),
        ("Judge Corin A. Hay and J.D. Orr spoke to Mr. Dahlgaard.", ["Corin A. Hay", "J.D. Orr", "Dahlgaard"]),
        ("On Monday in May he met Una May in Skarn.", ["Una May", "Skarn"]),
        ("The Harbour Workers’ Union met the State Department.", ["Harbour Workers’ Union", "State Department"]),
        ("Lorrimer’s plan and Luca da Silva’s answer", ["Lorrimer", "Luca da Silva"]),
        ("Bashir al-Assad met Aoife O’Brien.", ["Bashir al-Assad", "Aoife O’Brien"]),
        ("Republican Orla Vance and the Progress Alliance", ["Orla Vance", "Progress Alliance"]),
        ("nothing here at all, not even This", []),
        ("", []),
    ],
)
def test_names_of_a_text(text: str, found: list[str]) -> None:
    """Runs of capitalised words are names; titles, weekdays, months and function words around them are not."""
    assert names(text) == found


def test_positions_are_those_of_the_text() -> None:
    """A name lies where it says, shifted by the offset given."""
    text = "Then Inspector Hanna Uusvald’s car left."
    (name,) = find_names(text, offset=100)
    assert (name.full, name.surname) == ("Hanna Uusvald", "Uusvald")
    assert text[name.start - 100 : name.end - 100] == name.full


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("dahlgaard", "Renske Dahlgaard"),
        ("Mayor Brennick", "Oda Brennick"),
        ("Sergei Orlow", "Sergey Orlov"),
        ("Dmitriy Belsky", "Dmitri Belskiy"),
        ("Saether-Bowe", "Ingrid Sæther-Bowe"),
        ("Bowe", "Ingrid Sæther-Bowe"),
        ("R. Dahlgaard", "Renske Dahlgaard"),
        ("Bob Pask", "Robert Pask"),
        ("Brennick’s", "Oda Brennick"),
        ("JD Orr", "J.D. Orr"),
        ("Queen Ottoline II", "Ottoline"),
        ("the union", "Harbour Workers’ Union"),
        ("da Silva", "Luca Inês da Silva"),
    ],
)
def test_forms_of_one_name(one: str, other: str) -> None:
    """Case, accents, titles, initials, short forms and transliterations do not make another person."""
    assert same_person(one, other)
    assert same_person(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Renske Dahlgaard", "Joost Dahlgaard"),
        ("Paula Orr", "Paul Orr"),
        ("Maria Vane", "Mario Vane"),
        ("Pellan Bay", "Michael Bay"),
        ("Calder Quay", "Calder Rovers"),
        ("Thornmere", "Thornmere Ledger"),
        ("Skarn", "Runa Castellane"),
        ("", "Oda Brennick"),
    ],
)
def test_different_names(one: str, other: str) -> None:
    """Another given name, or a place, is not the same person."""
    assert not same_person(one, other)
    assert not same_person(other, one)


def test_fold_makes_forms_alike() -> None:
    """Case, accents, full stops, apostrophes and a possessive vanish."""
    assert fold("O’Brien’s") == fold("o'brien")
    assert fold("J.D. Sæther") == "jd saether"


def test_lists_are_in_folded_form() -> None:
    """Titles and words that are no names are listed as `fold` gives them."""
    assert all(fold(word) == word for word in TITLES)
    assert {word for word in NOT_NAMES if fold(word) != word} <= {"it's", "what's"}


def test_the_fullest_name_is_the_nearest_one_before() -> None:
    """A surname means the namesake who was named last before it."""
    text = "Renske Dahlgaard spoke. Joost Dahlgaard did not. Dahlgaard left."
    people = People(find_names(text))
    assert people.full("Dahlgaard", before=len(text)) == "Joost Dahlgaard"
    assert people.full("Dahlgaard", before=20) == "Renske Dahlgaard"
    assert people.full("Vane", before=20) == "Vane"
    assert people.all_full("Dahlgaard") == ["Renske Dahlgaard", "Joost Dahlgaard"]


@settings(deadline=None)
@given(st.text() | news_texts)
def test_every_text_has_names_inside_it(text: str) -> None:
    """Names lie in order, inside the text, and hold what they say."""
    end = 0
    for name in find_names(text):
        assert end <= name.start < name.end <= len(text)
        assert text[name.start : name.end] == name.full
        end = name.end


@settings(deadline=None)
@given(st.text(), st.text())
def test_comparing_never_fails(one: str, other: str) -> None:
    """Any two texts can be compared, in either order."""
    assert same_person(one, other) == same_person(other, one)


@pytest.mark.parametrize("piece", ["Aa ", "A.", "A-", "al-A", "Mr ", "A’", "É ", "Aa’ ", "May "])
def test_long_texts_take_time_in_proportion(piece: str) -> None:
    """A hundred thousand characters of anything are read within seconds, however busy the machine."""
    text = piece * (100_000 // len(piece))
    started = time.thread_time()
    find_names(text)
    assert time.thread_time() - started < 8
