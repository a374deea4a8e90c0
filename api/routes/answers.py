"""Shows how an answer came about."""

from typing import Annotated

from fastapi import APIRouter, Path

from api.archives import find_own_trace
from api.callers import CallerOf
from api.documents import example_of, problems_of
from api.errors import UnknownTrace
from api.state import ArchiveOf
from api.trace_schemas import Trace

router = APIRouter(tags=["questions"])
TraceId = Annotated[str, Path(description="`trace_id` of the answer.", examples=["t_9f2c41d7"])]


@router.get(
    "/v1/answers/{trace_id}",
    summary="Show how an answer came about",
    responses={**example_of("trace"), **problems_of(UnknownTrace)},
)
def answer(trace_id: TraceId, archive: ArchiveOf, caller: CallerOf) -> Trace:
    """For the key that asked, and for `admin`; to others it is as if there were none. Whichever build answered."""
    return Trace.of(find_own_trace(archive, caller, trace_id))
