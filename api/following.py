"""Follows an answer while it is made: what needs no language model at once, the rest in its turn, and nothing for nobody."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from api.limits import Slots
from api.serving import Begun, Opened, Serving
from indexes.types import Article, Retrieved
from qa.types import Answer, Audience, Citation, ClaimVerified, Question

GONE = 499
"""What nginx writes into its log where the client closed the request; nobody receives it."""


@dataclass(frozen=True, slots=True)
class PassagesFound:
    """The passages that the question is answered from, best first, and their articles by id."""

    passages: Sequence[Retrieved]
    articles: Mapping[str, Article]


@dataclass(frozen=True, slots=True)
class QuotesFound:
    """The verified quotes that answer, before any language model is asked."""

    citations: Sequence[Citation]


Step: TypeAlias = PassagesFound | QuotesFound | ClaimVerified | Answer
"""What is known so far, or at last the answer itself."""


class Following:
    """An answer on its way: passages, verified quotes, each claim once it is verified, and the answer as the last step.

    The work is a task of its own: it ends properly, and gives back what it holds, also where the one who listens is
    cancelled again and again. `stop` it when nobody listens any more: the slot of the language model is free soon.
    """

    def __init__(self, question: Question, serving: Serving, slots: Slots) -> None:
        self._steps: deque[Step] = deque()
        self._news = asyncio.Event()
        self._working = asyncio.create_task(_work(question, serving, slots, self._tell))
        self._working.add_done_callback(lambda _: self._news.set())

    async def wait(self, *others: "asyncio.Task[None]", seconds: float | None = None) -> bool:
        """Whether there is a further step or the end; false after so many seconds, or where one of the others ended."""
        if not self._is_there:
            self._news.clear()
            waiting = asyncio.create_task(self._news.wait())
            await asyncio.wait({waiting, *others}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
        return self._is_there

    def take(self) -> Step | None:
        """The next step, once it is there; None after the last. Raises what the answerer raises, and `TooBusy`."""
        if self._steps:
            return self._steps.popleft()
        self._working.result()
        return None

    def stop(self) -> None:
        """Nobody listens any more. Calling it twice does nothing."""
        self._working.cancel()

    @property
    def _is_there(self) -> bool:
        return bool(self._steps) or self._working.done()

    def _tell(self, step: Step) -> None:
        self._steps.append(step)
        self._news.set()


async def follow(question: Question, serving: Serving, slots: Slots) -> AsyncGenerator[Step]:
    """The steps of a `Following`; closing it stops the work. Raises what `take` raises."""
    following = Following(question, serving, slots)
    try:
        while await following.wait():
            step = following.take()
            if step is None:
                return
            yield step
    finally:
        following.stop()


async def answer(question: Question, serving: Serving, slots: Slots, *, request: Request) -> Answer | None:
    """The answer; None where the client of the request is gone before it is there. Raises what `take` raises."""
    following = Following(question, serving, slots)
    leaving = asyncio.create_task(is_left(request))
    try:
        while await following.wait(leaving):
            step = following.take()
            if isinstance(step, Answer):
                return step
        return None
    finally:
        leaving.cancel()
        following.stop()


async def is_left(request: Request) -> None:
    """Returns once the client of a request, whose body has been read, is gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _work(question: Question, serving: Serving, slots: Slots, tell: Callable[[Step], None]) -> None:
    async with _lent(serving) as opened:
        if (question.mode or opened.mode) == "answer":
            slots.require_room()
        gone = threading.Event()
        understood = await run_in_threadpool(_understand_at_once, opened, question)
        if understood is None:
            audience = Audience(tell=lambda _: None, gone=gone.is_set)
            understood = await slots.run(lambda: opened.answerer.understand(question, audience=audience), gone=gone)
        begun, passages = await run_in_threadpool(_begin, opened, question, understood)
        tell(passages)
        if begun.answer.citations:
            tell(QuotesFound(begun.answer.citations))
        if not begun.asks_model:
            tell(await run_in_threadpool(opened.answerer.finish, begun))
            return
        loop = asyncio.get_running_loop()
        audience = Audience(tell=lambda claim: _call(loop, tell, claim), gone=gone.is_set)
        tell(await slots.run(lambda: opened.answerer.finish(begun, audience=audience), gone=gone))


def _understand_at_once(opened: Opened, question: Question) -> str | None:
    """The question as understood; None where it takes the language model."""
    if opened.answerer.asks_model_first(question):
        return None
    return opened.answerer.understand(question)


def _begin(opened: Opened, question: Question, understood: str) -> tuple[Begun, PassagesFound]:
    begun = opened.answerer.begin(question, understood=understood)
    passages = begun.answer.passages
    articles = opened.catalogue.articles(sorted({hit.passage.article_id for hit in passages}))
    return begun, PassagesFound(passages, articles)


def _call(loop: asyncio.AbstractEventLoop, tell: Callable[[Step], None], claim: ClaimVerified) -> None:
    """From the thread that answers."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(tell, claim)


@asynccontextmanager
async def _lent(serving: Serving) -> AsyncIterator[Opened]:
    """The open build; it is taken and given back in threads, because both may wait."""
    lent = ExitStack()
    opened = await run_in_threadpool(lent.enter_context, serving.lend())
    try:
        yield opened
    finally:
        # Begun before anything is waited for: the one who waits is cancelled as soon as the answer is taken.
        await asyncio.shield(asyncio.get_running_loop().run_in_executor(None, lent.close))
