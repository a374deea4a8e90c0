"""What must hold of any bytes: they are read in bounded time, by the way of a build, and give articles or reasons."""

import json
import time
from dataclasses import astuple
from pathlib import Path

from indexes.readers.reading import read_sources
from indexes.types import Article, Outcome
from tests.fuzzing.formats import Format

SECONDS = 15.0
"""Of the processor, for one file of a few kilobytes; with the fuzzer's counting, some times what it takes otherwise."""


def check(kind: Format, content: bytes, *, folder: Path, seconds: float = SECONDS) -> list[Article | Outcome]:
    """What a file with this content gives. It is written into `folder`, for a build reads files.

    Raises `AssertionError` where something does not hold; whatever else it raises is a reader's mistake.
    """
    path = folder / f"a{kind.ending}"
    path.write_bytes(kind.pack(content))
    begun = time.process_time()
    results = list(read_sources([path]))
    took = time.process_time() - begun
    assert took < seconds, f"took {took:.1f} seconds"
    assert kind.several or len(results) == 1, f"{len(results)} results of one file"
    for result in results:
        if isinstance(result, Article):
            assert result.id, "an article without an id"
            assert result.title, "an article without a title"
            assert result.text.strip(), "an article without text"
            json.dumps(astuple(result), ensure_ascii=False).encode()
        else:
            assert isinstance(result, Outcome), f"a {type(result).__name__}"
            assert result.kind == "rejected", result.kind
            assert result.reason, "rejected without a reason"
            assert result.reason.isprintable(), f"a reason that is not one line of text: {result.reason!r}"
            result.reason.encode()
    return results
