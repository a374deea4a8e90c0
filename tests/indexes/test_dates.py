"""Dates: what is stated or printed plainly is read, what could be read two ways is not."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexes.dates import day_in_url, days_in, read_dateline, read_day_line, read_stated, year_of


@pytest.mark.parametrize(
    ("stated", "read"),
    [
        ("2024-03-01", "2024-03-01"),
        ("2024-03-01T23:30:00-02:00", "2024-03-02T01:30:00Z"),
        ("2024-03-01 18:15:00.000000000Z", "2024-03-01T18:15:00Z"),
        ("2024-03-01T18:15:00+0100", "2024-03-01T17:15:00Z"),
        ("2024-03-01 18:15 UTC", "2024-03-01T18:15:00Z"),
        ("2024-03-01T18:15:00", "2024-03-01"),
        ("2024/03/01", "2024-03-01"),
        ("Fri, 01 Mar 2024 18:15:00 GMT", "2024-03-01T18:15:00Z"),
        ("1st of March 2024", "2024-03-01"),
        ("March 1, 2024 6:15 PM", "2024-03-01"),
        ("01-MAR-2024 15:01:01.79", "2024-03-01"),
        ("1. März 2024", "2024-03-01"),
        ("le 1er mars 2024", "2024-03-01"),
        ("viernes, 1 de marzo de 2024", "2024-03-01"),
        ("1 марта 2024 г.", "2024-03-01"),
        (20240301, "2024-03-01"),
        (1709316900, "2024-03-01T18:15:00Z"),
        (1709316900000, "2024-03-01T18:15:00Z"),
        (date(2024, 3, 1), "2024-03-01"),
        (datetime(2024, 3, 1, 18, 15, tzinfo=UTC), "2024-03-01T18:15:00Z"),
    ],
)
def test_stated(stated: object, read: str) -> None:
    """Days stay days; instants become UTC; a time without an offset is only its day."""
    assert read_stated(stated) == read


@pytest.mark.parametrize(
    "stated",
    [
        "03/04/2023",
        "3.4.2023",
        "yesterday",
        "March 2024",
        "2024-03",
        "2024",
        "2024-02-30",
        "0001-01-01T00:00:00Z",
        "soon",
        "1 March 2024 or 2 March 2024",
        "",
        0,
        -5,
        True,
        None,
        [],
        {},
        float("nan"),
        float("inf"),
        10**400,
        "1" * 5000,
    ],
)
def test_not_told(stated: object) -> None:
    """A date that is ambiguous, incomplete, impossible or none at all is None."""
    assert read_stated(stated) is None


@settings(deadline=None, max_examples=50)
@given(st.one_of(st.text(), st.integers(), st.floats(), st.datetimes(), st.dates()))
def test_any_value(stated: object) -> None:
    """Whatever a file states, reading it gives a day or an instant, or None."""
    read = read_stated(stated)
    if read is not None:
        assert datetime.fromisoformat(read).year > 0


@pytest.mark.parametrize(
    ("line", "day", "label"),
    [
        ("Friday, 1st March 2024", date(2024, 3, 1), None),
        ("Published: 1 March 2024 at 18:15 GMT", date(2024, 3, 1), "published"),
        ("Published 1 March 2024, updated 2 March 2024", date(2024, 3, 1), "published"),
        ("Last updated: 2 March 2024", None, "updated"),
        ("Monday, 1st March 2024", None, None),
    ],
)
def test_day_lines(line: str, day: date | None, label: str | None) -> None:
    """A line that is only a date tells its day and what it says of it, but not where its weekday is wrong."""
    read = read_day_line(line)
    assert read is not None
    assert (read.day, read.label) == (day, label)


@pytest.mark.parametrize("line", ["The vote of 1 March 2024", "In March 2024", "Twelve people", "", "2024"])
def test_other_lines(line: str) -> None:
    """A line with anything beside a date is no day line."""
    assert read_day_line(line) is None


@pytest.mark.parametrize(
    ("paragraph", "caption"),
    [
        ("CALDER, March 1 (Wire) - The bridge", False),
        ("CALDER, Northshire, Mar. 1 — The bridge", False),
        ("CALDER, 1 March – The bridge", False),
        ("CALDER, NS – MARCH 1: A bridge", True),
    ],
)
def test_datelines(paragraph: str, caption: bool) -> None:
    """Datelines of agencies are read; a colon behind the day is how captions have it."""
    read = read_dateline(paragraph)
    assert read is not None
    assert (read.month, read.day, read.year, read.caption) == (3, 1, None, caption)


def test_year_of_a_dateline() -> None:
    """A dateline without a year gets one from a whole date of the same day or a page saved within a week, else none."""
    dateline = read_dateline("CALDER, Dec 30 — The bridge")
    assert dateline is not None
    assert year_of(dateline, known=[date(2022, 12, 30)], captured=None) == date(2022, 12, 30)
    assert year_of(dateline, known=[], captured=date(2024, 1, 3)) == date(2023, 12, 30)
    assert year_of(dateline, known=[], captured=date(2024, 2, 3)) is None
    assert year_of(dateline, known=[], captured=None) is None


def test_impossible_days() -> None:
    """Days that no calendar has are no dates, wherever they are printed."""
    assert days_in("on 31 February 2024 and 2024-13-01") == []
    assert day_in_url("https://a.example/2024/02/31/x") is None
    dateline = read_dateline("CALDER, Feb 31, 2024 — The bridge")
    assert dateline is not None
    assert dateline.date() is None


def test_day_in_url() -> None:
    """An address with year, month and day tells a day; one with year and month does not."""
    assert day_in_url("https://a.example/news/2024/03/01/bridge") == date(2024, 3, 1)
    assert day_in_url("https://a.example/2024/03/bridge") is None
