"""Answers a question."""

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.documents import ANSWERED_ERRORS, events, example_of, problems_of
from api.following import GONE, Following, answer
from api.problems import INVALID_BODY
from api.schemas import Answer, Ask
from api.security import require_json
from api.state import ServingOf, SlotsOf
from api.streaming import stream
from qa.errors import ModelFailed, ModelUnavailable

router = APIRouter(tags=["questions"])


@router.post(
    "/v1/ask",
    summary="Answer a question",
    dependencies=[Depends(require_json)],
    response_model=Answer,
    responses={
        **events(example_of("answered", "declined")),
        **problems_of(*ANSWERED_ERRORS, INVALID_BODY, ModelUnavailable, ModelFailed),
    },
)
async def ask(body: Ask, request: Request, serving: ServingOf, slots: SlotsOf) -> Response | Answer:
    """Every citation is a verbatim quote of a stored article. Declining (`insufficient_evidence`) is a 200.

    With `stream`: server-sent events. `passages` and `quotes` come before the language model is asked, each `claim` once it
    is verified, `final` is the whole answer; `error` (a problem document) ends the stream early. A comment keeps it alive.
    """
    question = body.to_question()
    if body.stream:
        return await stream(Following(question, serving, slots), request)
    whole = await answer(question, serving, slots, request=request)
    return Answer.of(whole) if whole else Response(status_code=GONE)
