"""Shows how many bytes of a download are there: a bar on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

_LINES = 10


@contextmanager
def open_meter(stream: TextIO | None = None) -> Iterator[Callable[[str, int, int], None]]:
    """A function that takes (name, bytes there, bytes in all) and shows them on `stream` (standard error if None)."""
    stream = stream or sys.stderr
    if not stream.isatty():
        yield _lines(stream)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=stream)) as progress:
        yield _bar(progress)


def _bar(progress: Progress) -> Callable[[str, int, int], None]:
    tasks: dict[str, TaskID] = {}

    def show(name: str, done: int, total: int) -> None:
        if name not in tasks:
            tasks[name] = progress.add_task(name)
        progress.update(tasks[name], completed=done, total=total)

    return show


def _lines(stream: TextIO) -> Callable[[str, int, int], None]:
    """A line for each tenth that was reached."""
    reached: dict[str, int] = {}

    def show(name: str, done: int, total: int) -> None:
        tenth = done * _LINES // total if total else _LINES
        if reached.get(name) != tenth:
            reached[name] = tenth
            print(f"fetching {name}: {done / 1e6:,.0f} of {total / 1e6:,.0f} MB", file=stream, flush=True)

    return show
