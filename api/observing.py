"""Tells whoever watches of each request that was served and of each answer that was given."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeAlias

from api.logs import note
from api.serving import Answering, Begun, Opened, Opener
from indexes.types import Retrieved
from qa.types import Answer, Audience, Question

UNMATCHED = "unmatched"
"""The route of every request for which there is none."""

STEPS = ("retrieve", "evidence", "generate", "verify")
"""The steps of an answer, as `Answer.timings_ms` names them, in order."""


@dataclass(frozen=True, slots=True)
class Served:
    """A request that was served. `route` is a template; `status` is 0 where no answer left."""

    method: str
    route: str
    status: int
    seconds: float


TellServed: TypeAlias = Callable[[Served], None]


class Observer(Protocol):
    """Sees requests and answers go by. What it is told must not hold anything up, and it must never raise."""

    def request(
        self, *, method: str, request_id: str, headers: Mapping[str, str]
    ) -> AbstractContextManager[TellServed]:
        """Around a request; what it gives is told how the request ended."""
        ...

    def answered(self, answer: Answer, *, began_ns: int) -> None:
        """An answer, and when its question came, in nanoseconds since 1970."""
        ...

    def failed(self, error: Exception, *, began_ns: int) -> None:
        """A question that ended in an error; `Abandoned` where nobody waited any more."""
        ...


class ObservedOpener:
    """An opener whose builds have their answers observed.

    `questions` says whether the log line of a request may hold the question's text.
    """

    def __init__(self, opener: Opener, observers: Sequence[Observer], *, questions: bool) -> None:
        self._opener = opener
        self._observers = observers
        self._questions = questions

    def current(self) -> str | None:
        """The opener's."""
        return self._opener.current()

    def open(self) -> Opened:
        """The current build, observed."""
        opened = self._opener.open()
        return replace(opened, answerer=_Observed(opened.answerer, self._observers, questions=self._questions))


@dataclass(frozen=True, slots=True)
class _Begun:
    """An answer on its way, and when its question came."""

    inner: Begun
    began_ns: int

    @property
    def answer(self) -> Answer:
        """The answerer's."""
        return self.inner.answer

    @property
    def asks_model(self) -> bool:
        """The answerer's."""
        return self.inner.asks_model


class _Observed:
    """An answerer whose answers are told."""

    def __init__(self, answerer: Answering[Any], observers: Sequence[Observer], *, questions: bool) -> None:
        self._answerer = answerer
        self._observers = observers
        self._questions = questions

    def asks_model_first(self, question: Question) -> bool:
        """The answerer's."""
        return self._answerer.asks_model_first(question)

    def understand(self, question: Question, *, audience: Audience | None = None) -> str:
        """The answerer's; a question that ends here in an error is told."""
        if self._questions:
            note(question=question.text)
        with self._told(time.time_ns()):
            return self._answerer.understand(question, audience=audience)

    def begin(self, question: Question, *, understood: str | None = None) -> _Begun:
        """The answerer's; a question that ends here in an error is told."""
        if self._questions:
            note(question=question.text)
        began_ns = time.time_ns()
        with self._told(began_ns):
            return _Begun(self._answerer.begin(question, understood=understood), began_ns)

    def finish(self, begun: _Begun, *, audience: Audience | None = None) -> Answer:
        """The answer, once all who watch were told of it."""
        with self._told(begun.began_ns):
            answer = self._answerer.finish(begun.inner, audience=audience)
        for one in self._observers:
            one.answered(answer, began_ns=begun.began_ns)
        note(trace_id=answer.trace_id, outcome=answer.status, mode=answer.mode)
        return answer

    @contextmanager
    def _told(self, began_ns: int) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            for one in self._observers:
                one.failed(error, began_ns=began_ns)
            raise

    def search(self, question: Question) -> Sequence[Retrieved]:
        """The answerer's."""
        return self._answerer.search(question)

    def parts(self) -> Mapping[str, str]:
        """The answerer's."""
        return self._answerer.parts()

    def close(self) -> None:
        """Close the answerer."""
        self._answerer.close()


def place_steps(timings_ms: Mapping[str, float]) -> list[tuple[str, float, float]]:
    """Each step that an answer took, with its begin and end in milliseconds after the question.

    An answer tells how long its steps took. The evidence is there at `first_quote`, straight after the passages; the checks
    end with the answer, straight after the language model.
    """
    took = {step: timings_ms.get(step, 0.0) for step in STEPS}
    ends = {"evidence": timings_ms.get("first_quote", took["retrieve"] + took["evidence"])}
    ends["retrieve"] = ends["evidence"] - took["evidence"]
    ends["verify"] = max(timings_ms.get("total", 0.0), ends["evidence"])
    ends["generate"] = ends["verify"] - took["verify"]
    return [(step, max(ends[step] - took[step], 0.0), ends[step]) for step in STEPS if step in timings_ms]
