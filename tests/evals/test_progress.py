"""Tests of showing how far a run is."""

import io

from evals.progress import follow, follow_build


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Yes."""
        return True


def test_plain_lines_elsewhere() -> None:
    """Off a terminal five lines of twenty items are written, and every item comes through."""
    stream = io.StringIO()
    assert list(follow(range(20), label="run", stream=stream)) == list(range(20))
    assert stream.getvalue().splitlines() == [f"run: {done} of 20" for done in (4, 8, 12, 16, 20)]


def test_a_bar_on_a_terminal() -> None:
    """On a terminal every item comes through as well, under a bar with the label."""
    stream = Terminal()
    assert list(follow(range(3), label="run", stream=stream)) == [0, 1, 2]
    assert "run" in stream.getvalue()


def test_a_build_elsewhere() -> None:
    """Off a terminal each step of a build whose end is known shows its fifths, and no fifth twice."""
    stream = io.StringIO()
    with follow_build(stream=stream) as show:
        show("read", 7, None)
        for done in range(1, 11):
            show("encode", done, 10)
    assert stream.getvalue().splitlines() == [f"index: encode {done} of 10" for done in (2, 4, 6, 8, 10)]


def test_a_build_on_a_terminal() -> None:
    """On a terminal each step has a bar."""
    stream = Terminal()
    with follow_build(stream=stream) as show:
        show("encode", 10, 10)
    assert "index: encode" in stream.getvalue()
