"""Answers in the form of OpenAI's chat completions, so that its clients can ask Dateline; errors have its form too."""

import time
from datetime import datetime
from uuid import uuid4

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.chats import MODELS, Chat, ChatCompletion, ChatModel, ChatModels
from api.chunks import Chunks
from api.documents import ANSWERED_ERRORS, events, example_of, problems_of
from api.errors import UnknownModel
from api.following import GONE, Following, answer
from api.problems import INVALID_BODY
from api.security import require_json
from api.state import ServingOf, SlotsOf
from api.streaming import stream
from qa.errors import ModelFailed, ModelUnavailable

router = APIRouter(tags=["OpenAI"])


@router.post(
    "/v1/chat/completions",
    summary="Answer the last message of a chat",
    dependencies=[Depends(require_json)],
    response_model=ChatCompletion,
    responses={
        **events(example_of("chat"), "chat_stream"),
        **problems_of(*ANSWERED_ERRORS, INVALID_BODY, UnknownModel, ModelUnavailable, ModelFailed, chat=True),
    },
)
async def complete(body: Chat, request: Request, serving: ServingOf, slots: SlotsOf) -> Response | ChatCompletion:
    """The reply is the answer with numbered footnotes; `dateline` is the same as `POST /v1/ask` gives it, citations and all.

    A declined question gets a reply that says why, and no footnotes. With `stream`: chunks, a claim once it is verified;
    the footnotes come last, then `dateline` in the chunk that stops.
    """
    if body.model not in MODELS:
        raise UnknownModel(f"There is no model {body.model[:80]!r}: use one of {', '.join(MODELS)}.")
    question, created = body.to_question(), int(time.time())
    if body.stream:
        counts = bool(body.stream_options and body.stream_options.include_usage)
        chunks = Chunks(key=f"chatcmpl-{uuid4().hex[:20]}", model=body.model, created=created, counts=counts)
        return await stream(Following(question, serving, slots), request, wording=chunks)
    whole = await answer(question, serving, slots, request=request)
    return ChatCompletion.of(whole, model=body.model, created=created) if whole else Response(status_code=GONE)


@router.get(
    "/v1/models",
    summary="List the models for chats",
    responses={**example_of("models"), **problems_of(*ANSWERED_ERRORS, chat=True)},
)
def models(serving: ServingOf) -> ChatModels:
    """`dateline` answers with the language model where there is one, else with quotes; the others say which."""
    with serving.lend() as opened:
        created, mode = opened.manifest.created, opened.mode
    made = int(datetime.fromisoformat(created).timestamp())
    names = [name for name, wanted in MODELS.items() if wanted != "answer" or mode == "answer"]
    return ChatModels(data=[ChatModel(id=name, created=made) for name in names])
