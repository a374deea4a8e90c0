"""Keeps of several versions of one item in a file the newest, and says of each older one that it is older."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from indexes.readers.drafts import Draft, Reading, Refusal

_LONGEST_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One version of an item. `id` is None where the item is not known again; `time` is ISO 8601, of this version.

    `reading` may be a refusal: an item that was cancelled supersedes what it was before.
    """

    reading: Reading
    id: str | None = None
    version: int | None = None
    time: str | None = None


def issue_of(draft: Draft, *, version: object = None) -> Issue:
    """The version that a draft is: of its id, else of its address."""
    time = draft.updated or draft.published
    return Issue(reading=draft, id=draft.id or draft.url, version=version_of(version), time=time)


def version_of(value: object) -> int | None:
    """A version's number, written as a number or as text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = value.strip() if isinstance(value, str) else ""
    return int(text) if text.isdecimal() and len(text) <= len("2147483647") else None


def keep_newest(issues: Iterable[Issue]) -> Iterator[Reading]:
    """Each reading in order, with a refusal in the place of all but the newest of each id.

    The highest version is the newest; without versions, or with equal ones, the latest time; else the first.
    """
    given = list(issues)
    newest: dict[str, Issue] = {}
    for issue in given:
        if issue.id is not None:
            kept = newest.setdefault(issue.id, issue)
            if _rank(issue) > _rank(kept):
                newest[issue.id] = issue
    for issue in given:
        kept = issue if issue.id is None else newest[issue.id]
        yield issue.reading if kept is issue else Refusal(reason=_superseded(issue, kept), part=issue.reading.part)


def _rank(issue: Issue) -> tuple[int, str]:
    return (-1 if issue.version is None else issue.version, issue.time or "")


def _superseded(issue: Issue, kept: Issue) -> str:
    what = "an older version of" if _rank(kept) > _rank(issue) else "another copy of"
    return f"{what} {(issue.id or '')[:_LONGEST_SHOWN]!r} in the same file: #{kept.reading.part} is kept"
