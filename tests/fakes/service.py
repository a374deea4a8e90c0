"""`python -m tests.fakes.service` is `python -m api` over the fake answerer, for tests that need a real server."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.__main__ import main
from tests.fakes.answering import SharedWordsAnswerer
from tests.fakes.changing import FakeArchive


class Pipe(threading.Event):
    """Waits until somebody has opened the other end of a named pipe, and closed it again."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for both."""
        return not self._path.read_bytes()


@contextmanager
def open_fake_builds() -> Iterator[FakeArchive]:
    """A build, unless FAKE_BUILD is empty, with the language model in the state FAKE_LLM.

    FAKE_HOLD is a named pipe that every answer waits at.
    """
    held = os.environ.get("FAKE_HOLD")
    answerer = SharedWordsAnswerer(llm=os.environ.get("FAKE_LLM", "ready"), gate=Pipe(Path(held)) if held else None)
    yield FakeArchive(answerer, mark=os.environ.get("FAKE_BUILD", "b_fake+0") or None)


if __name__ == "__main__":
    sys.exit(main(open_builds=open_fake_builds, closing_seconds=float(os.environ.get("FAKE_CLOSING", "60"))))
