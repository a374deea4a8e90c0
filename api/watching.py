"""Looks again and again, in a thread of its own, so that no request has to."""

import threading
from collections.abc import Callable
from typing import Protocol

from api.logs import open_log

LOOK_SECONDS = 0.5

Look = Callable[[], None]


class Pause(Protocol):
    """What stands between two looks: a `threading.Event` is one."""

    def wait(self, timeout: float) -> bool:
        """Wait; True at once when it was set."""
        ...

    def set(self) -> None:
        """End every wait."""
        ...


class Watching(Protocol):
    """A watch that can be ended."""

    def close(self) -> None:
        """Look no more; a look that is under way is waited for."""
        ...


class Watch:
    """Calls `look` every half second until it is closed, whatever a look comes to."""

    def __init__(self, look: Look, *, seconds: float = LOOK_SECONDS, pause: Pause | None = None) -> None:
        self._look = look
        self._seconds = seconds
        self._pause: Pause = pause or threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Look no more; a look that is under way is waited for."""
        self._pause.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._pause.wait(self._seconds):
            try:
                self._look()
            except Exception:  # noqa: BLE001 - a look that failed is logged, and the next one may not
                open_log("watching").exception("look failed")
