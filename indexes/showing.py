"""Shows a person how far a command has come: a bar for each step on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexes.writing import Progress

_LINES_EVERY = 100


@contextmanager
def show_steps() -> Iterator["Progress"]:
    """What the steps are told to; on standard error."""
    if not sys.stderr.isatty():
        yield _lines
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def show(step: str, done: int, total: int | None) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield show


def _lines(step: str, done: int, total: int | None) -> None:
    if done % _LINES_EVERY == 0 or done == total:
        print(f"{step}: {done}{f' of {total}' if total else ''}", file=sys.stderr, flush=True)  # noqa: T201 - a command prints
