"""Puts an index together: builds one from files, opens the current one. The only file that names the engines."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import numpy as np

from indexes.builds import (
    SCHEMA_VERSION,
    current_folder,
    finish,
    lock_builds,
    new_build,
    read_manifest,
)
from indexes.catalogue import SqliteCatalogue
from indexes.cataloguing import CatalogueWriter, fingerprint, hash_article, hash_text
from indexes.dense import VECTORS, ChromaStore, Dense, VectorFile, VectorWriter
from indexes.encoding import SentenceEncoder
from indexes.errors import BuildFailed, IndexDamaged, IndexMismatch, IndexProblem, NothingIndexed
from indexes.fusion import Fused
from indexes.lexical import Lexical, WordWriter
from indexes.quotations import find_quotations
from indexes.readers.reading import read_sources
from indexes.sentences import split_sentences
from indexes.settings import IndexSettings
from indexes.splitting import SPLITTER, encoded_text, split_article
from indexes.types import Article, Catalogue, Encoder, Manifest, Outcome, Passage, Retriever, Vectors, Vocabulary
from indexes.weights import find_weights, hash_weights

CATALOGUE = "catalogue.sqlite"
_ENCODED_AT_ONCE = 256
_SHOWN_REJECTED = 3


class Progress(Protocol):
    """Is told how far a build has come."""

    def __call__(self, step: str, done: int, total: int | None) -> None:
        """`done` of `total` (None: not known yet) of a step's pieces."""
        ...


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build came to: its manifest and one outcome for each article or unreadable file, in reading order."""

    manifest: Manifest
    outcomes: tuple[Outcome, ...]
    encoded: int = 0
    """Passages that the encoder had to read; the others' vectors were known from the build before."""


@dataclass(frozen=True, slots=True)
class Index:
    """An opened build. Any number of threads may use it at once."""

    manifest: Manifest
    retriever: Retriever
    dense: Retriever
    lexical: Retriever
    catalogue: Catalogue
    encoder: Encoder
    vocabulary: Vocabulary
    closing: ExitStack = field(default_factory=ExitStack, repr=False)

    def close(self) -> None:
        """Free its files. Calling it twice does nothing."""
        self.closing.close()


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read: the articles to index, and every outcome."""

    articles: list[Article]
    outcomes: list[Outcome]


def open_encoder(settings: IndexSettings) -> Encoder:
    """The encoder that the settings name. Raises `WeightsProblem`."""
    folder = settings.encoder_path or find_weights(settings.encoder, settings)
    name = settings.encoder_path.name if settings.encoder_path else settings.encoder
    return SentenceEncoder(folder, name=name, sha256=hash_weights(folder))


def build_index(
    paths: Sequence[Path],
    *,
    settings: IndexSettings,
    progress: Progress | None = None,
    encoder: Encoder | None = None,
) -> BuildReport:
    """Build an index of all articles in files and folders and make it current.

    Nothing of it shows before it is complete and checked. Raises `UnreadableSource` for a path that does not exist,
    `NothingIndexed`, `BuildLocked`, `BuildFailed`, `WeightsProblem`; the current build then stays.
    """
    tell = progress or _silent
    with lock_builds(settings.home):
        before = _Before.open(settings)
        try:
            read = _read(paths, before, tell)
            if not read.articles:
                raise NothingIndexed(_nothing(read.outcomes))
            encoder = encoder or open_encoder(settings)
            with new_build(settings.home) as (build, folder):
                manifest, encoded = _write(build, folder, read, paths, settings, encoder, before, tell)
                _verify(folder, manifest)
                finish(settings.home, build, folder, manifest, keep=settings.keep_builds)
        finally:
            before.close()
    return BuildReport(manifest, tuple(read.outcomes), encoded)


def open_index(settings: IndexSettings, *, encoder: Encoder | None = None) -> Index:
    """The current build. Raises `IndexMissing`, `IndexMismatch`, `IndexDamaged`, `WeightsProblem`."""
    folder = current_folder(settings.home)
    manifest = read_manifest(folder)
    _require(manifest.schema_version == SCHEMA_VERSION, "schema", manifest.schema_version, SCHEMA_VERSION)
    _require(manifest.splitter == SPLITTER, "splitter", manifest.splitter, SPLITTER)
    encoder = encoder or open_encoder(settings)
    _require(manifest.encoder == encoder.name, "encoder", manifest.encoder, encoder.name)
    _require(manifest.encoder_sha256 == encoder.sha256, "weights", manifest.encoder_sha256, encoder.sha256)
    return _open(folder, manifest, encoder, settings)


def verify_index(settings: IndexSettings) -> list[str]:
    """What is wrong with the current build; empty where all is well. Raises `IndexMissing`, `IndexDamaged`."""
    folder = current_folder(settings.home)
    return _problems(folder, read_manifest(folder))


def _open(folder: Path, manifest: Manifest, encoder: Encoder, settings: IndexSettings) -> Index:
    with ExitStack() as stack:
        if not (folder / CATALOGUE).is_file():
            raise IndexDamaged(
                f"the catalogue of build {manifest.id!r} is missing; run `python -m indexes rollback` or "
                "`python -m indexes build`"
            )
        catalogue = SqliteCatalogue(folder / CATALOGUE)
        stack.callback(catalogue.close)
        lexical = Lexical(folder, passages=catalogue)
        stack.callback(lexical.close)
        vectors = VectorFile(folder / VECTORS)
        store = ChromaStore.open(folder, url=settings.chroma_url, build=manifest.id)
        dense = Dense(vectors=vectors, store=store, encoder=encoder, passages=catalogue)
        stack.callback(dense.close)
        counts = (manifest.articles, manifest.passages)
        if catalogue.counts() != counts or len(vectors) != manifest.passages:
            raise IndexDamaged(
                f"build {manifest.id!r} does not hold the {counts} articles and passages of its manifest; run "
                "`python -m indexes rollback` or `python -m indexes build`"
            )
        return Index(
            manifest=manifest,
            retriever=Fused(lexical=lexical, dense=dense),
            dense=dense,
            lexical=lexical,
            catalogue=catalogue,
            encoder=encoder,
            vocabulary=lexical,
            closing=stack.pop_all(),
        )
    raise AssertionError  # pragma: no cover - the block above returns or raises


class _Before:
    """The build before: which articles it had, and the vectors of texts that it has encoded already."""

    def __init__(self, folder: Path | None, manifest: Manifest | None) -> None:
        self._manifest = manifest
        self._catalogue = SqliteCatalogue(folder / CATALOGUE) if folder else None
        self._vectors = VectorFile(folder / VECTORS) if folder else None
        self.articles: Mapping[str, tuple[str, str]] = self._catalogue.text_hashes() if self._catalogue else {}

    @classmethod
    def open(cls, settings: IndexSettings) -> "_Before":
        """The current build where there is one that can be read."""
        try:
            folder = current_folder(settings.home)
            return cls(folder, read_manifest(folder))
        except IndexProblem:
            return cls(None, None)

    def kind_of(self, article: Article) -> str:
        """`created`, `replaced` or `unchanged`."""
        known = self.articles.get(article.id)
        if known is None:
            return "created"
        return "unchanged" if known == (hash_text(article.text), hash_article(article)) else "replaced"

    def rows_by_hash(self, encoder: Encoder) -> Mapping[str, int]:
        """The rows of texts that these very weights have encoded."""
        manifest = self._manifest
        if self._catalogue is None or manifest is None or manifest.encoder_sha256 != encoder.sha256:
            return {}
        return self._catalogue.encoded_hashes()

    def vector(self, row: int) -> Vectors:
        """A vector of that build."""
        assert self._vectors is not None  # noqa: S101 - rows come from `rows_by_hash`
        return self._vectors.at(row)

    def close(self) -> None:
        """Free the files."""
        if self._catalogue is not None:
            self._catalogue.close()


def _read(paths: Sequence[Path], before: _Before, tell: Progress) -> _Read:
    read = _Read([], [])
    by_id: dict[str, Article] = {}
    by_text: dict[str, str] = {}
    for found in read_sources(paths):
        outcome = found if isinstance(found, Outcome) else _take(found, by_id, by_text, before)
        if isinstance(found, Article) and outcome.kind not in {"rejected", "duplicate_of"}:
            read.articles.append(found)
        read.outcomes.append(outcome)
        tell("read", len(read.outcomes), None)
    return read


def _take(article: Article, by_id: dict[str, Article], by_text: dict[str, str], before: _Before) -> Outcome:
    """The outcome of an article; it is remembered where it is to be indexed."""
    source, text_hash = article.source or article.id, hash_text(article.text)
    taken, copy = by_id.get(article.id), by_text.get(text_hash)
    if copy is not None:
        reason = f"an exact copy of {copy!r}"
        return Outcome(source=source, kind="duplicate_of", article_id=copy, reason=reason)
    if taken is not None:
        reason = f"the id {article.id!r} is taken by {taken.source!r}; give the article another id"
        return Outcome(source=source, kind="rejected", article_id=article.id, reason=reason)
    by_id[article.id], by_text[text_hash] = article, article.id
    kind = before.kind_of(article)
    return Outcome(source=source, kind=kind, article_id=article.id)  # type: ignore[arg-type]


def _write(
    build: str,
    folder: Path,
    read: _Read,
    paths: Sequence[Path],
    settings: IndexSettings,
    encoder: Encoder,
    before: _Before,
    tell: Progress,
) -> tuple[Manifest, int]:
    """Write all files of a build but the manifest, and say what they hold."""
    passages: list[Passage] = []
    words, catalogue = WordWriter(folder), CatalogueWriter(folder / CATALOGUE)
    try:
        for row, article in enumerate(read.articles):
            sentences = split_sentences(article.text, language=article.language)
            cut = split_article(article, sentences, encoder=encoder)
            quotations = find_quotations(article, sentences)
            catalogue.add(article, passages=cut, sentences=sentences, quotations=quotations)
            words.add((len(passages) + at, row, passage) for at, passage in enumerate(cut))
            passages.extend(cut)
            tell("split", row + 1, len(read.articles))
        words.close()
        catalogue.finish()
    finally:
        catalogue.close()
    encoded = _encode(passages, folder, build, settings, encoder, before, tell)
    counts: dict[str, int] = {}
    for outcome in read.outcomes:
        counts[outcome.kind] = counts.get(outcome.kind, 0) + 1
    manifest = Manifest(
        id=build,
        revision=0,
        schema_version=SCHEMA_VERSION,
        created=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        encoder=encoder.name,
        encoder_sha256=encoder.sha256,
        dimension=encoder.dimension,
        splitter=SPLITTER,
        fingerprint=fingerprint((article.id, hash_article(article)) for article in read.articles),
        articles=len(read.articles),
        passages=len(passages),
        sources=tuple(str(path) for path in paths),
        outcomes=counts,
    )
    return manifest, encoded


def _encode(
    passages: Sequence[Passage],
    folder: Path,
    build: str,
    settings: IndexSettings,
    encoder: Encoder,
    before: _Before,
    tell: Progress,
) -> int:
    """Write the vectors of all passages; those of texts known from before are copied. Gives the number encoded."""
    known = before.rows_by_hash(encoder)
    encoded = 0
    writer = VectorWriter(folder, rows=len(passages), dimension=encoder.dimension, url=settings.chroma_url, build=build)
    try:
        for first in range(0, len(passages), _ENCODED_AT_ONCE):
            batch = passages[first : first + _ENCODED_AT_ONCE]
            vectors = np.empty((len(batch), encoder.dimension), dtype=np.float32)
            rows = [known.get(hash_text(encoded_text(passage))) for passage in batch]
            new = [at for at, row in enumerate(rows) if row is None]
            if new:
                vectors[new] = encoder.encode([encoded_text(batch[at]) for at in new])
                encoded += len(new)
            for at, row in enumerate(rows):
                if row is not None:
                    vectors[at] = before.vector(row)
            writer.add([passage.id for passage in batch], vectors)
            tell("encode", first + len(batch), len(passages))
    finally:
        writer.close()
    return encoded


def _verify(folder: Path, manifest: Manifest) -> None:
    problems = _problems(folder, manifest)
    if problems:
        raise BuildFailed(f"the new build is not sound ({problems[0]}), so it was undone; build again")


def _problems(folder: Path, manifest: Manifest) -> list[str]:
    if not (folder / CATALOGUE).is_file():
        return ["the catalogue is missing"]
    catalogue = SqliteCatalogue(folder / CATALOGUE)
    try:
        problems = list(catalogue.problems())
        if catalogue.counts() != (manifest.articles, manifest.passages):
            problems.append("the catalogue does not hold the articles and passages of the manifest")
        hashes = ((article_id, content) for article_id, (_, content) in catalogue.text_hashes().items())
        if fingerprint(hashes) != manifest.fingerprint:
            problems.append("the articles are not those of the manifest")
        problems += VectorFile(folder / VECTORS).problems(rows=manifest.passages, dimension=manifest.dimension)
        lexical = Lexical(folder, passages=catalogue)
        if len(lexical) != manifest.passages:
            problems.append("the word index does not hold the passages of the manifest")
        lexical.close()
    except IndexProblem as problem:
        return [str(problem)]
    finally:
        catalogue.close()
    return problems


def _require(same: bool, what: str, built: object, now: object) -> None:  # noqa: FBT001 - a condition and its words
    if not same:
        raise IndexMismatch(
            f"the index was built with {what} {built!r}, but the settings name {now!r}; run `python -m indexes build` "
            "to make it anew, or go back to the old setting"
        )


def _nothing(outcomes: Sequence[Outcome]) -> str:
    rejected = [f"{one.source}: {one.reason}" for one in outcomes if one.kind == "rejected"]
    if not rejected:
        return "there are no articles in the given paths; give files or folders that hold some"
    more = f" (and {len(rejected) - _SHOWN_REJECTED} more)" if len(rejected) > _SHOWN_REJECTED else ""
    return f"nothing could be indexed: {'; '.join(rejected[:_SHOWN_REJECTED])}{more}; the current index stays"


def _silent(step: str, done: int, total: int | None) -> None:
    """Tell nobody."""


def iterate_rejected(report: BuildReport) -> Iterator[Outcome]:
    """The outcomes that name a reason."""
    return (outcome for outcome in report.outcomes if outcome.reason)
