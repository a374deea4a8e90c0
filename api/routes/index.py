"""Shows the builds of the index, makes new ones, and goes back to earlier ones."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.archive_schemas import BuildJob, BuildList, BuildRequest, Rollback
from api.documents import ANSWERED_ERRORS, CHANGED_ERRORS, example_of, problems_of
from api.problems import INVALID_BODY
from api.schemas import IndexManifest
from api.security import CHANGES
from api.state import ChangesOf, ServingOf
from indexes.errors import UnknownBuild

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


@router.post(
    "/v1/index/builds",
    summary="Build the index anew",
    status_code=202,
    dependencies=CHANGES,
    responses={**example_of("queued", status=202), **problems_of(*CHANGED_ERRORS, INVALID_BODY)},
)
def build(changes: ChangesOf, response: Response, body: BuildRequest | None = None) -> BuildJob:  # noqa: ARG001 - see below
    """From the configured seeds, in a process of its own; `Location` shows how far it is. No body, or `{}`."""
    # The body is there so that fields in it are refused.
    job = changes.build()
    response.headers["Location"] = f"/v1/index/builds/{job.id}"
    return BuildJob.of(job)


@router.get("/v1/index/builds", summary="List the builds", responses={**example_of("builds"), **problems_of()})
def builds(changes: ChangesOf) -> BuildList:
    """The last that were asked for, then the kept ones from before, as `done`; both newest first."""
    return BuildList(items=[BuildJob.of(job) for job in changes.builds()], next_cursor=None)


@router.get(
    "/v1/index/builds/{build_id}",
    summary="Show one build",
    responses={**example_of("running", "built"), **problems_of(UnknownBuild)},
)
def one_build(
    build_id: Annotated[str, Path(description="As the list gives it.", examples=["j_4be1f6a90c27d358"])],
    changes: ChangesOf,
) -> BuildJob:
    """How far it has come, what it made, or why it failed."""
    return BuildJob.of(changes.find_build(build_id))


@router.post(
    "/v1/index/rollback",
    summary="Go back to an earlier build",
    dependencies=CHANGES,
    responses={
        **example_of("manifest"),
        **problems_of(*CHANGED_ERRORS, *ANSWERED_ERRORS, INVALID_BODY, UnknownBuild),
    },
)
async def roll_back(changes: ChangesOf, body: Rollback | None = None) -> IndexManifest:
    """To the build named, else to the one before the current one. Answers when it serves, with its manifest."""
    return IndexManifest.of(await changes.roll_back(body.build if body else None))
