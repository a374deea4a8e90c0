"""Writes the files of a build: all of them anew, a changed copy of another build's, or a copy without some articles."""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from indexes.blanking import blank_unused
from indexes.catalogue import SqliteCatalogue
from indexes.cataloguing import CatalogueWriter
from indexes.copy_groups import regroup
from indexes.dense import STORE, VECTORS, ChromaStore, VectorFile, VectorWriter
from indexes.errors import IndexDamaged
from indexes.lexical import FOLDER as WORDS
from indexes.lexical import WordWriter
from indexes.near_copies import Signature, signature_of
from indexes.quotations import find_quotations
from indexes.reusing import CATALOGUE, Known, TakenApart, note_origin
from indexes.sentences import split_sentences
from indexes.splitting import encoded_text, split_article
from indexes.types import Article, Encoder, Passage, Vectors, Version

_ENCODED_AT_ONCE = 256
_COPIED_AT_ONCE = 4096


class Progress(Protocol):
    """Is told how far a build has come."""

    def __call__(self, step: str, done: int, total: int | None) -> None:
        """`done` of `total` (None: not known yet) of a step's pieces."""
        ...


def silent(step: str, done: int, total: int | None) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a build is written: its folder, its name, and the Chroma server that gets its vectors, if any."""

    folder: Path
    build: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """How many articles and passages a build has, and how many of these had to be encoded."""

    articles: int
    passages: int
    encoded: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What articles are written with: the encoder, what is known already, older versions by article id, who is told."""

    encoder: Encoder
    known: Known
    earlier: Mapping[str, Sequence[Version]]
    tell: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """What a copied catalogue had: its passages' rows end before `first`; the articles that are `gone`, by row too."""

    first: int = 0
    removed: Sequence[int] = ()
    gone: Sequence[str] = ()
    groups: Mapping[str, str] = field(default_factory=dict)


def write_anew(target: Target, articles: Sequence[Article], means: Means) -> Written:
    """Write every file; what is known is copied instead of being worked out again."""
    note_origin(target.folder, means.encoder)
    passages = _write_texts(target, articles, means, _Before())
    dimension = means.known.dimension
    with closing(
        VectorWriter(target.folder, rows=len(passages), dimension=dimension, url=target.url, build=target.build)
    ) as vectors:
        encoded = _write_vectors(vectors, passages, means)
    return Written(len(articles), len(passages), encoded)


def write_changed(
    target: Target, base: Path, means: Means, *, gone: Sequence[str], articles: Sequence[Article]
) -> Written:
    """Copy another build's files, take articles out (those that are replaced among them), put articles in.

    The bytes of what was taken out may stay in the copies until the next build that is written anew.
    """
    note_origin(target.folder, means.encoder)
    shutil.copyfile(base / CATALOGUE, target.folder / CATALOGUE)
    shutil.copytree(base / WORDS, target.folder / WORDS, ignore=shutil.ignore_patterns("*.lock"))
    copied = not target.url and _copy_store(base, target.folder)
    first = len(VectorFile(base / VECTORS))
    with closing(CatalogueWriter(target.folder / CATALOGUE)) as catalogue:
        groups = catalogue.groups()
        rows, ids, lost = catalogue.remove(gone)
        catalogue.finish()
    before = _Before(first=first, removed=rows, gone=gone, groups=groups)
    passages = _write_texts(target, articles, means, before)
    with closing(
        VectorWriter(
            target.folder,
            rows=first + len(passages),
            dimension=means.known.dimension,
            url=target.url,
            build=target.build,
            copied=copied,
        )
    ) as vectors:
        vectors.keep(base / VECTORS, gone=lost)
        if copied:
            vectors.remove(ids)
        else:
            _store_kept(vectors, target.folder, base, below=first, tell=means.tell)
        encoded = _write_vectors(vectors, passages, means)
    return _counted(target.folder, encoded)


def write_without(target: Target, base: Path, article_ids: Sequence[str], *, tell: Progress) -> Written:
    """Write another build's files without some articles, so that no byte of their texts, words or vectors is left.

    SQLite's file is written anew, the removed vectors are zeros, the word index and Chroma's files are made from nothing.
    """
    shutil.copyfile(base / CATALOGUE, target.folder / CATALOGUE)
    with closing(CatalogueWriter(target.folder / CATALOGUE)) as catalogue:
        groups = catalogue.groups()
        _, _, lost = catalogue.remove(article_ids)
        _group(catalogue, groups, changed=article_ids)
        catalogue.finish_without_traces()
    rows = VectorFile(base / VECTORS).shape
    with closing(SqliteCatalogue(target.folder / CATALOGUE)) as stored:
        words = WordWriter(target.folder)
        words.add(stored.passages_in_order())
        words.close()
    with closing(
        VectorWriter(target.folder, rows=rows[0], dimension=rows[1], url=target.url, build=target.build)
    ) as vectors:
        vectors.keep(base / VECTORS, gone=lost)
        _store_kept(vectors, target.folder, base, below=rows[0], tell=tell)
    return _counted(target.folder, 0)


def write_store(target: Target, *, passages: int, tell: Progress) -> None:
    """Give a build that has every other file its vectors in Chroma, from its vector file.

    What a server holds under the build's name already is used where it is complete. Raises `IndexDamaged`, `BuildFailed`.
    """
    if target.url and _is_stored(target, passages):
        return
    vectors = VectorFile(target.folder / VECTORS)
    store = ChromaStore.open(target.folder, url=target.url, build=target.build, create=len(vectors))
    if store is None:
        return
    with closing(store):
        with closing(SqliteCatalogue(target.folder / CATALOGUE)) as catalogue:
            rows = sorted((row, passage_id) for passage_id, row in catalogue.all_rows())
        for start in range(0, len(rows), _COPIED_AT_ONCE):
            batch = rows[start : start + _COPIED_AT_ONCE]
            store.add([one for _, one in batch], np.stack([vectors.at(row) for row, _ in batch]))
            tell("store", start + len(batch), len(rows))
    blank_unused(target.folder / STORE)


def _is_stored(target: Target, passages: int) -> bool:
    """Whether the server has all vectors of the build; what is there of them else is removed."""
    with suppress(IndexDamaged):
        store = ChromaStore.open(target.folder, url=target.url, build=target.build)
        if store is not None:
            with closing(store):
                if len(store) == passages:
                    return True
                store.discard()
    return False


def _write_texts(target: Target, articles: Sequence[Article], means: Means, before: _Before) -> list[Passage]:
    """Write articles to the catalogue and the word index; their passages in row order, after those that were before."""
    passages: list[Passage] = []
    words = WordWriter(target.folder)
    words.remove(before.removed)
    with closing(CatalogueWriter(target.folder / CATALOGUE)) as catalogue:
        catalogue.start_passages_at(before.first)
        for done, article in enumerate(articles, start=1):
            found = means.known.taken_apart(article) or _take_apart(article, means.encoder)
            row = catalogue.next_article
            catalogue.add(
                article,
                passages=found.passages,
                sentences=found.sentences,
                quotations=found.quotations,
                versions=[*means.known.versions(article), *means.earlier.get(article.id, ())],
                signature=found.signature,
            )
            words.add((before.first + len(passages) + at, row, passage) for at, passage in enumerate(found.passages))
            passages.extend(found.passages)
            means.tell("split", done, len(articles))
        words.close()
        _group(catalogue, before.groups, changed=[*before.gone, *(article.id for article in articles)])
        catalogue.finish()
    return passages


def _group(catalogue: CatalogueWriter, groups: Mapping[str, str], *, changed: Sequence[str]) -> None:
    """Group near copies again after a change; `groups` are those before it."""
    signatures = {one: Signature.from_bytes(stored) for one, stored in catalogue.signatures().items()}
    catalogue.group(regroup(signatures, known=groups, changed=changed, read=catalogue.text_of))


def _take_apart(article: Article, encoder: Encoder) -> TakenApart:
    sentences = split_sentences(article.text, language=article.language)
    return TakenApart(
        split_article(article, sentences, encoder=encoder),
        sentences,
        find_quotations(article, sentences),
        signature_of(article.text).to_bytes(),
    )


def _write_vectors(writer: VectorWriter, passages: Sequence[Passage], means: Means) -> int:
    """Write the vectors of passages; those known are copied. Gives the number encoded."""
    encoded = 0
    for start in range(0, len(passages), _ENCODED_AT_ONCE):
        batch = passages[start : start + _ENCODED_AT_ONCE]
        texts = [encoded_text(passage) for passage in batch]
        vectors = means.known.vectors(texts)
        wanted = [text for text, vector in zip(texts, vectors, strict=True) if vector is None]
        new = iter(_encoded(wanted, means.encoder, means.known))
        writer.add([one.id for one in batch], np.stack([next(new) if one is None else one for one in vectors]))
        encoded += len(wanted)
        means.tell("encode", start + len(batch), len(passages))
    return encoded


def _encoded(texts: Sequence[str], encoder: Encoder, known: Known) -> Sequence[Vectors]:
    """The vectors of texts that nobody knows yet, from here on known. Without any the encoder is not even loaded."""
    if not texts:
        return ()
    vectors = encoder.encode(texts)
    known.remember(texts, vectors)
    return list(vectors)


def _store_kept(writer: VectorWriter, folder: Path, base: Path, *, below: int, tell: Progress) -> None:
    """Give the store the vectors of the passages that another build had and this one has too."""
    vectors = VectorFile(base / VECTORS)
    with closing(SqliteCatalogue(folder / CATALOGUE)) as catalogue:
        kept = sorted((row, passage_id) for passage_id, row in catalogue.all_rows() if row < below)
    for start in range(0, len(kept), _COPIED_AT_ONCE):
        batch = kept[start : start + _COPIED_AT_ONCE]
        writer.store([one for _, one in batch], np.stack([vectors.at(row) for row, _ in batch]))
        tell("copy", start + len(batch), len(kept))


def _copy_store(base: Path, folder: Path) -> bool:
    """Copy the store of another build; whether there is one. Nobody writes to it once its build is complete."""
    if not (base / STORE).is_dir():
        return False
    shutil.copytree(base / STORE, folder / STORE)
    return True


def _counted(folder: Path, encoded: int) -> Written:
    with closing(SqliteCatalogue(folder / CATALOGUE)) as catalogue:
        return Written(*catalogue.counts(), encoded)
