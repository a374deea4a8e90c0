"""Tells probes whether the process runs and whether questions are answered."""

from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from api.documents import example_of, problems_of
from api.logs import open_log
from api.probing import Told
from api.problems import NOT_READY, find_kind, problem, without_paths
from api.schemas import Live, Ready
from api.serving import Opened, Serving
from api.state import ProbingOf, ServingOf
from indexes.errors import DatelineError
from qa.types import Question

router = APIRouter(tags=["health"])
_INDEX = "index"
_PROBE = Question(text="Is anything found?", mode="quotes", limit=1)


@router.get("/health/live", summary="Does the process run?", responses=example_of("live"))
async def live() -> Live:
    """Answers as long as the process does."""
    return Live()


@router.get(
    "/health/ready",
    summary="Are questions answered?",
    response_model=Ready,
    responses={**example_of("ready"), **problems_of(NOT_READY)},
)
def ready(request: Request, serving: ServingOf, probing: ProbingOf) -> Response:
    """200 once questions are answered, with the state of each part.

    Each part is asked anew, and within seconds: a search in the index, the Chroma server (`vectors`), a remote language model
    (`llm`), the room left on the disk. Questions are answered while the index is: the others only tell what is missing.
    """
    opened = serving.peek()
    told = probing.ask({**(opened.probes if opened else {}), _INDEX: partial(_search, serving)})
    index = told.pop(_INDEX)
    if isinstance(index.value, dict):
        parts = {**index.value, **{name: _state(one, probing.seconds) for name, one in told.items()}}
        return JSONResponse(Ready(**parts).model_dump())
    if index.late:
        late = f"The index did not answer within {probing.seconds:g} seconds: look into the service's log."
        return problem(request.scope, NOT_READY, detail=late, index="no-answer")
    error = index.error if isinstance(index.error, Exception) else OSError("the index told nothing")
    if not isinstance(error, DatelineError):
        open_log("health").error("not ready", exc_info=error)
    kind = find_kind(error)
    return problem(request.scope, NOT_READY, detail=kind.detail or without_paths(str(error)), index=kind.slug)


def _search(serving: Serving) -> dict[str, str]:
    """Search, as a question would: the state of each part as the answerer knows it."""
    with serving.lend() as opened:
        opened.answerer.search(_PROBE)
        return _parts(opened, serving.failure)


def _parts(opened: Opened, failure: DatelineError | None) -> dict[str, str]:
    """The state of each part as the answerer tells it; the index also says why a newer build does not serve."""
    parts = {name: without_paths(state) for name, state in opened.answerer.parts().items()}
    parts["index"] = opened.manifest.name
    if failure:
        parts["index"] += f"; the current build is not served: {without_paths(str(failure))}"
    return {"encoder": "ready", "llm": "off", **parts, "mode": opened.mode}


def _state(told: Told, seconds: float) -> str:
    """The state of a part that was asked, in words without paths."""
    if told.late:
        return f"unreachable: no answer within {seconds:g} seconds"
    if isinstance(told.error, DatelineError):
        return f"unreachable: {without_paths(str(told.error))}"
    if told.error is not None:
        open_log("health").warning("a part cannot be asked", error=str(told.error))
        return f"unreachable: {type(told.error).__name__}"
    return str(told.value)
