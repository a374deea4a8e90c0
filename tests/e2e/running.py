"""Runs the real service as a process of its own, and reads what it logs."""

import json
import os
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
GUARD = Path(__file__).parent / "guard"
"""Holds a module that Python loads at the start of every process: it writes down connections beyond loopback."""


@dataclass(frozen=True, slots=True)
class Service:
    """A running service. Its log is read all the time: a full pipe would hold it up."""

    process: subprocess.Popen[str]
    client: httpx.Client
    logged: "queue.Queue[str | None]" = field(default_factory=queue.Queue)

    def listen(self) -> None:
        """Read the log until its end."""
        assert self.process.stderr
        for line in self.process.stderr:
            self.logged.put(line)
        self.logged.put(None)

    def wait_for(self, event: str, *, seconds: float = 300) -> dict[str, Any]:
        """The next line of the log that tells of this event."""
        while (line := self.logged.get(timeout=seconds)) is not None:
            told: dict[str, Any] = json.loads(line)
            if told["event"] == event:
                return told
        raise AssertionError(f"the service ended before {event!r}")

    def stop(self) -> None:
        """Ask it to end."""
        self.process.terminate()
        assert self.process.wait(120) == 0


def environment(**settings: str) -> dict[str, str]:
    """This process's own, with these settings and the usual ones of these tests, and no other."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
    weights = {name: value for name, value in os.environ.items() if name.startswith("DATELINE_WEIGHTS")}
    usual = {"DATELINE_HOME": "home", "DATELINE_SEEDS": "archive.jsonl", "DATELINE_LLM": "quotes"}
    usual["DATELINE_RATE_REQUESTS"] = "0"  # tests ask as fast as they can
    return {**kept, **weights, **usual, "DATELINE_LOG_FORMAT": "json", "PYTHONPATH": str(ROOT), **settings}


@contextmanager
def run_service(folder: Path, **settings: str) -> Iterator[Service]:
    """The real service with a folder of its own, in `quotes` mode; its seeds are `archive.jsonl` there.

    Neither it nor the builds that it starts may open a connection beyond loopback.
    """
    connections = folder / "connections"
    watched = {"PYTHONPATH": f"{GUARD}{os.pathsep}{ROOT}", "DATELINE_TEST_CONNECTIONS": str(connections)}
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "--port", "0"],
        cwd=folder,
        env=environment(**watched, **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    listening: threading.Thread | None = None
    try:
        match = re.search(r"http://\S+(?= )", process.stdout.readline())
        assert match, process.communicate()
        with httpx.Client(base_url=match[0], trust_env=False, timeout=120) as client:
            service = Service(process, client)
            listening = threading.Thread(target=service.listen)
            listening.start()
            yield service
        assert not connections.exists(), connections.read_text()
    finally:
        if process.poll() is None:
            process.kill()
        if listening is not None:
            listening.join(60)
        process.communicate()
