"""A real Chroma server on a free port, in a process of its own."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def answers(port: int) -> bool:
    """Whether something listens on the port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@contextmanager
def run_chroma(folder: Path) -> Iterator[str]:
    """The address of a Chroma server that answers; its files are in a folder."""
    port = free_port()
    program = Path(sys.executable).with_name("chroma")
    arguments: list[str | Path] = [
        program,
        "run",
        "--path",
        folder / "server",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    with (
        (folder / "server.log").open("wb") as log,
        subprocess.Popen(arguments, stdout=log, stderr=log, env={"ANONYMIZED_TELEMETRY": "False"}) as server,
    ):
        try:
            pause = threading.Event()
            while not answers(port):
                assert server.poll() is None, (folder / "server.log").read_text()
                pause.wait(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.kill()
