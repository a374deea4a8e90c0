"""Finds passages."""

from fastapi import APIRouter, Depends

from api.documents import ANSWERED_ERRORS, example_of, problems_of
from api.problems import INVALID_BODY
from api.schemas import Passages, Search
from api.security import require_json
from api.state import ServingOf

router = APIRouter(tags=["questions"])


@router.post(
    "/v1/search",
    summary="Find passages",
    dependencies=[Depends(require_json)],
    response_model_exclude_unset=True,
    responses={**example_of("passages"), **problems_of(*ANSWERED_ERRORS, INVALID_BODY)},
)
def search(body: Search, serving: ServingOf) -> Passages:
    """Passages only, best first; no gate, no language model."""
    with serving.lend() as opened:
        found = opened.answerer.search(body.to_question())
        return Passages.of(found, opened.catalogue, explain=body.explain)
