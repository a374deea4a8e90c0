"""Shows how far a run is: a bar on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Iterator, Sequence
from typing import TextIO, TypeVar

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
    shown = {len(items) * tenth // LINES for tenth in range(1, LINES + 1)}
    for done, item in enumerate(items, start=1):
        yield item
        if done in shown:
            print(f"{label}: {done} of {len(items)}", file=stream, flush=True)
