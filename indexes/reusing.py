"""Finds what has been worked out already, by the build before or by one that was killed: texts taken apart, and vectors."""

import hashlib
import importlib.metadata
import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from indexes.builds import SCHEMA_VERSION, read_manifest
from indexes.catalogue import SqliteCatalogue
from indexes.dense import VECTORS, VectorFile
from indexes.errors import IndexProblem
from indexes.fingerprints import hash_article, hash_text, version_of
from indexes.journals import VectorJournal
from indexes.splitting import SPLITTER
from indexes.types import Article, Encoder, Manifest, Passage, Quotation, Span, Vectors, Version

CATALOGUE = "catalogue.sqlite"
_ORIGIN = "origin.json"


@cache
def find_rules() -> str:
    """The hash of the code that takes texts apart: where it changed, texts are taken apart anew."""
    digest = hashlib.sha256(importlib.metadata.version("sentencex").encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class TakenApart:
    """What was found in an article's text; near copies are told by its signature."""

    passages: Sequence[Passage]
    sentences: Sequence[Span]
    quotations: Sequence[Quotation]
    signature: bytes


@dataclass(frozen=True, slots=True)
class _Source:
    """A catalogue that texts taken apart are copied from, and the identity of each article in it."""

    catalogue: SqliteCatalogue
    hashes: Mapping[str, tuple[str, str]]


class Known:
    """What is known when a build begins. Whatever cannot be read is not known: that costs time and nothing else.

    `articles` has for each article id of the build before the hash of its text and the hash of all that is stored of it.
    """

    def __init__(self, home: Path, *, base: Path | None, left: Sequence[Path] = ()) -> None:
        self._home = home
        self._closing = ExitStack()
        self._left = left
        self._sources: list[_Source] = []
        self._rows: Mapping[str, int] = {}
        self._vectors: VectorFile | None = None
        self._journal: VectorJournal | None = None
        self._encoder: Encoder | None = None
        self._weights = ""
        self._base: _Source | None = None
        self.articles: Mapping[str, tuple[str, str]] = {}
        self.manifest: Manifest | None = None
        self.folder: Path | None = None
        if base is not None:
            with suppress(IndexProblem):
                self._open_base(base)

    def _open_base(self, folder: Path) -> None:
        manifest = read_manifest(folder)
        self._base = self._open(folder)
        self.articles = self._base.hashes
        if self._base.catalogue.counts() == (manifest.articles, manifest.passages):
            self.folder, self.manifest = folder, manifest
        vectors = VectorFile(folder / VECTORS)
        if not vectors.problems(passages=manifest.passages, dimension=manifest.dimension):
            self._rows = self._base.catalogue.encoded_hashes()
            self._vectors, self._weights = vectors, manifest.encoder_sha256

    def use(self, encoder: Encoder) -> None:
        """Know the encoder: vectors of other weights are not reused, nor passages that were cut for another one."""
        origin = _origin(encoder)
        manifest = self.manifest
        made_with = (manifest.rules, manifest.splitter, manifest.encoder_sha256) if manifest else ()
        if self._base and made_with == tuple(origin.values()):
            self._sources.append(self._base)
        for folder in self._left:
            with suppress(IndexProblem, OSError, ValueError):
                if json.loads((folder / _ORIGIN).read_text(encoding="utf-8")) == origin:
                    self._sources.append(self._open(folder))
        self._encoder = encoder
        if self._weights != encoder.sha256:
            self._vectors = None

    @property
    def dimension(self) -> int:
        """The length of the encoder's vectors: known from the build before, or the encoder is loaded to tell."""
        if self._vectors is not None:
            return self._vectors.shape[1]
        return self._encoder.dimension if self._encoder else 0

    def may_be_copied(self, encoder: Encoder) -> bool:
        """Whether the files of the build before are what this code and this encoder would write."""
        manifest = self.manifest
        return (
            manifest is not None
            and self._vectors is not None
            and (manifest.rules, manifest.splitter, manifest.schema_version) == (find_rules(), SPLITTER, SCHEMA_VERSION)
            and manifest.encoder_sha256 == encoder.sha256
        )

    def taken_apart(self, article: Article) -> TakenApart | None:
        """What was found in this very article; None where it has not been taken apart by these rules."""
        content_hash = hash_article(article)
        for source in reversed(self._sources):
            if source.hashes.get(article.id, ("", ""))[1] == content_hash:
                passages = source.catalogue.passages_of(article.id)
                return TakenApart(
                    passages,
                    source.catalogue.sentences([article.id]).get(article.id, ()),
                    source.catalogue.quotations([article.id]).get(article.id, ()),
                    source.catalogue.signature(article.id),
                )
        return None

    def versions(self, article: Article) -> list[Version]:
        """The earlier versions of an article that the build before knew, its own one last where this one replaces it."""
        stored = self._base.catalogue.article(article.id) if self._base else None
        if self._base is None or stored is None:
            return []
        versions = list(self._base.catalogue.versions(article.id))
        if stored.text != article.text:
            versions.append(version_of(stored))
        return versions

    def vectors(self, texts: Sequence[str]) -> list[Vectors | None]:
        """For each text the vector that these very weights gave it, None where they have not seen it."""
        found: list[Vectors | None] = []
        for text_hash in map(hash_text, texts):
            row = self._rows.get(text_hash) if self._vectors is not None else None
            if row is not None and self._vectors is not None:
                found.append(self._vectors.at(row))
            else:
                found.append(self._open_journal().find(text_hash))
        return found

    def remember(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Keep new vectors until the build is complete."""
        if texts:
            self._open_journal().add([hash_text(text) for text in texts], vectors)

    def close(self) -> None:
        """Free the files."""
        self._vectors = None
        self._closing.close()

    def _open_journal(self) -> VectorJournal:
        """The journal of the encoder's vectors; opened when a vector is first missing."""
        if self._journal is None:
            weights = self._encoder.sha256 if self._encoder else ""
            self._journal = VectorJournal(self._home, weights=weights, dimension=self.dimension)
            self._closing.callback(self._journal.close)
        return self._journal

    def _open(self, folder: Path) -> _Source:
        catalogue = SqliteCatalogue(folder / CATALOGUE)
        self._closing.callback(catalogue.close)
        return _Source(catalogue, catalogue.text_hashes())


def note_origin(folder: Path, encoder: Encoder) -> None:
    """Write down what a build that is begun is made with, for whoever finds it unfinished."""
    (folder / _ORIGIN).write_text(json.dumps(_origin(encoder)), encoding="utf-8")


def _origin(encoder: Encoder) -> dict[str, str]:
    return {"rules": find_rules(), "splitter": SPLITTER, "encoder_sha256": encoder.sha256}
