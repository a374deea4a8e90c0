"""Checks a build against its manifest, and lets one that was written take its place."""

from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

from indexes.builds import SCHEMA_VERSION, finish, folder_name, remove_unfinished
from indexes.catalogue import SqliteCatalogue
from indexes.dense import VECTORS, ChromaStore, VectorFile
from indexes.encoders import open_encoder
from indexes.errors import BuildFailed, IndexDamaged, IndexMismatch, IndexProblem
from indexes.journals import remove_journals
from indexes.lexical import Lexical
from indexes.reusing import CATALOGUE
from indexes.settings import IndexSettings
from indexes.splitting import SPLITTER
from indexes.types import Encoder, Manifest
from indexes.words import find_words

_SAME = 1e-3
_ASKED = 20


def match_encoder(manifest: Manifest, encoder: Encoder | None, settings: IndexSettings) -> Encoder:
    """The encoder, if the build was made with it. Raises `IndexMismatch`, `WeightsProblem`."""
    _require(manifest.schema_version == SCHEMA_VERSION, "schema", manifest.schema_version, SCHEMA_VERSION)
    _require(manifest.splitter == SPLITTER, "splitter", manifest.splitter, SPLITTER)
    encoder = encoder or open_encoder(settings)
    _require(manifest.encoder == encoder.name, "encoder", manifest.encoder, encoder.name)
    _require(manifest.encoder_sha256 == encoder.sha256, "weights", manifest.encoder_sha256, encoder.sha256)
    return encoder


def damaged(folder: Path) -> IndexDamaged:
    """The error of a build that is not what its manifest says."""
    return IndexDamaged(
        f"build {folder.name!r} does not hold the articles and passages of its manifest; run "
        "`python -m indexes rollback` or `python -m indexes build`"
    )


def complete_build(manifest: Manifest, folder: Path, settings: IndexSettings, *, current: bool = True) -> Manifest:
    """Check a build that was written and let it take its place; its manifest, now with the fingerprint of its articles."""
    with closing(SqliteCatalogue(folder / CATALOGUE)) as catalogue:
        fingerprint = catalogue.fingerprint()
    manifest = replace(manifest, fingerprint=fingerprint)
    problems = find_problems(folder, manifest, settings, fingerprint=fingerprint)
    if problems:
        raise BuildFailed(f"the new build is not sound ({problems[0]}), so it was undone; build again")
    name = folder_name(manifest)
    kept = finish(settings.home, name, folder, manifest, keep=settings.keep_builds, current=current)
    if settings.chroma_url:
        ChromaStore.drop(settings.chroma_url, kept=kept)
    remove_unfinished(settings.home)
    remove_journals(settings.home)
    return manifest


def glance(folder: Path, manifest: Manifest) -> list[str]:
    """What is wrong with a build at first sight, within milliseconds: whether its files hold as much as its manifest says."""
    with ExitStack() as stack:
        try:
            if not (folder / CATALOGUE).is_file():
                return ["the catalogue is missing"]
            catalogue = SqliteCatalogue(folder / CATALOGUE)
            stack.callback(catalogue.close)
            lexical = Lexical(folder, passages=catalogue)
            stack.callback(lexical.close)
            counted = {
                "catalogue": catalogue.counts() == (manifest.articles, manifest.passages),
                "vector file": len(VectorFile(folder / VECTORS)) >= manifest.passages,
                "word index": len(lexical) == manifest.passages,
            }
        except IndexProblem as problem:
            return [str(problem)]
    return [f"the {name} does not hold what the manifest says" for name, right in counted.items() if not right]


def find_problems(
    folder: Path, manifest: Manifest, settings: IndexSettings, *, fingerprint: str | None = None
) -> list[str]:
    """What is wrong with the files of a build: counts, offsets, hashes, and whether the first passage is found.

    `fingerprint`: that of the articles in the catalogue, where it was just read out of it; for a large archive that takes seconds.
    """
    with ExitStack() as stack:
        try:
            if not (folder / CATALOGUE).is_file():
                return ["the catalogue is missing"]
            catalogue = SqliteCatalogue(folder / CATALOGUE)
            stack.callback(catalogue.close)
            problems = list(catalogue.problems())
            if catalogue.counts() != (manifest.articles, manifest.passages):
                problems.append("the catalogue does not hold the articles and passages of the manifest")
            if (fingerprint or catalogue.fingerprint()) != manifest.fingerprint:
                problems.append("the articles are not those of the manifest")
            vectors = VectorFile(folder / VECTORS)
            problems += vectors.problems(passages=manifest.passages, dimension=manifest.dimension)
            lexical = Lexical(folder, passages=catalogue)
            stack.callback(lexical.close)
            if len(lexical) != manifest.passages:
                problems.append("the word index does not hold the passages of the manifest")
            store = ChromaStore.open(folder, url=settings.chroma_url, build=folder_name(manifest))
            if store is not None:  # else another process has it open, and answers from it
                stack.callback(store.close)
                if len(store) != manifest.passages:
                    problems.append(f"Chroma holds {len(store)} vectors instead of {manifest.passages}")
            return problems or _unfound(catalogue, vectors, lexical, store)
        except IndexProblem as problem:
            return [str(problem)]


def _unfound(catalogue: SqliteCatalogue, vectors: VectorFile, lexical: Lexical, store: ChromaStore | None) -> list[str]:
    """Ask the indexes for a few passages by their own vectors and words.

    Chroma's search is approximate: among many equal vectors it may miss one. So most have to be found, not all.
    """
    rows = [row for _, row in catalogue.all_rows()]
    asked = rows[:: max(1, len(rows) // _ASKED)][:_ASKED]
    problems = []
    if store is not None and asked:
        found = sum(abs(store.nearest(vectors.at(row), limit=1)[0][1] - 1.0) <= _SAME for row in asked)
        if found <= len(asked) // 2:
            problems.append(f"Chroma finds {found} of {len(asked)} passages by their own vectors")
    for passage in catalogue.passages_at(asked[:1]).values():
        stems = find_words(passage.text)
        if stems and not any(lexical.frequency(word.stem) for word in stems):
            problems.append("the word index does not know the words of its first passage")
    return problems


def _require(same: bool, what: str, built: object, now: object) -> None:  # noqa: FBT001 - a condition and its words
    if not same:
        raise IndexMismatch(
            f"the index was built with {what} {built!r}, but the settings name {now!r}; run `python -m indexes build` "
            "to make it anew, or go back to the old setting"
        )
