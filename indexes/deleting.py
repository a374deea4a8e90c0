"""Deletes articles from every kept build and from what is kept beside them, so that nothing of them is left."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from indexes.builds import (
    current_folder,
    drop_old_builds,
    folder_of,
    kept_builds,
    lock_builds,
    new_build,
    read_current,
    read_manifest,
    remove_unfinished,
)
from indexes.catalogue import SqliteCatalogue
from indexes.checking import complete_build
from indexes.complaints import forget_reports
from indexes.forgetting import clear_pending, forget_evaluations, forget_traces, read_pending, write_pending
from indexes.journals import remove_journals
from indexes.reusing import CATALOGUE
from indexes.settings import IndexSettings
from indexes.types import Manifest
from indexes.writing import Progress, Target, silent, write_without


@dataclass(frozen=True, slots=True)
class DeleteReport:
    """The articles that were deleted from every kept build, and the ids that none of them has; the current manifest."""

    manifest: Manifest
    deleted: tuple[str, ...]
    unknown: tuple[str, ...] = ()


def delete_articles(
    article_ids: Sequence[str],
    *,
    settings: IndexSettings,
    progress: Progress | None = None,
) -> DeleteReport:
    """Delete articles from every kept build, with their passages, vectors, words, quotations, traces and readers' reports.

    When it returns nothing of them is left below `DATELINE_HOME`. One that is killed is finished by the next command that
    writes, and by opening the index. Raises `IndexMissing`, `BuildLocked`, `BuildFailed`.
    """
    with hold_builds(settings, progress):
        current_folder(settings.home)
        wanted = tuple(dict.fromkeys(article_ids))
        there = _stored(settings, wanted)
        if there:
            write_pending(settings.home, [one for one in wanted if one in there])
            _finish_deleting(settings, progress or silent)
        manifest = read_manifest(current_folder(settings.home))
        return DeleteReport(
            manifest, tuple(one for one in wanted if one in there), tuple(one for one in wanted if one not in there)
        )


@contextmanager
def hold_builds(settings: IndexSettings, progress: Progress | None = None) -> Iterator[None]:
    """Hold the lock of the builds; a delete that was interrupted is finished first.

    Raises `BuildLocked`, which says who holds it, and `BuildFailed`.
    """
    with lock_builds(settings.home):
        if read_pending(settings.home):
            _finish_deleting(settings, progress or silent)
        yield


def _finish_deleting(settings: IndexSettings, tell: Progress) -> None:
    """Delete what is noted as to be deleted; the caller holds the lock."""
    article_ids = read_pending(settings.home)
    texts = _texts(settings, article_ids)
    # First: once the builds are done, nobody knows the words any more.
    forget_reports(settings.home, article_ids, texts)
    remove_unfinished(settings.home)
    remove_journals(settings.home)
    current = read_current(settings.home)
    for name in kept_builds(settings.home):
        base = folder_of(settings.home, name)
        if not _held(base, article_ids):
            continue
        with new_build(settings.home, revising=name) as (revised, folder):
            target = Target(folder=folder, build=revised, url=settings.chroma_url)
            written = write_without(target, base, article_ids, tell=tell)
            manifest = replace(
                read_manifest(base),
                revision=int(revised.partition("+")[2]),
                articles=written.articles,
                passages=written.passages,
            )
            complete_build(manifest, folder, settings, current=name == current)
    drop_old_builds(settings.home, keep=settings.keep_builds)
    forget_traces(settings.home, article_ids, texts)
    forget_reports(settings.home, article_ids, texts)
    forget_evaluations(settings.home)
    clear_pending(settings.home)


def _stored(settings: IndexSettings, article_ids: Sequence[str]) -> set[str]:
    """Those of the articles that a kept build has."""
    return {one for name in kept_builds(settings.home) for one in _held(folder_of(settings.home, name), article_ids)}


def _held(folder: Path, article_ids: Sequence[str]) -> list[str]:
    """Those of the articles that one build has. Raises `IndexDamaged`."""
    with closing(SqliteCatalogue(folder / CATALOGUE)) as catalogue:
        return list(catalogue.articles(article_ids))


def _texts(settings: IndexSettings, article_ids: Sequence[str]) -> list[str]:
    """The headlines and texts of the articles, as each kept build has them."""
    found: set[str] = set()
    for name in kept_builds(settings.home):
        with closing(SqliteCatalogue(folder_of(settings.home, name) / CATALOGUE)) as catalogue:
            for article in catalogue.articles(article_ids).values():
                found |= {article.title, article.text}
    return sorted(found)
