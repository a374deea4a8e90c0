"""Reads dates: those that metadata state, those that newspapers print. What cannot be told is None, never a guess."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Literal

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_PRINTED = re.compile(
    rf"(?<![\w-])(?:(?P<d1>{_DAY})(?:\s+of)?[\s-]+(?P<m1>{_MONTH}),?[\s-]+(?P<y1>\d{{4}})"
    rf"|(?P<m2>{_MONTH})\s+(?P<d2>{_DAY}),?\s+(?P<y2>\d{{4}})"
    r"|(?P<y3>\d{4})-(?P<m3>\d{2})-(?P<d3>\d{2}))(?!\d)",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(r"\b(mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?", re.IGNORECASE)
_TIME = re.compile(
    r"(?:\bat\s+|T)?\b\d{1,2}[:.h]\d{2}(?::\d{2})?(?:\.\d+)?\s*(?:[ap]\.?m\.?)?"
    r"\s*(?:Z|[A-Z]{2,4}T?|[+-]\d{2}:?\d{2})?(?!\w)",
    re.IGNORECASE,
)
_LABEL = re.compile(r"\b(?:first\s+)?(?P<label>published|posted|date|issued)\b(?:\s+(?:on|at))?", re.IGNORECASE)
_LATER = re.compile(r"\b(?:last\s+)?(?:updated|modified|edited|revised)\b(?:\s+(?:on|at))?", re.IGNORECASE)
_IN_URL = re.compile(r"/((?:19|20)\d{2})[/-](\d{1,2})[/-](\d{1,2})(?=[/.?#-]|$)")
_ISO = re.compile(r"^(\d{4})([-/]?)(\d{1,2})\2(\d{1,2})(?P<time>[T ]\s*\d.*|Z)?$")
# A day, a month's name and a year, perhaps with a weekday and small words between them: "le 10 mai 2017".
_OTHER_LANGUAGE = re.compile(
    r"(?:[^\W\d_]+[.,]?\s+){0,3}\d{1,2}(?:\.|º|er)?\s+(?:de\s+)?[^\W\d_]{3,}\.?,?\s+(?:de\s+)?\d{4}(?:\s+г\.?)?",
)
_LANGUAGES = ["de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "pl", "cs", "ro", "hu", "tr", "ru", "uk"]
_RFC_2822 = re.compile(r"^(?:[A-Za-z]{3},\s*)?\d{1,2}\s+[A-Za-z]{3}\s+\d{4}\s+\d{1,2}:\d{2}")
_DATELINE = re.compile(
    r"^(?P<place>[A-Z][A-Z'’.\- ]+(?:,\s*[A-Z][\w.'’ -]{0,40}?)?),?\s+(?:[–—-]+\s*)?"
    rf"(?i:(?P<m1>{_MONTH})\s+(?P<d1>{_DAY})|(?P<d2>{_DAY})\s+(?P<m2>{_MONTH}))(?:,?\s+(?P<year>\d{{4}}))?"
    r"\s*(?:\([^()]{1,40}\))?\s*(?P<end>[–—:]|-{1,2}\s)"
)
_EARLIEST_YEAR, _LATEST_YEAR = 1600, 2200
_LONGEST_DATE = 100
_LONGEST_DAY_LINE = 90
_MILLISECONDS_FROM = 100_000_000_000
# A page that was saved at most this long after a dateline's day can give the dateline its year.
_SAVED_SOON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class DayLine:
    """A line that is a date and nothing else. `day` is None where its weekday contradicts it."""

    day: date | None
    label: Literal["published", "updated"] | None = None


@dataclass(frozen=True, slots=True)
class Dateline:
    """Place and day in front of a story (`LISBON, May 10 —`) or of an agency's caption (`LISBON – MAY 10: …`)."""

    month: int
    day: int
    year: int | None
    caption: bool

    def date(self) -> date | None:
        """The day, where the year is printed."""
        return _day(self.year, self.month, self.day) if self.year else None


def read_stated(value: object) -> str | None:
    """A date that a file states: `2017-05-10`, or `2017-05-10T14:05:00Z` where time and offset are known.

    A time without an offset is no instant, so only its day is kept. `03/04/2023` may be March or April: None.
    Numbers are seconds (or milliseconds) since 1970, or a day written `20170510`.
    """
    match value:
        case bool():
            return None
        case datetime():
            return _stamp(value)
        case date():
            return value.isoformat() if _EARLIEST_YEAR <= value.year <= _LATEST_YEAR else None
        case int() | float():
            return _of_number(value)
        case str() if len(value) <= _LONGEST_DATE:
            return _of_string(" ".join(value.split()))
        case _:
            return None


def days_in(text: str) -> list[date]:
    """The whole dates (day, named month, year, or ISO) that a text prints, in order, each once."""
    found = (_day_of_match(match) for match in _PRINTED.finditer(text))
    return list(dict.fromkeys(day for day in found if day))


def read_day_line(line: str) -> DayLine | None:
    """What a line tells that holds a date and nothing else (a weekday, a time, `Published:` apart); None for others."""
    if len(line) > _LONGEST_DAY_LINE or not any(character.isdigit() for character in line):
        return None
    first = _LATER.split(line, maxsplit=1)[0]
    if _rest_of_day_line(line):
        return None
    match = _PRINTED.search(first)
    if match is None:
        return DayLine(None, "updated") if _PRINTED.search(line) else None
    day = _day_of_match(match)
    weekday = _WEEKDAY.search(first)
    if day and weekday and not _WEEKDAYS[day.weekday()].startswith(weekday[1].lower()[:3]):
        day = None
    return DayLine(day, "published" if _LABEL.search(first) else None)


def read_dateline(paragraph: str) -> Dateline | None:
    """The dateline that a paragraph begins with; None where there is none."""
    match = _DATELINE.match(paragraph[:200])
    if match is None:
        return None
    month = _month(match["m1"] or match["m2"])
    day = _number(match["d1"] or match["d2"])
    year = int(match["year"]) if match["year"] else None
    return Dateline(month, day, year, caption=match["end"] == ":")


def year_of(dateline: Dateline, *, known: list[date], captured: date | None) -> date | None:
    """A dateline's day with its year: printed, or that of a whole date, or of a page saved soon after."""
    if dateline.year:
        return dateline.date()
    same = {day for day in known if (day.month, day.day) == (dateline.month, dateline.day)}
    if len(same) == 1:
        return same.pop()
    if captured is None:
        return None
    candidates = (_day(captured.year - back, dateline.month, dateline.day) for back in (0, 1))
    return next((day for day in candidates if day and timedelta(0) <= captured - day <= _SAVED_SOON), None)


def day_in_url(url: str) -> date | None:
    """The day in an address such as `/2017/05/10/`."""
    match = _IN_URL.search(url)
    return _day(int(match[1]), int(match[2]), int(match[3])) if match else None


def names_weekday(text: str, day: date) -> bool:
    """Whether a text names the weekday of a day."""
    return re.search(rf"\b{_WEEKDAYS[day.weekday()]}\b", text, re.IGNORECASE) is not None


def _rest_of_day_line(line: str) -> str:
    rest = _PRINTED.sub(" ", line)
    for pattern in (_LATER, _LABEL, _WEEKDAY, _TIME):
        rest = pattern.sub(" ", rest)
    return rest.strip(" ,.:;|·•–—-()/\t")


def _of_number(value: float) -> str | None:
    if isinstance(value, int) and _ISO.match(str(value)):
        return _of_string(str(value))
    try:
        moment = datetime.fromtimestamp(value / 1000 if value >= _MILLISECONDS_FROM else value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return _stamp(moment) if value > 0 else None


def _of_string(text: str) -> str | None:
    if match := _ISO.match(text):
        return _of_iso(match)
    if _RFC_2822.match(text):
        try:
            return _stamp(parsedate_to_datetime(text))
        except (ValueError, OverflowError, IndexError, TypeError):
            return None
    days = days_in(text)
    if days:
        return days[0].isoformat() if len(days) == 1 else None
    return _of_other_language(text)


def _of_iso(match: re.Match[str]) -> str | None:
    day = _day(int(match[1]), int(match[3]), int(match[4]))
    if day is None:
        return None
    time = match["time"]
    if not time or time == "Z":
        return day.isoformat()
    clock = re.sub(r"\s*(?:UTC|GMT|Z)$", "Z", time[1:].strip(), flags=re.IGNORECASE)
    clock = re.sub(r"\s+(?=[+-]\d)", "", clock)
    try:
        return _stamp(datetime.fromisoformat(f"{day.isoformat()}T{clock}"))
    except ValueError:
        return day.isoformat()


@lru_cache(maxsize=4096)
def _of_other_language(text: str) -> str | None:
    """A date with the month's name in another language, such as `10. Mai 2017`. None for anything less certain."""
    if not _OTHER_LANGUAGE.fullmatch(text):
        return None
    from dateparser import parse

    found = parse(
        text,
        languages=_LANGUAGES,
        settings={
            "STRICT_PARSING": True,
            "REQUIRE_PARTS": ["day", "month", "year"],
            "PARSERS": ["absolute-time"],
            "RETURN_AS_TIMEZONE_AWARE": False,
        },
    )
    return _stamp(found.replace(tzinfo=None)) if found else None


def _stamp(moment: datetime) -> str | None:
    if not _EARLIEST_YEAR <= moment.year <= _LATEST_YEAR:
        return None
    if moment.utcoffset() is None:
        return moment.date().isoformat()
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _day_of_match(match: re.Match[str]) -> date | None:
    if match["y3"]:
        return _day(int(match["y3"]), int(match["m3"]), int(match["d3"]))
    year, month, day = (match["y1"], match["m1"], match["d1"]) if match["y1"] else match.group("y2", "m2", "d2")
    return _day(int(year), _month(month), _number(day))


def _month(name: str) -> int:
    return _MONTHS.index(name.lower()[:3]) + 1


def _number(day: str) -> int:
    return int(re.sub(r"\D", "", day))


def _day(year: int, month: int, day: int) -> date | None:
    if not _EARLIEST_YEAR <= year <= _LATEST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
