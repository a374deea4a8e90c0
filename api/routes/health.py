"""Tells probes whether the process runs and whether questions are answered."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from api.documents import example_of, problems_of
from api.problems import NOT_READY, problem
from api.readiness import look
from api.schemas import Live, Ready
from api.state import ProbingOf, ServingOf

router = APIRouter(tags=["health"])


@router.get("/health/live", summary="Does the process run?", responses={**example_of("live"), **problems_of()})
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
    found = look(serving, probing)
    if found.parts:
        return JSONResponse(Ready(**found.parts).model_dump())
    return problem(request.scope, NOT_READY, detail=found.detail, index=found.slug)
