"""Keeps what readers say was answered wrongly: cases for the evaluation suite `own`, and reports that are yet to be decided."""

import gzip
import json
import os
import zlib
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from indexes.errors import BuildFailed, NotKept
from indexes.runs import repeats, runs_of, texts_in

FOLDER = "reported"
"""Below `DATELINE_HOME`: a folder of data for the suite `own`."""
CASES = "questions.jsonl"
UNDECIDED = "undecided.jsonl"
"""Reports without a right answer that a golden question could express; an editor completes them by hand."""

MOST = 2_000
"""Reports in each file. Whoever reads them takes them out; until then no more are kept."""
SHARE = 1_000
"""Reports of one key in each file, so that none takes the room of the others."""
LONGEST = 65_536
"""Bytes of one report."""

_LOCK = ".lock"
_BESIDE = ".unfinished"
_PATIENCE = 30.0


def keep_report(home: Path, report: Mapping[str, Any], *, decided: bool, most: int = MOST) -> None:
    """Add a report, which has an `id` that no other text holds, in one step; one that is there already is not added again.

    What an editor wrote into the file stays as it is. Raises `NotKept` where there is no room for it, or where its
    `reporter`, if it has one, has taken their share.
    """
    line = json.dumps(report, ensure_ascii=False).encode("utf-8", "backslashreplace")
    if len(line) > LONGEST:
        raise NotKept(f"The report has {len(line):,} bytes; at most {LONGEST:,} are kept: shorten the note.")
    folder = home / FOLDER
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _changing(folder):
            path = folder / (CASES if decided else UNDECIDED)
            lines = _read_lines(path)
            if any(str(report["id"]).encode() in one for one in lines):
                return
            if len(lines) >= most:
                raise NotKept(
                    f"{len(lines):,} reports wait for an editor, and no more are kept until some of them are taken out of "
                    f"{path.name}."
                )
            if _count_of(report.get("reporter"), lines) >= SHARE:
                raise NotKept(
                    f"{SHARE:,} reports of this key wait for an editor, and no more of them are kept until some are taken out "
                    f"of {path.name}."
                )
            _write_lines(path, [*lines, line])
    except Timeout as problem:
        raise NotKept("Another process is changing the reports: try again.") from problem
    except OSError as problem:
        raise NotKept(f"The report cannot be written ({problem.strerror}), so it is not kept.") from problem


def forget_reports(home: Path, article_ids: Sequence[str], texts: Sequence[str] = ()) -> int:
    """Remove every report that names one of the articles, or has some of the `texts`' words in a row; how many there were.

    All files of the folder are looked through, those that an editor put there too. Raises `BuildFailed` where one cannot be
    read or written.
    """
    folder = home / FOLDER
    if not folder.is_dir():
        return 0
    names = set(article_ids)
    runs = runs_of(texts)
    removed = 0
    try:
        with _changing(folder):
            for path in sorted(folder.iterdir()):
                if path.name.endswith(_BESIDE):
                    path.unlink()
                elif path.name != _LOCK and path.is_file() and not path.is_symlink():
                    lines = _read_lines(path)
                    rest = [line for line in lines if not _tells_of(line, names, runs)]
                    if len(rest) < len(lines):
                        _write_lines(path, rest)
                        removed += len(lines) - len(rest)
    except (OSError, EOFError, zlib.error, Timeout) as problem:
        raise BuildFailed(
            f"the reports in {str(folder)!r} cannot be searched ({problem}); mend that, then delete again"
        ) from problem
    return removed


def _count_of(reporter: str | None, lines: Sequence[bytes]) -> int:
    """How many lines are of one reporter; none where it is not known who reports."""
    if reporter is None:
        return 0
    named = [fields for line in lines if reporter.encode() in line and isinstance(fields := _parse(line), dict)]
    return sum(fields.get("reporter") == reporter for fields in named)


@contextmanager
def _changing(folder: Path) -> Iterator[None]:
    with FileLock(folder / _LOCK, timeout=_PATIENCE, mode=0o600):
        yield


def _read_lines(path: Path) -> list[bytes]:
    """The lines that hold something; none where there is no file."""
    if not path.is_file():
        return []
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    return [line for line in content.split(b"\n") if line.strip()]


def _write_lines(path: Path, lines: Sequence[bytes]) -> None:
    """Replace a file in one step, readable by its owner alone; who is killed meanwhile leaves the one before."""
    content = b"".join(line + b"\n" for line in lines)
    beside = path.with_name(f".{path.name}{_BESIDE}")
    beside.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(gzip.compress(content) if path.suffix == ".gz" else content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _tells_of(line: bytes, names: AbstractSet[str], runs: AbstractSet[str]) -> bool:
    """Whether a line names one of the articles, or has one of the runs of words."""
    fields = _parse(line)
    told = line.decode("utf-8", "replace") if fields is None else fields
    return any(text in names for text in texts_in(told)) or repeats(told, runs)


def _parse(line: bytes) -> Any:  # noqa: ANN401 - whatever JSON holds; None where it is none
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None
