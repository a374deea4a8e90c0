"""Finds passages by meaning: vectors in Chroma, and the same vectors in a file for exact scores."""

import logging
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
from filelock import FileLock, Timeout

from indexes.blanking import blank_unused
from indexes.errors import BuildFailed, IndexDamaged
from indexes.reaching import require_store
from indexes.types import Encoder, Filters, Passage, PassageStore, Retrieved, Vectors

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

_log = logging.getLogger("dateline.indexes")

VECTORS = "vectors.npy"
STORE = "chroma"

_COLLECTION = "passages"
# Recall against exact search is above .99 with these; the engine's defaults are 100 and 100.
_SPACE = {"space": "ip", "ef_construction": 200, "ef_search": 200, "max_neighbors": 16}
# A collection that was never written out is made anew, in files, by every process that opens it, with whatever is in that
# process's memory in the unused places. So small ones are written out at once, large ones every thousand vectors.
_SMALL = 5_000
_WRITTEN_OUT = {True: {"sync_threshold": 2, "batch_size": 2}, False: {"sync_threshold": 1000, "batch_size": 100}}
# Exact scores of 20,000 rows from the vector file take 13 ms; above, Chroma is asked for more than is wanted.
_EXACT_ROWS = 20_000
_OVERFETCH = 4
_QUESTIONS = 64
_PATIENCE = 5.0
"""Seconds in which a server must answer a question; the vector file then takes its place."""


class Dense:
    """A `Retriever` by vectors; scores are cosines. Any number of threads may ask at once."""

    def __init__(
        self,
        *,
        vectors: "VectorFile",
        store: "ChromaStore | None",
        encoder: Encoder,
        passages: PassageStore,
        exact_rows: int = _EXACT_ROWS,
    ) -> None:
        self._vectors = vectors
        self._store = store
        self._encoder = encoder
        self._passages = passages
        self._exact_rows = exact_rows
        self._questions: dict[str, Vectors] = {}
        self._lock = threading.Lock()

    def retrieve(self, question: str, *, limit: int, filters: Filters) -> Sequence[Retrieved]:
        """At most `limit` passages, best first; empty for a blank question."""
        if not question.strip() or limit < 1 or not len(self._vectors):
            return []
        vector = self._vector(question)
        kept = self._passages.passage_rows(filters) if filters else None
        if self._store is not None and (kept is None or len(kept) > self._exact_rows):
            found = self._from_store(self._store, vector, limit=limit, kept=kept)
            if found is not None:
                return found
        scored = self._vectors.nearest(vector, limit=limit, rows=kept)
        by_row = self._passages.passages_at(row for row, _ in scored)
        return [Retrieved(passage=by_row[row], score=score, dense=score) for row, score in scored if row in by_row]

    def scores_of(self, question: str, passages: Sequence[Passage]) -> Mapping[str, float]:
        """The exact score of each passage by its id."""
        if not passages or not question.strip():
            return {}
        rows = self._passages.rows_of([passage.id for passage in passages])
        scored = dict(self._vectors.nearest(self._vector(question), limit=len(rows), rows=list(rows.values())))
        return {passage_id: scored[row] for passage_id, row in rows.items() if row in scored}

    def close(self) -> None:
        """Free the files."""
        if self._store is not None:
            self._store.close()

    def _vector(self, question: str) -> Vectors:
        """The question's vector; one question is encoded once, however many of its passages are scored."""
        with self._lock:
            known = self._questions.get(question)
        if known is None:
            known = self._encoder.encode([question.encode("utf-8", "replace").decode()])[0]
            with self._lock:
                self._questions[question] = known
                while len(self._questions) > _QUESTIONS:
                    del self._questions[next(iter(self._questions))]
        return known

    def _from_store(
        self, store: "ChromaStore", vector: Vectors, *, limit: int, kept: Sequence[int] | None
    ) -> list[Retrieved] | None:
        """The store's hits that the filter keeps; None where there may be more than it gave, or a server gives none."""
        wanted = limit if kept is None else limit * max(_OVERFETCH, 2 * len(self._vectors) // len(kept))
        try:
            hits = store.nearest(vector, limit=min(wanted, len(self._vectors)))
        except IndexDamaged as problem:
            # A server may be down; and where several services share one, it drops a build that others still serve.
            if not store.is_served:
                raise
            _log.warning("the vector file is searched: %s", problem)
            return None
        if kept is not None:
            allowed, rows = set(kept), self._passages.rows_of([passage_id for passage_id, _ in hits])
            hits = [hit for hit in hits if rows.get(hit[0]) in allowed][:limit]
            if len(hits) < limit:
                return None
        by_id = self._passages.passages([passage_id for passage_id, _ in hits])
        return [
            Retrieved(passage=by_id[passage_id], score=score, dense=score)
            for passage_id, score in hits
            if passage_id in by_id
        ]


class VectorFile:
    """The vectors of a build, memory-mapped; row n belongs to passage row n."""

    def __init__(self, path: Path) -> None:
        try:
            self._rows: Vectors = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as problem:
            raise IndexDamaged(
                f"the vector file {str(path)!r} cannot be read ({problem}); run `python -m indexes verify`"
            ) from problem

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows and dimension."""
        return self._rows.shape

    def at(self, row: int) -> Vectors:
        """One vector, copied."""
        return np.array(self._rows[row])

    def nearest(self, vector: Vectors, *, limit: int, rows: Sequence[int] | None = None) -> list[tuple[int, float]]:
        """Rows and exact scores, best first; among equals the lower row. All rows where `rows` is None."""
        chosen = np.arange(len(self._rows)) if rows is None else np.asarray(rows, dtype=np.int64)
        if not len(chosen) or limit < 1:
            return []
        scores = (self._rows if rows is None else self._rows[chosen]) @ vector
        order = np.lexsort((chosen, -scores))[:limit]
        return [(int(chosen[at]), float(scores[at])) for at in order]

    def problems(self, *, passages: int, dimension: int) -> list[str]:
        """What is wrong with the file: each row is a unit vector, or zeros where a passage went."""
        if len(self.shape) != 2 or self.shape[1] != dimension or len(self) < passages:  # noqa: PLR2004 - rows, columns
            return [f"the vector file has the shape {self.shape} instead of {(passages, dimension)}"]
        gone = 0
        for start in range(0, len(self), 4096):
            lengths = np.linalg.norm(self._rows[start : start + 4096], axis=1)
            gone += int((lengths == 0).sum())
            if not np.allclose(lengths[lengths != 0], 1.0, atol=1e-3):
                return [f"the vector file holds rows after {start} that are no unit vectors"]
        if len(self) - gone != passages:
            return [f"the vector file holds {len(self) - gone} vectors instead of {passages}"]
        return []


class VectorWriter:
    """Fills the vector file and the store of a build that is being made, in row order.

    The file is written, not mapped: on a full disk a mapped one ends the process instead of raising `OSError`.
    `copied` says that the store's folder was copied from another build and is to be changed.
    """

    def __init__(
        self, folder: Path, *, rows: int, dimension: int, url: str = "", build: str = "", copied: bool = False
    ) -> None:
        self._folder = folder / STORE
        self._store = ChromaStore.open(folder, url=url, build=build, create=None if copied else rows)
        self._file = (folder / VECTORS).open("wb")
        header = {"descr": "<f4", "fortran_order": False, "shape": (rows, dimension)}
        np.lib.format.write_array_header_1_0(self._file, header)

    def keep(self, path: Path, *, gone: Sequence[int]) -> None:
        """The rows of another build's file, before any other; those that are gone become zeros. The store is not touched."""
        rows: Vectors = np.load(path, mmap_mode="r", allow_pickle=False)
        absent = np.asarray(sorted(gone), dtype=np.int64)
        for start in range(0, len(rows), 4096):
            some = np.array(rows[start : start + 4096], dtype="<f4")
            some[absent[(absent >= start) & (absent < start + len(some))] - start] = 0.0
            self._file.write(some.tobytes())

    def add(self, passage_ids: Sequence[str], vectors: Vectors) -> None:
        """The vectors of the next rows."""
        self._file.write(np.ascontiguousarray(vectors, dtype="<f4").tobytes())
        self.store(passage_ids, vectors)

    def store(self, passage_ids: Sequence[str], vectors: Vectors) -> None:
        """Vectors whose rows are in the file already."""
        if self._store is not None:
            self._store.add(passage_ids, vectors)

    def remove(self, passage_ids: Sequence[str]) -> None:
        """Take passages out of a copied store."""
        if self._store is not None:
            self._store.remove(passage_ids)

    def close(self) -> None:
        """Free the files. What the engine wrote of the process's memory into its own is blanked."""
        self._file.close()
        if self._store is not None:
            self._store.close()
        blank_unused(self._folder)


class ChromaStore:
    """A collection of vectors and ids, and nothing else: in the build's folder, or on a Chroma server."""

    def __init__(self, client: "Client", collection: "Collection", lock: FileLock | None) -> None:
        self._client = client
        self._collection = collection
        self._lock = lock

    @classmethod
    def open(cls, folder: Path, *, url: str = "", build: str = "", create: int | None = None) -> "ChromaStore | None":
        """The collection of a build, or a new one for `create` vectors; None where another process has its folder open.

        Two processes in one embedded folder can hang (chroma issue 7040); the second one scores with the vector file.
        Raises `IndexDamaged`, and `BuildFailed` where a server takes no new collection.
        """
        if url:
            return cls._connect(url, _collection_of(build), create=create)
        if create is not None:
            (folder / STORE).mkdir()
        # Within one process the engine shares an open folder itself, so the lock is shared too.
        lock = FileLock(folder / f"{STORE}.lock", is_singleton=True, thread_local=False)
        try:
            lock.acquire(blocking=False)
        except (Timeout, PermissionError):
            return None
        try:
            return cls(*_collection(_embedded(folder / STORE), _COLLECTION, create=create), lock)
        except Exception as problem:
            lock.release()
            raise IndexDamaged(
                f"the vectors in {str(folder / STORE)!r} cannot be opened ({problem}); run `python -m indexes verify`"
            ) from problem

    @classmethod
    def _connect(cls, url: str, name: str, *, create: int | None) -> "ChromaStore":
        try:
            require_store(url, seconds=_PATIENCE)
            store = cls(*_collection(_served(url), name, create=create), None)
        except Exception as problem:
            if create is not None:
                raise BuildFailed(
                    f"the Chroma server at {url!r} takes no vectors ({problem}); start it or correct DATELINE_CHROMA_URL, "
                    "then build again"
                ) from problem
            raise IndexDamaged(
                f"the Chroma server at {url!r} does not give {name!r} ({problem}); start it or correct DATELINE_CHROMA_URL, "
                "then run `python -m indexes build` if the vectors are not there"
            ) from problem
        if create is None:
            _bound(store._client, seconds=_PATIENCE)
        return store

    @property
    def is_served(self) -> bool:
        """Whether a server holds it."""
        return self._lock is None

    @classmethod
    def drop(cls, url: str, *, kept: Sequence[str]) -> None:
        """Remove what a server holds of builds that are no longer kept."""
        client, wanted = _served(url), {_collection_of(build) for build in kept}
        try:
            for collection in client.list_collections():
                if collection.name.startswith(f"{_COLLECTION}-") and collection.name not in wanted:
                    client.delete_collection(collection.name)
        finally:
            _close(client)

    def __len__(self) -> int:
        return int(self._collection.count())

    def add(self, passage_ids: Sequence[str], vectors: Vectors) -> None:
        """More vectors, in batches that the engine takes."""
        batch = self._client.get_max_batch_size()
        for start in range(0, len(passage_ids), batch):
            self._collection.add(
                ids=list(passage_ids[start : start + batch]), embeddings=vectors[start : start + batch]
            )

    def remove(self, passage_ids: Sequence[str]) -> None:
        """Take vectors out. The engine marks them as gone; their bytes stay in its files: see `writing`."""
        batch = self._client.get_max_batch_size()
        for start in range(0, len(passage_ids), batch):
            self._collection.delete(ids=list(passage_ids[start : start + batch]))

    def discard(self) -> None:
        """Remove the whole collection."""
        self._client.delete_collection(self._collection.name)

    def nearest(self, vector: Vectors, *, limit: int) -> list[tuple[str, float]]:
        """Ids and scores, best first. Raises `IndexDamaged`."""
        try:
            found: Any = self._collection.query(
                query_embeddings=vector[None, :], n_results=limit, include=["distances"]
            )
        except Exception as problem:
            raise IndexDamaged(
                f"the vectors cannot be searched ({problem}); run `python -m indexes verify`"
            ) from problem
        return [
            (passage_id, 1.0 - float(distance))
            for passage_id, distance in zip(found["ids"][0], found["distances"][0], strict=True)
        ]

    def close(self) -> None:
        """Free the folder, or the connections."""
        _close(self._client)
        if self._lock is not None:
            self._lock.release()


def _collection_of(build: str) -> str:
    """The name of a build's collection on a server, which knows no plus sign."""
    return f"{_COLLECTION}-{build.replace('+', '.')}"


def _embedded(folder: Path) -> "Client":
    chromadb, settings = _engine()
    if not folder.is_dir():  # the engine would make an empty one
        raise FileNotFoundError("the folder is missing")
    client: Client = chromadb.PersistentClient(path=folder, settings=settings)
    return client


def _served(url: str) -> "Client":
    chromadb, settings = _engine()
    address = urlsplit(url)
    secure = address.scheme == "https"
    port = address.port or (443 if secure else 80)
    client: Client = chromadb.HttpClient(host=address.hostname or "", port=port, ssl=secure, settings=settings)
    return client


def _engine() -> tuple[Any, Any]:
    """The engine, told to report nothing."""
    os.environ["ANONYMIZED_TELEMETRY"] = "False"
    import chromadb
    from chromadb.config import Settings

    return chromadb, Settings(anonymized_telemetry=False)


def _collection(client: "Client", name: str, *, create: int | None) -> "tuple[Client, Collection]":
    try:
        if create is not None:
            configuration: Any = {"hnsw": {**_SPACE, **_WRITTEN_OUT[create < _SMALL]}}
            return client, client.create_collection(name, configuration=configuration, embedding_function=None)
        return client, client.get_collection(name, embedding_function=None)
    except BaseException:
        _close(client)
        raise


def _close(client: "Client") -> None:
    """Close a client. The engine leaves its HTTP connections open, and those of the second client that each one has."""
    sessions = _sessions(client)
    client.close()
    for session in sessions:
        session.close()


def _bound(client: "Client", *, seconds: float) -> None:
    """Have a client give up a request after seconds; the engine would wait for ever."""
    for session in _sessions(client):
        session.timeout = seconds


def _sessions(client: "Client") -> list[Any]:
    """The HTTP connections of a client, if it has any."""
    owners = (client, getattr(client, "_admin_client", None))
    sessions = (getattr(getattr(owner, "_server", None), "_session", None) for owner in owners)
    return [session for session in sessions if session is not None]
