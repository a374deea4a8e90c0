"""Stores reports as `report.json` and reads them back."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from evals.errors import BadReport
from evals.types import Case, Report

DIGITS = 6


def report_json(report: Report) -> dict[str, Any]:
    """The report as JSON values, numbers rounded to six digits; empty fields of a case are left out."""
    document: dict[str, Any] = _plain(asdict(replace(report, cases=())))
    document["cases"] = [case_json(case) for case in report.cases]
    return document


def case_json(case: Case) -> dict[str, Any]:
    """A case as JSON values, numbers rounded to six digits, empty fields left out."""
    return {key: value for key, value in _plain(asdict(case)).items() if value not in (None, {}, [])}


def write_report(report: Report, folder: Path) -> Path:
    """Write `report.json` into the folder, which is made where it is missing; its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "report.json"
    path.write_text(json.dumps(report_json(report), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def read_report(path: Path) -> Report:
    """A stored report. Raises `BadReport`."""
    return parse_report(path, read_json(path))


def parse_report(path: Path, document: Mapping[str, Any]) -> Report:
    """A report from its JSON values. Raises `BadReport`; `path` is for the message."""
    try:
        return TypeAdapter(Report).validate_python(document)
    except ValidationError as error:
        problem = error.errors()[0]
        field = ".".join(map(str, problem["loc"]))
        message = f"{path}: field {field!r}: {problem['msg']}. Give a report.json that `python -m evals run` wrote."
        raise BadReport(message) from error


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in a file. Raises `BadReport`."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadReport(f"{str(path)!r} cannot be read: {error}. Give a report or baseline that exists.") from error
    if not isinstance(document, dict):
        raise BadReport(f"{str(path)!r} is not a JSON object. Give a report or baseline that `evals run` wrote.")
    return document


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Tuples as lists, numbers rounded, what is no number as null."""
    if isinstance(value, float):
        return round(value, DIGITS) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
