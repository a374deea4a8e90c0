"""Serves the page of the index: what it is made of, which builds are kept, how far one is that runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from api.building import Job
from api.callers import CallerOf
from api.page.rendering import show
from api.readiness import look
from api.state import ArchiveOf, ChangesOf, ProbingOf, ServingOf
from indexes.types import Manifest

router = APIRouter(include_in_schema=False)

PARTS = {
    "index": "Index",
    "encoder": "Encoder",
    "llm": "Language model",
    "vectors": "Chroma server",
    "disk": "Disk",
    "mode": "Answers by default",
}
"""What the parts are called."""
_BAD = ("missing", "unreachable")
_JOB = "j_"


@dataclass(frozen=True, slots=True)
class _Part:
    """The state of a part. `good` None: neither good nor bad."""

    name: str
    state: str
    good: bool | None


@router.get("/index")
def index(
    serving: ServingOf, changes: ChangesOf, archive: ArchiveOf, probing: ProbingOf, caller: CallerOf
) -> HTMLResponse:
    """As it is now. Buttons are there for those who may change it."""
    ready = look(serving, probing)
    opened = serving.peek()
    jobs = [job for job in changes.builds() if job.id.startswith(_JOB)]
    kept: Sequence[Manifest] = list(reversed(archive.kept()))
    running = changes.jobs.running
    return show(
        "index.jinja",
        here="/index",
        manifest=opened.manifest if opened else None,
        detail=ready.detail,
        parts=[_tell(name, state) for name, state in ready.parts.items() if name != "status"],
        kept=kept,
        running=running,
        jobs=[job for job in jobs if _has_ended(job)],
        may_change=caller.may("admin"),
    )


def _tell(name: str, state: str) -> _Part:
    shown = (
        {"answer": "with the language model", "quotes": "quotes only"}.get(state, state) if name == "mode" else state
    )
    good = None if name == "mode" or state == "off" else not (state.startswith(_BAD) or "not served" in state)
    return _Part(PARTS.get(name, name), shown, good)


def _has_ended(job: Job) -> bool:
    return job.state in {"done", "failed"}
