"""Tells probes whether the process runs and whether questions are answered."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from api.documents import example_of, problems_of
from api.logs import open_log
from api.problems import NOT_READY, find_kind, problem, without_paths
from api.schemas import Live, Ready
from api.serving import Opened
from api.state import ServingOf
from indexes.errors import DatelineError
from qa.types import Question

router = APIRouter(tags=["health"])
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
def ready(request: Request, serving: ServingOf) -> Response:
    """200 once questions are answered, with the state of each part; it asks the index, not its own memory."""
    try:
        with serving.lend() as opened:
            opened.answerer.search(_PROBE)
            parts = _parts(opened, serving.failure)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong, questions are not answered
        if not isinstance(error, DatelineError):
            open_log("health").exception("not ready")
        kind = find_kind(error)
        return problem(request.scope, NOT_READY, detail=kind.detail or without_paths(str(error)), index=kind.slug)
    return JSONResponse(Ready(**parts).model_dump())


def _parts(opened: Opened, failure: DatelineError | None) -> dict[str, str]:
    """The state of each part as the answerer tells it; the index also says why a newer build does not serve."""
    parts = {name: without_paths(state) for name, state in opened.answerer.parts().items()}
    parts["index"] = opened.manifest.name
    if failure:
        parts["index"] += f"; the current build is not served: {without_paths(str(failure))}"
    return {"encoder": "ready", "llm": "off", **parts, "mode": opened.mode}
