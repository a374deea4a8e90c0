"""`python -m tests.fakes.service` is `python -m api` over the fake answerer, for tests that need a real server."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from api.__main__ import main
from tests.fakes.answering import SharedWordsAnswerer
from tests.fakes.changing import FakeArchive


@contextmanager
def open_fake_builds() -> Iterator[FakeArchive]:
    """A build, unless FAKE_BUILD is empty, with the language model in the state FAKE_LLM."""
    answerer = SharedWordsAnswerer(llm=os.environ.get("FAKE_LLM", "ready"))
    yield FakeArchive(answerer, mark=os.environ.get("FAKE_BUILD", "b_fake+0") or None)


if __name__ == "__main__":
    sys.exit(main(open_builds=open_fake_builds))
