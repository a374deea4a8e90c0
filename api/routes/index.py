"""Shows what the current build is made of."""

from fastapi import APIRouter

from api.documents import ANSWERED_ERRORS, example_of, problems_of
from api.schemas import IndexManifest
from api.state import ServingOf

router = APIRouter(tags=["index"])


@router.get(
    "/v1/index",
    summary="Show the current build",
    responses={**example_of("manifest"), **problems_of(*ANSWERED_ERRORS)},
)
def index(serving: ServingOf) -> IndexManifest:
    """The manifest of the build that serves."""
    with serving.lend() as opened:
        return IndexManifest.of(opened.manifest)
