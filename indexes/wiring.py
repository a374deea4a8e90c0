"""Puts an index together: builds one from files, opens the current one. The only file that names the engines."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
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
from indexes.outcomes import Intake
from indexes.quotations import find_quotations
from indexes.readers.reading import read_sources
from indexes.sentences import split_sentences
from indexes.settings import IndexSettings
from indexes.splitting import SPLITTER, encoded_text, split_article
from indexes.types import Article, Catalogue, Encoder, Manifest, Outcome, Passage, Retriever, Vectors, Vocabulary
from indexes.weights import find_weights, hash_weights
from indexes.words import find_words

CATALOGUE = "catalogue.sqlite"
_ENCODED_AT_ONCE = 64
_SAME = 1e-3


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


def open_encoder(settings: IndexSettings) -> Encoder:
    """The encoder that the settings name. Raises `WeightsProblem`."""
    folder = settings.encoder_path or find_weights(settings.encoder, settings)
    name = settings.encoder_path.resolve().name if settings.encoder_path else settings.encoder
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
    with lock_builds(settings.home):
        sources = tuple(str(path) for path in paths)
        return _build(read_sources(paths), sources, settings, progress or _silent, encoder)


def repair_index(
    settings: IndexSettings, *, progress: Progress | None = None, encoder: Encoder | None = None
) -> BuildReport:
    """A new build from the articles that the current one's catalogue holds, for when its other files are damaged.

    Raises `IndexMissing`, `IndexDamaged` where the catalogue itself is damaged, and what `build_index` raises.
    """
    with lock_builds(settings.home), ExitStack() as stack:
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
        return _build(catalogue.all_articles(), sources, settings, progress or _silent, encoder)


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
    return _problems(folder, read_manifest(folder), settings)


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


def _build(
    found: Iterable[Article | Outcome],
    sources: tuple[str, ...],
    settings: IndexSettings,
    tell: Progress,
    encoder: Encoder | None,
) -> BuildReport:
    """Make a build and make it current; the caller holds the lock."""
    with ExitStack() as stack:
        before = _Before(settings)
        stack.callback(before.close)
        intake = Intake(before.articles)
        for done, one in enumerate(found, start=1):
            intake.take(one)
            tell("read", done, None)
        if not intake.articles:
            raise NothingIndexed(intake.explain_nothing())
        encoder = encoder or open_encoder(settings)
        build, folder = stack.enter_context(new_build(settings.home))
        articles = intake.articles
        passages = _write_texts(folder, articles, encoder, tell)
        encoded = _write_vectors(folder, passages, build, settings, encoder, before, tell)
        manifest = Manifest(
            id=build,
            revision=0,
            schema_version=SCHEMA_VERSION,
            created=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            encoder=encoder.name,
            encoder_sha256=encoder.sha256,
            dimension=encoder.dimension,
            splitter=SPLITTER,
            fingerprint=fingerprint((article.id, hash_article(article)) for article in articles),
            articles=len(articles),
            passages=len(passages),
            sources=sources,
            outcomes=intake.count(),
        )
        problems = _problems(folder, manifest, settings)
        if problems:
            raise BuildFailed(f"the new build is not sound ({problems[0]}), so it was undone; build again")
        kept = finish(settings.home, build, folder, manifest, keep=settings.keep_builds)
        if settings.chroma_url:
            ChromaStore.drop(settings.chroma_url, kept=kept)
    return BuildReport(manifest, tuple(intake.outcomes), encoded)


class _Before:
    """The build before: which articles it had, and the vectors of texts that it has encoded already.

    Where there is none, or what there is cannot be read, it had nothing.
    """

    def __init__(self, settings: IndexSettings) -> None:
        self.articles: Mapping[str, tuple[str, str]] = {}
        self._rows: Mapping[str, int] = {}
        self._vectors: VectorFile | None = None
        self._weights = ""
        with suppress(IndexProblem):
            self._open(current_folder(settings.home))

    def _open(self, folder: Path) -> None:
        manifest = read_manifest(folder)
        with closing(SqliteCatalogue(folder / CATALOGUE)) as catalogue:
            self.articles = catalogue.text_hashes()
            vectors = VectorFile(folder / VECTORS)
            if not vectors.problems(rows=manifest.passages, dimension=manifest.dimension):
                self._rows, self._vectors, self._weights = catalogue.encoded_hashes(), vectors, manifest.encoder_sha256

    def vectors(self, texts: Sequence[str], encoder: Encoder) -> list[Vectors | None]:
        """For each text the vector that these very weights gave it, None where they have not seen it."""
        if self._vectors is None or self._weights != encoder.sha256:
            return [None] * len(texts)
        rows = [self._rows.get(hash_text(text)) for text in texts]
        return [None if row is None else self._vectors.at(row) for row in rows]

    def close(self) -> None:
        """Free the files."""
        self._vectors = None


def _write_texts(folder: Path, articles: Sequence[Article], encoder: Encoder, tell: Progress) -> list[Passage]:
    """Write the catalogue and the word index; the passages in row order."""
    passages: list[Passage] = []
    words = WordWriter(folder)
    with closing(CatalogueWriter(folder / CATALOGUE)) as catalogue:
        for row, article in enumerate(articles):
            sentences = split_sentences(article.text, language=article.language)
            cut = split_article(article, sentences, encoder=encoder)
            quotations = find_quotations(article, sentences)
            catalogue.add(article, passages=cut, sentences=sentences, quotations=quotations)
            words.add((len(passages) + at, row, passage) for at, passage in enumerate(cut))
            passages.extend(cut)
            tell("split", row + 1, len(articles))
        words.close()
        catalogue.finish()
    return passages


def _write_vectors(
    folder: Path,
    passages: Sequence[Passage],
    build: str,
    settings: IndexSettings,
    encoder: Encoder,
    before: _Before,
    tell: Progress,
) -> int:
    """Write the vectors of all passages; those known from before are copied. Gives the number encoded."""
    encoded = 0
    with closing(
        VectorWriter(folder, rows=len(passages), dimension=encoder.dimension, url=settings.chroma_url, build=build)
    ) as writer:
        for first in range(0, len(passages), _ENCODED_AT_ONCE):
            batch = passages[first : first + _ENCODED_AT_ONCE]
            texts = [encoded_text(passage) for passage in batch]
            known = before.vectors(texts, encoder)
            new = iter(encoder.encode([text for text, vector in zip(texts, known, strict=True) if vector is None]))
            writer.add([one.id for one in batch], np.stack([next(new) if one is None else one for one in known]))
            encoded += sum(vector is None for vector in known)
            tell("encode", first + len(batch), len(passages))
    return encoded


def _problems(folder: Path, manifest: Manifest, settings: IndexSettings) -> list[str]:
    """What is wrong with the files of a build: counts, offsets, hashes, and whether the first passage is found."""
    with ExitStack() as stack:
        try:
            if not (folder / CATALOGUE).is_file():
                return ["the catalogue is missing"]
            catalogue = SqliteCatalogue(folder / CATALOGUE)
            stack.callback(catalogue.close)
            problems = list(catalogue.problems())
            if catalogue.counts() != (manifest.articles, manifest.passages):
                problems.append("the catalogue does not hold the articles and passages of the manifest")
            if fingerprint((one.id, hash_article(one)) for one in catalogue.all_articles()) != manifest.fingerprint:
                problems.append("the articles are not those of the manifest")
            vectors = VectorFile(folder / VECTORS)
            problems += vectors.problems(rows=manifest.passages, dimension=manifest.dimension)
            lexical = Lexical(folder, passages=catalogue)
            stack.callback(lexical.close)
            if len(lexical) != manifest.passages:
                problems.append("the word index does not hold the passages of the manifest")
            store = ChromaStore.open(folder, url=settings.chroma_url, build=manifest.id)
            if store is not None:  # else another process has it open, and answers from it
                stack.callback(store.close)
                if len(store) != manifest.passages:
                    problems.append(f"Chroma holds {len(store)} vectors instead of {manifest.passages}")
            return problems or _unfound(catalogue, vectors, lexical, store)
        except IndexProblem as problem:
            return [str(problem)]


def _unfound(catalogue: SqliteCatalogue, vectors: VectorFile, lexical: Lexical, store: ChromaStore | None) -> list[str]:
    """Ask the indexes for the first passage by its own vector and its own words."""
    first = catalogue.passages_at([0])[0]
    vector = vectors.at(0)
    problems = []
    if store is not None and abs(store.nearest(vector, limit=1)[0][1] - 1.0) > _SAME:
        problems.append("Chroma does not find a passage by its own vector")
    stems = find_words(first.text)
    if stems and not any(lexical.frequency(word.stem) for word in stems):
        problems.append("the word index does not know the words of its first passage")
    return problems


def _require(same: bool, what: str, built: object, now: object) -> None:  # noqa: FBT001 - a condition and its words
    if not same:
        raise IndexMismatch(
            f"the index was built with {what} {built!r}, but the settings name {now!r}; run `python -m indexes build` "
            "to make it anew, or go back to the old setting"
        )


def _silent(step: str, done: int, total: int | None) -> None:
    """Tell nobody."""
