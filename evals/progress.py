"""Shows how far a run is: a bar on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO, TypeVar

if TYPE_CHECKING:
    from indexes.writing import Progress

Item = TypeVar("Item")
LINES = 5


def follow(items: Sequence[Item], *, label: str, stream: TextIO | None = None) -> Iterator[Item]:
    """The items one by one, shown on `stream` (standard error if None)."""
    stream = stream or sys.stderr
    if stream.isatty():
        from rich.console import Console
        from rich.progress import track

        yield from track(items, description=label, console=Console(file=stream), transient=True)
        return
    shown = {len(items) * part // LINES for part in range(1, LINES + 1)}
    for done, item in enumerate(items, start=1):
        yield item
        if done in shown:
            print(f"{label}: {done} of {len(items)}", file=stream, flush=True)


@contextmanager
def follow_build(*, label: str = "index", stream: TextIO | None = None) -> Iterator["Progress"]:
    """A function that takes (step, pieces done, pieces in all or None) of long work and shows them on `stream`."""
    stream = stream or sys.stderr
    if not stream.isatty():
        yield _lines(label, stream)
        return
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    tasks: dict[str, TaskID] = {}
    with Bars(console=Console(file=stream), transient=True) as progress:

        def show(step: str, done: int, total: int | None) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(f"{label}: {step}", total=total)
            progress.update(tasks[step], completed=done, total=total)

        yield show


def _lines(label: str, stream: TextIO) -> "Progress":
    """A line for each fifth of a step that was reached; none for steps whose end is not known."""
    reached: dict[str, int] = {}

    def show(step: str, done: int, total: int | None) -> None:
        part = done * LINES // total if total else 0
        if total and part > reached.get(step, 0):
            reached[step] = part
            print(f"{label}: {step} {done} of {total}", file=stream, flush=True)

    return show
