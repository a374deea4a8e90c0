"""Progress is a bar on a terminal, and few plain lines elsewhere."""

from io import StringIO

from indexes.meters import open_meter


class Terminal(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def test_plain_lines_elsewhere() -> None:
    """In a file or a pipe each tenth is one line, however often progress is told."""
    stream = StringIO()
    with open_meter(stream) as show:
        for done in range(0, 2_000_001, 1000):
            show("weights", done, 2_000_000)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 11
    assert lines[0] == "fetching weights: 0 of 2 MB"
    assert lines[-1] == "fetching weights: 2 of 2 MB"
    assert "\x1b" not in stream.getvalue()


def test_a_bar_on_a_terminal() -> None:
    """On a terminal there is one bar for each name, with the bytes that are there."""
    stream = Terminal()
    with open_meter(stream) as show:
        show("weights", 500_000, 2_000_000)
        show("weights", 2_000_000, 2_000_000)
        show("others", 1, 1)
    assert "weights" in stream.getvalue()
    assert "2.0/2.0 MB" in stream.getvalue()
    assert "others" in stream.getvalue()


def test_nothing_to_fetch_shows_nothing() -> None:
    """Where nothing is fetched, nothing is shown."""
    stream = StringIO()
    with open_meter(stream):
        pass
    assert stream.getvalue() == ""
