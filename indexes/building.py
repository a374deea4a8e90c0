"""Builds an index from files, adds articles to it, repairs it and goes back: one builder at a time."""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from indexes.builds import (
    SCHEMA_VERSION,
    current_folder,
    new_build,
    read_current,
    read_manifest,
    roll_back,
    set_aside_unfinished,
)
from indexes.catalogue import SqliteCatalogue
from indexes.checking import complete_build, damaged, match_encoder
from indexes.deleting import hold_builds
from indexes.encoders import open_encoder
from indexes.errors import IndexDamaged, IndexProblem, NothingIndexed
from indexes.outcomes import Intake
from indexes.readers.reading import read_sources
from indexes.reusing import CATALOGUE, Known, find_rules
from indexes.settings import IndexSettings
from indexes.splitting import SPLITTER
from indexes.types import Article, Encoder, Manifest, Outcome
from indexes.writing import Means, Progress, Target, Written, silent, write_anew, write_changed

_MOST_CHANGED = 0.25
"""Share of the articles up to which a build changes a copy of the build before instead of writing all files anew."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build came to: its manifest and one outcome for each article or unreadable file, in reading order."""

    manifest: Manifest
    outcomes: tuple[Outcome, ...]
    encoded: int = 0
    """Passages that the encoder had to read; the others' vectors were known."""
    left_out: int = 0
    """Articles of the build before that are not among those read, and so are no longer indexed."""


def build_index(
    paths: Sequence[Path],
    *,
    settings: IndexSettings,
    progress: Progress | None = None,
    encoder: Encoder | None = None,
) -> BuildReport:
    """Build an index of all articles in files and folders and make it current.

    Nothing of it shows before it is complete and checked. What the build before, or one that was killed, has worked out
    is not done again. Raises `UnreadableSource` for a path that does not exist, `NothingIndexed`, `BuildLocked`,
    `BuildFailed`, `WeightsProblem`; the current build then stays.
    """
    with hold_builds(settings, progress):
        sources = tuple(str(path) for path in paths)
        return _build(read_sources(paths), sources, settings, progress or silent, encoder)


def add_articles(
    found: Iterable[Article | Outcome],
    *,
    settings: IndexSettings,
    progress: Progress | None = None,
    encoder: Encoder | None = None,
) -> BuildReport:
    """Add articles to the current build, or replace those of the same id, as its next revision.

    Where there is no build yet, they make the first one; where nothing changes, the revision stays. Raises `IndexMismatch`
    where the build was made with another encoder, splitter or schema, and what `build_index` raises.
    """
    tell = progress or silent
    with hold_builds(settings, progress):
        if read_current(settings.home) is None:
            return _build(found, (), settings, tell, encoder)
        base = current_folder(settings.home)
        manifest = read_manifest(base)
        encoder = match_encoder(manifest, encoder, settings)
        with ExitStack() as stack:
            known = Known(settings.home, base=base, left=set_aside_unfinished(settings.home))
            stack.callback(known.close)
            if known.manifest is None:
                raise damaged(base)
            intake = _take(found, Intake(known.articles, adding=True), tell)
            if not intake.changes:
                return BuildReport(manifest, tuple(intake.outcomes))
            known.use(encoder)
            name, folder = stack.enter_context(new_build(settings.home, revising=base.name))
            target = Target(folder=folder, build=name, url=settings.chroma_url)
            means = Means(encoder=encoder, known=known, earlier=intake.earlier, tell=tell)
            written = _change(target, base, means, intake, gone=())
            rules = manifest.rules if manifest.rules == find_rules() else ""
            sources, created = manifest.sources, manifest.created
            manifest = _manifest(name, written, known, encoder, intake, sources=sources, rules=rules, created=created)
            manifest = complete_build(manifest, folder, settings)
    return BuildReport(manifest, tuple(intake.outcomes), written.encoded)


def roll_back_index(settings: IndexSettings, build: str | None = None) -> str:
    """Make a kept build current: the one named, else the one before the current one; its name.

    Raises `UnknownBuild`, `BuildLocked`.
    """
    with hold_builds(settings):
        return roll_back(settings.home, build)


def repair_index(
    settings: IndexSettings, *, progress: Progress | None = None, encoder: Encoder | None = None
) -> BuildReport:
    """A new build from the articles that the current one's catalogue holds, for when its other files are damaged.

    Raises `IndexMissing`, `IndexDamaged` where the catalogue itself is damaged, and what `build_index` raises.
    """
    with hold_builds(settings, progress), ExitStack() as stack:
        folder = current_folder(settings.home)
        catalogue = SqliteCatalogue(folder / CATALOGUE)
        stack.callback(catalogue.close)
        problems = catalogue.problems()
        if problems:
            raise IndexDamaged(
                f"the catalogue of build {folder.name!r} is damaged ({problems[0]}), so nothing can be repaired from it; "
                "run `python -m indexes rollback` or `python -m indexes build`"
            )
        sources = read_manifest(folder).sources
        return _build(catalogue.all_articles(), sources, settings, progress or silent, encoder, anew=True)


def _build(
    found: Iterable[Article | Outcome],
    sources: tuple[str, ...],
    settings: IndexSettings,
    tell: Progress,
    encoder: Encoder | None,
    *,
    anew: bool = False,
) -> BuildReport:
    """Make a build and make it current; the caller holds the lock."""
    with ExitStack() as stack:
        left = set_aside_unfinished(settings.home)
        known = Known(settings.home, base=_current_or_none(settings.home), left=left)
        stack.callback(known.close)
        intake = _take(found, Intake(known.articles), tell)
        if not intake.articles:
            raise NothingIndexed(intake.explain_nothing())
        encoder = encoder or open_encoder(settings)
        known.use(encoder)
        name, folder = stack.enter_context(new_build(settings.home))
        target = Target(folder=folder, build=name, url=settings.chroma_url)
        means = Means(encoder=encoder, known=known, earlier=intake.earlier, tell=tell)
        gone = [one for one in known.articles if one not in intake.taken]
        few = len(gone) + len(intake.changes) <= _MOST_CHANGED * len(intake.articles)
        if known.folder and few and not anew and known.may_be_copied(encoder):
            written = _change(target, known.folder, means, intake, gone=gone)
        else:
            written = write_anew(target, intake.articles, means)
        manifest = _manifest(name, written, known, encoder, intake, sources=sources, rules=find_rules())
        manifest = complete_build(manifest, folder, settings)
    return BuildReport(manifest, tuple(intake.outcomes), written.encoded, len(gone))


def _take(found: Iterable[Article | Outcome], intake: Intake, tell: Progress) -> Intake:
    for done, one in enumerate(found, start=1):
        intake.take(one)
        tell("read", done, None)
    return intake


def _change(target: Target, base: Path, means: Means, intake: Intake, *, gone: Sequence[str]) -> Written:
    changes = intake.changes
    replaced = [article.id for article in changes if article.id in means.known.articles]
    return write_changed(target, base, means, gone=[*gone, *replaced], articles=changes)


def _manifest(
    name: str,
    written: Written,
    known: Known,
    encoder: Encoder,
    intake: Intake,
    *,
    sources: tuple[str, ...],
    rules: str,
    created: str | None = None,
) -> Manifest:
    """The manifest of a build that was written, without its fingerprint."""
    build, _, revision = name.partition("+")
    return Manifest(
        id=build,
        revision=int(revision or 0),
        schema_version=SCHEMA_VERSION,
        created=created or datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        encoder=encoder.name,
        encoder_sha256=encoder.sha256,
        dimension=known.dimension,
        splitter=SPLITTER,
        fingerprint="",
        articles=written.articles,
        passages=written.passages,
        sources=sources,
        outcomes=intake.count(),
        rules=rules,
        engine=encoder.engine if written.encoded or known.manifest is None else known.manifest.engine,
    )


def _current_or_none(home: Path) -> Path | None:
    try:
        return current_folder(home)
    except IndexProblem:
        return None
