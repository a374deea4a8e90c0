"""Bounds what a client can make the service do: bytes, seconds, requests at once, answers at once."""

import asyncio
import contextvars
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import TypeVar

import anyio
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import BodyTooLarge, BodyTooSlow, TooBusy, TooMany
from api.problems import problem_of
from qa.askers import current_asker

T = TypeVar("T")

UNCOUNTED = frozenset({"/health/live", "/metrics"})
"""What is answered however many requests are worked on: whoever watches the service asks just then."""


class Crowds:
    """Works on so many requests at once; more are told to come back."""

    def __init__(self, app: ASGIApp, *, at_once: int) -> None:
        self.app = app
        self.at_once = at_once
        self.working = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it with a 503."""
        if scope["type"] != "http" or scope["path"] in UNCOUNTED:
            await self.app(scope, receive, send)
            return
        if self.working >= self.at_once:
            error = TooBusy(f"{self.at_once} requests are being worked on: try again in a few seconds.")
            await problem_of(scope, error)(scope, receive, send)
            return
        self.working += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.working -= 1


class Bodies:
    """Reads the whole body before the request goes on, up to so many bytes and seconds.

    `larger` are the POST routes whose bodies may have more bytes, by their paths.
    """

    def __init__(
        self, app: ASGIApp, *, most_bytes: int, seconds: float, larger: Mapping[str, int] | None = None
    ) -> None:
        self.app = app
        self.most_bytes = most_bytes
        self.seconds = seconds
        self.larger = larger or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request once its body is there, or refuse it with a 413 or 408."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self.larger.get(scope["path"], self.most_bytes) if scope["method"] == "POST" else self.most_bytes
        try:
            _check_length(Headers(scope=scope).get("content-length"), most=most)
            with anyio.fail_after(self.seconds):
                body = await _read_body(receive, most=most)
        except BodyTooLarge as error:
            await problem_of(scope, error)(scope, receive, send)
            return
        except TimeoutError:
            slow = BodyTooSlow(f"The body did not arrive within {self.seconds:g} seconds: send it again.")
            await problem_of(scope, slow)(scope, receive, send)
            return
        if body is None:
            return  # the client is gone
        given: bytes | None = body

        async def replay() -> Message:
            nonlocal given
            if given is None:
                return await receive()
            whole, given = given, None
            return {"type": "http.request", "body": whole, "more_body": False}

        await self.app(scope, replay, send)


def _check_length(length: str | None, *, most: int) -> None:
    if length is not None and length.isdecimal() and int(length[:20]) > most:
        raise BodyTooLarge(f"The body has {int(length[:20]):,} bytes; at most {most:,} are read.")


async def _read_body(receive: Receive, *, most: int) -> bytes | None:
    """The body; None where the client is gone."""
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > most:
            raise BodyTooLarge(f"The body has more than {most:,} bytes; no more than that are read.")
    return bytes(body)


class Slots:
    """Runs so many jobs at once in threads of its own; some more wait for their turn, the rest are told to come back.

    A job that takes too long, or whose client is gone, keeps its slot until it ends: threads cannot be stopped. One that
    was given `gone` is told by it to end soon, and is waited for.
    `share`: so many of them may be of one asker. `crowded` and `late` are what is said to the others, with `{taken}` jobs
    and `{seconds}`.
    """

    def __init__(
        self,
        *,
        slots: int,
        queue: int,
        seconds: float,
        share: int | None = None,
        crowded: str = "{taken} questions are being answered or wait: try again in a few seconds.",
        late: str = "The answer took more than {seconds:g} seconds: try again, or ask with mode 'quotes'.",
    ) -> None:
        self._threads = ThreadPoolExecutor(max_workers=slots, thread_name_prefix="slot")
        self._slots = slots
        self._room = slots + queue
        self._seconds = seconds
        self._share = share
        self._crowded = crowded
        self._late = late
        self._lock = threading.Lock()
        self._taken = 0
        self._held: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """Jobs that run or wait."""
        return self._taken

    @property
    def running(self) -> int:
        """Jobs that run."""
        return min(self._taken, self._slots)

    def require_room(self) -> None:
        """Raises `TooBusy` where a job would neither run nor wait, `TooMany` over the share of the one who asks."""
        with self._lock:
            self._check_room(current_asker() or "")

    async def run(self, job: Callable[[], T], *, gone: threading.Event | None = None) -> T:
        """The result of the job; `gone` is set where nobody waits for it any more.

        Raises `TooBusy`, `TooMany` over the share of the one who asks, and what the job raises.
        """
        asker = current_asker() or ""
        with self._lock:
            self._check_room(asker)
            self._taken += 1
            self._held[asker] += 1
        work = self._threads.submit(contextvars.copy_context().run, job)
        work.add_done_callback(partial(self._give_back, asker))
        waiting = asyncio.wrap_future(work)
        try:
            with anyio.fail_after(self._seconds):
                return await waiting
        except TimeoutError as error:
            raise TooBusy(self._late.format(seconds=self._seconds)) from error
        finally:
            if gone is not None and not work.done():
                gone.set()
                await asyncio.to_thread(wait, [work])

    def close(self) -> None:
        """Drop the jobs that wait; those that run end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _check_room(self, asker: str) -> None:
        if self._share and asker and self._held[asker] >= self._share:
            raise TooMany(f"{self._share} questions of yours are being answered or wait: wait for one of them.")
        if self._taken >= self._room:
            raise TooBusy(self._crowded.format(taken=self._taken))

    def _give_back(self, asker: str, _: Future[T]) -> None:
        with self._lock:
            self._taken -= 1
            self._held[asker] -= 1
            if not self._held[asker]:
                del self._held[asker]
