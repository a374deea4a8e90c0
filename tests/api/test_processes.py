"""A build in a process of its own; here, little programs in its place."""

import os
import signal
import sys

import pytest

from api.processes import BUILD, BuildProcess


def _run(program: str, *, grace_seconds: float = 30) -> BuildProcess:
    return BuildProcess((sys.executable, "-c", program), grace_seconds=grace_seconds)


def test_command() -> None:
    """A build is the command that users call, with progress for programs."""
    assert BUILD[1:] == ("-m", "indexes", "build", "--progress", "json")


def test_output() -> None:
    """What it prints is read line by line; its exit code and its last lines on standard error are kept."""
    run = _run(
        "import sys; print('one'); print('zwei ü'); print('gone', file=sys.stderr); print(file=sys.stderr); sys.exit(3)"
    )
    assert [line.strip() for line in run.lines()] == ["one", "zwei ü"]
    assert run.end() == (3, ("gone",))


def test_many_complaints() -> None:
    """A program that complains without end is read all the same, and only its last lines are kept."""
    run = _run("import sys\nfor n in range(20_000): print('complaint', n, 'x' * 80, file=sys.stderr)")
    assert list(run.lines()) == []
    code, said = run.end()
    assert (code, len(said)) == (0, 20)
    assert said[-1].startswith("complaint 19999 ")


def test_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has the service's environment and working directory, and reads nothing from the service's input."""
    monkeypatch.setenv("DATELINE_HOME", "somewhere")
    run = _run("import os, sys; print(os.getcwd()); print(os.environ['DATELINE_HOME']); print(repr(sys.stdin.read()))")
    assert [line.strip() for line in run.lines()] == [os.getcwd(), "somewhere", "''"]  # noqa: PTH109 - what the program calls
    run.end()


@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="this system has no priorities of that kind")
def test_lower_priority() -> None:
    """It gives way to the service."""
    run = _run("import sys; print('up', flush=True); sys.stdin.read(); import signal; signal.pause()")
    lines = run.lines()
    assert next(lines) == "up\n"
    assert os.getpriority(os.PRIO_PROCESS, run._process.pid) > os.getpriority(os.PRIO_PROCESS, 0)
    # Linux may share the processor among sessions, whatever the priorities of their processes.
    assert os.getsid(run._process.pid) == os.getsid(0)
    assert os.getpgid(run._process.pid) == run._process.pid
    run.stop()
    assert list(lines) == []
    run.end()


def test_stop() -> None:
    """It is asked to end, so that it can tidy up."""
    run = _run(
        "import signal, sys\n"
        "def tidy(*_): print('tidied', flush=True); sys.exit(1)\n"
        "signal.signal(signal.SIGTERM, tidy); print('up', flush=True); signal.pause()"
    )
    lines = run.lines()
    assert next(lines) == "up\n"
    run.stop()
    assert list(lines) == ["tidied\n"]
    assert run.end()[0] == 1
    run.stop()


def test_kill() -> None:
    """One that does not end when it is asked to is killed."""
    run = _run(
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True)\nwhile True: signal.pause()",
        grace_seconds=0.1,
    )
    lines = run.lines()
    assert next(lines) == "up\n"
    run.stop()
    assert list(lines) == []
    assert run.end()[0] == -signal.SIGKILL


def test_missing_program() -> None:
    """What cannot be started is told at once."""
    with pytest.raises(OSError, match="nowhere"):
        BuildProcess(("/nowhere/python",))
