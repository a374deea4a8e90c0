"""Reads JSON and JSON Lines files, plain or gzipped, with errors that name file, line and field."""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from evals.errors import BadData, WrongUsage

SHOWN = 60
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Record:
    """One object of a data file; `place` is `file:line` (or `file, item 3` of a JSON list)."""

    place: str
    fields: Mapping[str, Any]

    def fail(self, field: str, problem: str) -> BadData:
        """The error that this field is wrong."""
        return BadData(f"{self.place}: field {field!r} {problem}. Correct the file, or take it again from its source.")

    def string(self, field: str) -> str:
        """A text that must be there and not blank."""
        value = self.fields.get(field)
        if field not in self.fields:
            raise self.fail(field, "is missing")
        if not isinstance(value, str) or not value.strip():
            raise self.fail(field, f"is {_shown(value)}, not a text")
        return value

    def optional(self, field: str) -> str | None:
        """A text, or None where the field is null, blank or missing."""
        value = self.fields.get(field)
        if value is None or value == "":
            return None
        return self.string(field)

    def one_of(self, field: str, choices: Sequence[str]) -> str:
        """A text that is one of the choices."""
        value = self.string(field)
        if value not in choices:
            raise self.fail(field, f"is {_shown(value)}, not one of {', '.join(choices)}")
        return value

    def strings(self, field: str) -> tuple[str, ...]:
        """A list of texts; empty where the field is null or missing."""
        value = self.fields.get(field)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self.fail(field, f"is {_shown(value)}, not a list of texts")
        for item in value:
            if not isinstance(item, str) or not item.strip():
                raise self.fail(field, f"holds {_shown(item)}, not a text")
        return tuple(value)

    def record(self, field: str) -> "Record":
        """An object that must be there."""
        value = self.fields.get(field)
        if not isinstance(value, dict):
            raise self.fail(field, f"is {_shown(value)}, not an object" if field in self.fields else "is missing")
        return Record(f"{self.place}, {field}", value)

    def records(self, field: str) -> tuple["Record", ...]:
        """A list of objects; empty where the field is null or missing."""
        value = self.fields.get(field) or []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.fail(field, f"is {_shown(value)}, not a list of objects")
        return tuple(Record(f"{self.place}, {field}[{index}]", item) for index, item in enumerate(value))


def require_some(path: Path, questions: Sequence[Item]) -> tuple[Item, ...]:
    """The questions that were read from a file. Raises `BadData` where there are none."""
    if not questions:
        raise BadData(f"{path} holds no questions. Take the file again from its source.")
    return tuple(questions)


def find_file(folder: Path, *names: str) -> Path:
    """The first of the files that is in the folder. Raises `WrongUsage` naming what the suite needs."""
    if not folder.is_dir():
        raise WrongUsage(f"{str(folder)!r} is no folder. Give the folder of the data set with --data.")
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise WrongUsage(f"{str(folder)!r} holds no {' or '.join(names)}. `python -m evals list` names what a suite needs.")


def read_document(path: Path) -> Record:
    """The one object of a `.json` file. Raises `BadData`."""
    return _record(str(path), _parse(str(path), _read_text(path)))


def read_records(path: Path, *, lines: bool = False) -> Iterator[Record]:
    """The objects of a `.jsonl`, `.json` (one list) file, either also `.gz`. Raises `BadData`.

    `lines`: each line is an object, whatever the file is called.
    """
    text = _read_text(path)
    if path.name.removesuffix(".gz").endswith(".json") and not lines:
        yield from _read_list(path, text)
        return
    # Not splitlines(): JSON strings may hold U+2028 and its like.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            place = f"{path}:{number}"
            yield _record(place, _parse(place, line))


def _read_text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise BadData(f"{path} cannot be read: {error}. Take the file again from its source.") from error


def _read_list(path: Path, text: str) -> Iterator[Record]:
    items = _parse(str(path), text)
    if not isinstance(items, list):
        raise BadData(f"{path} is not a JSON list. Take the file again from its source.")
    for number, item in enumerate(items, start=1):
        place = f"{path}, item {number}"
        yield _record(place, item)


def _parse(place: str, text: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadData(f"{place}: not valid JSON ({error}). Correct the file, or take it again.") from error


def _record(place: str, value: object) -> Record:
    if not isinstance(value, dict):
        raise BadData(f"{place}: {_shown(value)} is not a JSON object. Correct the file.")
    return Record(place, value)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
