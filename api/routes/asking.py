"""Answers a question."""

from fastapi import APIRouter, Depends
from starlette.concurrency import run_in_threadpool

from api.documents import ANSWERED_ERRORS, example_of, problems_of
from api.errors import StreamingMissing
from api.problems import INVALID_BODY
from api.schemas import Answer, Ask
from api.security import require_json
from api.serving import Serving
from api.state import ServingOf, SlotsOf
from qa.errors import ModelFailed, ModelUnavailable
from qa.types import Answer as CoreAnswer
from qa.types import Mode, Question

router = APIRouter(tags=["questions"])


@router.post(
    "/v1/ask",
    summary="Answer a question",
    dependencies=[Depends(require_json)],
    responses={
        **example_of("answered", "declined"),
        **problems_of(*ANSWERED_ERRORS, INVALID_BODY, StreamingMissing, ModelUnavailable, ModelFailed),
    },
)
async def ask(body: Ask, serving: ServingOf, slots: SlotsOf) -> Answer:
    """Every citation is a verbatim quote of a stored article. Declining (`insufficient_evidence`) is a 200."""
    if body.stream:
        raise StreamingMissing("Streaming is not there yet: leave `stream` out, or send false.")
    question = body.to_question()

    def work() -> CoreAnswer:
        return _answer(serving, question)

    mode = question.mode or await run_in_threadpool(_usual_mode, serving)
    answer = await slots.run(work) if mode == "answer" else await run_in_threadpool(work)
    return Answer.of(answer)


def _usual_mode(serving: Serving) -> Mode:
    """The mode of a question that names none, which decides whether it needs a slot."""
    with serving.lend() as opened:
        return opened.mode


def _answer(serving: Serving, question: Question) -> CoreAnswer:
    with serving.lend() as opened:
        return opened.answerer.answer(question)
