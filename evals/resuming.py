"""Keeps the cases of a run that is under way, so that an interrupted one goes on where it stopped."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from os import SEEK_END
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

import evals
import indexes
import qa
from evals.suites.prints import fingerprint
from evals.types import Scored

FOLDER = "unfinished"


class Unfinished:
    """The cases of one kind of run that are ready, one a line; removed when the run is done.

    Runs are of one kind where the data, the index, the models, the settings and the code of the product are the same:
    everything that a case depends on but the sample that it is drawn in.
    """

    def __init__(self, home: Path, kind: Mapping[str, Any]) -> None:
        """`home` is `DATELINE_HOME`; `kind` what the cases depend on, as JSON values."""
        rooms = [Path(package.__file__ or "").parent for package in (indexes, qa, evals)]
        told = json.dumps({**kind, "code": fingerprint(*rooms)}, sort_keys=True, default=str)
        self._path = home / "evals" / FOLDER / f"{hashlib.sha256(told.encode()).hexdigest()[:16]}.jsonl"

    def read(self) -> dict[str, Scored]:
        """The cases that are ready, by id. A last line that was cut off when the run was stopped is left out."""
        reader = TypeAdapter(Scored)
        found: dict[str, Scored] = {}
        try:
            lines = self._path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return {}
        for line in lines:
            with suppress(ValidationError):
                scored = reader.validate_json(line)
                found[scored.case.id] = scored
        return found

    def keep(self, scored: Scored) -> None:
        """Store one case."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a+b") as file:
            if file.tell():
                file.seek(-1, SEEK_END)
                if file.read(1) != b"\n":
                    file.write(b"\n")  # the line before was cut off
            file.write(json.dumps(asdict(scored), ensure_ascii=False).encode() + b"\n")

    def forget(self) -> None:
        """Remove what is kept: the run is done, or is to begin anew."""
        self._path.unlink(missing_ok=True)
