"""Runs a build as a process of its own: what it costs in memory, or that it is killed, harms no request."""

import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress

BUILD = (sys.executable, "-m", "indexes", "build", "--progress", "json")
_NICENESS = 10
_GRACE_SECONDS = 5.0
_KEPT_LINES = 20
_LONGEST_LINE = 65_536


class BuildProcess:
    """A running build, at a lower priority than the service. It has the service's environment and working directory."""

    def __init__(self, command: Sequence[str] = BUILD, *, grace_seconds: float = _GRACE_SECONDS) -> None:
        self._grace_seconds = grace_seconds
        # In a process group of its own: Ctrl-C at the terminal reaches the service, which then ends its build. Not in a
        # session of its own: Linux may share the processor among sessions, and a niceness counts within one only.
        self._process = subprocess.Popen(  # noqa: S603 - our own command, without a word of a request
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            process_group=0,
        )
        if hasattr(os, "setpriority"):
            with suppress(OSError):
                own = os.getpriority(os.PRIO_PROCESS, 0)
                os.setpriority(os.PRIO_PROCESS, self._process.pid, own + _NICENESS)
        self._said: deque[str] = deque(maxlen=_KEPT_LINES)
        self._listening = threading.Thread(target=self._listen, name="build-errors", daemon=True)
        self._listening.start()

    def lines(self) -> Iterator[str]:
        """What it prints on standard output, line by line, until it ends."""
        assert self._process.stdout  # noqa: S101 - it is a pipe
        with self._process.stdout as output:
            while line := output.readline(_LONGEST_LINE):
                yield line

    def end(self) -> tuple[int, Sequence[str]]:
        """Its exit code, negative where a signal ended it, and its last lines on standard error; waits for its end."""
        code = self._process.wait()
        self._listening.join()
        return code, tuple(self._said)

    def stop(self) -> None:
        """Ask it to end, and kill it where it does not."""
        self._process.terminate()
        try:
            self._process.wait(self._grace_seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _listen(self) -> None:
        assert self._process.stderr  # noqa: S101 - it is a pipe
        with self._process.stderr as errors:
            while line := errors.readline(_LONGEST_LINE):
                if line.strip():
                    self._said.append(line.strip())
