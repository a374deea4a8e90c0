"""Changes the index for requests: one change at a time, and its build serves before the answer leaves."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TypeVar

from api.archives import Added, Archive
from api.building import Job, Jobs
from api.limits import Slots
from api.serving import Serving
from indexes.errors import BuildLocked, UnknownBuild
from indexes.types import Article, Manifest, Outcome

T = TypeVar("T")

WAITING = 8
SECONDS = 600.0

Reader = Callable[[], Sequence[Article | Outcome]]


class Changes:
    """Adds, deletes, builds and goes back; a change waits for the one before it, but not for a build."""

    def __init__(self, archive: Archive, serving: Serving, *, waiting: int = WAITING, seconds: float = SECONDS) -> None:
        self._archive = archive
        self._serving = serving
        self._jobs = Jobs(archive.start_build, finished=serving.refresh)
        self._slots = Slots(
            slots=1,
            queue=waiting,
            seconds=seconds,
            crowded="{taken} changes of the index are made or wait: try again in a few seconds.",
            late="The change takes more than {seconds:g} seconds and goes on: GET /v1/index shows when it is done.",
        )
        self._turns = threading.Lock()
        self._changing = 0

    async def add(self, read: Reader) -> Added:
        """Add the articles that `read` gives. Raises `BuildLocked`, `BuildFailed`, `TooBusy`."""
        return await self._change(lambda: self._archive.add(read()))

    async def delete(self, article_id: str) -> None:
        """Remove an article wherever it is kept. Raises `UnknownArticle`, `BuildLocked`, `BuildFailed`, `TooBusy`."""
        await self._change(partial(self._archive.delete, article_id))

    async def roll_back(self, build: str | None) -> Manifest:
        """Make another build current. Raises `UnknownBuild`, `BuildLocked`, and why it cannot serve."""
        manifest = await self._change(partial(self._archive.roll_back, build))
        failure = self._serving.failure
        if failure:
            raise type(failure)(*failure.args)
        return manifest

    def build(self) -> Job:
        """Start a build of the configured seeds. Raises `BuildLocked`, `BuildFailed`."""
        with self._turns:
            if self._changing:
                raise BuildLocked("Articles are being changed: try again when that is done.")
            self._jobs.require_none()
            self._archive.require_free()
            return self._jobs.start()

    def builds(self) -> list[Job]:
        """The last jobs, then the kept builds that none of them made; both newest first."""
        kept = {manifest.id: manifest for manifest in self._archive.kept()}
        jobs = self._jobs.all()
        made = {_id_of(job) for job in jobs}
        return [
            *(_renamed(job, kept.get(_id_of(job))) for job in jobs),
            *(_told(manifest) for manifest in reversed(kept.values()) if manifest.id not in made),
        ]

    def find_build(self, job_id: str) -> Job:
        """A job by its id, or a kept build by its own, with or without its revision. Raises `UnknownBuild`."""
        found = next((job for job in self.builds() if job.id == job_id), None)
        if found is None:
            kept = (one for one in self._archive.kept() if job_id in {one.id, one.name})
            found = next((_told(manifest) for manifest in kept), None)
        if found is None:
            raise UnknownBuild(f"No build is known as {job_id[:80]!r}: GET /v1/index/builds lists those that are.")
        return found

    @property
    def jobs(self) -> Jobs:
        """The builds that were asked for."""
        return self._jobs

    def close(self) -> None:
        """Stop a build that runs, and drop the changes that wait; one that is being made ends by itself."""
        self._slots.close()
        self._jobs.close()

    async def _change(self, change: Callable[[], T]) -> T:
        with self._turn():
            return await self._slots.run(partial(self._served, change))

    def _served(self, change: Callable[[], T]) -> T:
        changed = change()
        self._serving.refresh()
        return changed

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """While changes are made or wait, no build starts; while a build runs, no change begins."""
        with self._turns:
            self._jobs.require_none()
            self._changing += 1
        try:
            yield
        finally:
            with self._turns:
                self._changing -= 1


def _id_of(job: Job) -> str:
    return (job.build or "").partition("+")[0]


def _renamed(job: Job, manifest: Manifest | None) -> Job:
    """A job whose build is named as it is kept now: articles may have been added since."""
    return replace(job, build=manifest.name) if manifest else job


def _told(manifest: Manifest) -> Job:
    """A kept build as a job that is done."""
    return Job(
        id=manifest.id,
        created=manifest.created,
        state="done",
        articles_done=manifest.articles,
        articles_total=manifest.articles,
        seconds_left=0.0,
        outcomes=manifest.outcomes,
        build=manifest.name,
    )
