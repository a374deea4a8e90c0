"""Opens the current build, and checks it: an index is put together here from its engines."""

from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

from indexes.builds import current_folder, folder_name, read_manifest
from indexes.catalogue import SqliteCatalogue
from indexes.checking import damaged, find_problems, glance, match_encoder
from indexes.deleting import hold_builds
from indexes.dense import VECTORS, ChromaStore, Dense, VectorFile
from indexes.errors import BuildLocked, IndexDamaged
from indexes.forgetting import read_pending
from indexes.fusion import Fused
from indexes.lexical import Lexical
from indexes.reusing import CATALOGUE
from indexes.settings import IndexSettings
from indexes.types import Catalogue, Encoder, Manifest, Retriever, Vocabulary


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


def open_index(settings: IndexSettings, *, encoder: Encoder | None = None) -> Index:
    """The current build. Raises `IndexMissing`, `IndexMismatch`, `IndexDamaged`, `WeightsProblem`."""
    if read_pending(settings.home):
        with suppress(BuildLocked), hold_builds(settings):
            pass
    folder = current_folder(settings.home)
    manifest = read_manifest(folder)
    return _open(folder, manifest, match_encoder(manifest, encoder, settings), settings)


def verify_index(settings: IndexSettings) -> list[str]:
    """What is wrong with the current build; empty where all is well. Raises `IndexMissing`, `IndexDamaged`."""
    folder = current_folder(settings.home)
    return find_problems(folder, read_manifest(folder), settings)


def glance_at_index(settings: IndexSettings) -> list[str]:
    """The same at first sight, within milliseconds: whether the files hold as much as the manifest says."""
    folder = current_folder(settings.home)
    return glance(folder, read_manifest(folder))


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
        store = ChromaStore.open(folder, url=settings.chroma_url, build=folder_name(manifest))
        dense = Dense(vectors=vectors, store=store, encoder=encoder, passages=catalogue)
        stack.callback(dense.close)
        if catalogue.counts() != (manifest.articles, manifest.passages) or len(vectors) < manifest.passages:
            raise damaged(folder)
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
