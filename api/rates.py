"""Bounds how much one caller asks, in a minute and at once, so that no caller takes everything."""

import math
import time
from collections import Counter

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.types import ASGIApp, Receive, Scope, Send

from api.callers import PROBES, Caller
from api.errors import TooMany
from api.problems import RETRY_SECONDS, problem_of

_MOST_HOLDERS = 10_000


class Rates:
    """Serves so many requests of one caller in any minute (0: any number), and so many at once; probes are not counted."""

    def __init__(self, app: ASGIApp, *, per_minute: int, at_once: int) -> None:
        self.app = app
        self.per_minute = per_minute
        self.at_once = at_once
        self.working: Counter[str] = Counter()
        self._window = RateLimitItemPerMinute(per_minute) if per_minute else None
        self._forget()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it with a 429 that says when to come back."""
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self.app(scope, receive, send)
            return
        caller: Caller = scope["caller"]
        seconds = self.wait(caller.holder)
        if seconds:
            message = f"More than {self.per_minute:,} requests came from you within a minute: wait {seconds} seconds."
            await _refuse(scope, receive, send, message, seconds=seconds)
        elif self.working[caller.holder] >= self.at_once:
            message = f"{self.at_once} requests of yours are being worked on: wait until one of them is answered."
            await _refuse(scope, receive, send, message, seconds=RETRY_SECONDS)
        else:
            self.working[caller.holder] += 1
            try:
                await self.app(scope, receive, send)
            finally:
                self.working[caller.holder] -= 1
                if not self.working[caller.holder]:
                    del self.working[caller.holder]

    def wait(self, holder: str) -> int:
        """Count a request; the seconds to wait where it is one too many, else 0."""
        if self._window is None:
            return 0
        if len(self._storage.events) > _MOST_HOLDERS:  # addresses without end must not fill the memory
            self._forget()
        if self._limiter.hit(self._window, holder):
            return 0
        resets = self._limiter.get_window_stats(self._window, holder).reset_time
        return max(1, math.ceil(resets - time.time()))

    def _forget(self) -> None:
        """Begin to count anew."""
        self._storage = MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._storage)


async def _refuse(scope: Scope, receive: Receive, send: Send, message: str, *, seconds: int) -> None:
    response = problem_of(scope, TooMany(message), headers={"Retry-After": str(seconds)})
    await response(scope, receive, send)
