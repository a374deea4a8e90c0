"""Groups articles that are near copies of one text, and keeps the groups right as articles come and go."""

import heapq
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from indexes.near_copies import PERMUTATIONS, Shingles, Signature, are_copies, near, shingles_of

Rows: TypeAlias = NDArray[np.int64]
_BANDS, _IN_BAND = 42, 3
"""Texts that share one of 42 runs of 3 values are looked at: of pairs in which one is half of the other, 99 in 100."""
_LOOKS = 64
"""Texts that an article is compared with word by word, the fullest first."""
_FEW = 200
"""Articles that are placed one by one; where more change, all groups are made anew."""
_REMEMBERED = 256
"""Texts whose shingles are kept for the next comparison: 40 MB where all of them are as long as is read."""
_PRIME = np.uint64(0x9E3779B97F4A7C15)


def group_copies(signatures: Iterable[tuple[str, Signature]], *, read: Callable[[str], str]) -> Mapping[str, str]:
    """For each article that has near copies, the name of its group: the smallest id among its members.

    The fullest printing stands for its group (of two equally full ones, the one with the smaller id), and every other
    member is a copy of that very text: resemblance is not handed on from one to the next, so no chain swallows an archive.
    An article is with the fullest text that it is a copy of. The order of the input does not matter. `read` gives the
    text of an article; it is called for the few whose signatures are near each other.
    """
    shelf = _Shelf(dict(signatures), read)
    buckets = _Buckets(shelf)
    heads: dict[str, str] = {}
    for row, article_id in enumerate(shelf.ids):
        head = shelf.first_copy(row, buckets.opened_beside(row))
        if head is None:
            buckets.open(row)
        heads[article_id] = article_id if head is None else shelf.ids[head]
    return _named(heads)


def regroup(
    signatures: Mapping[str, Signature],
    *,
    known: Mapping[str, str],
    changed: Collection[str],
    read: Callable[[str], str],
) -> Mapping[str, str]:
    """The groups after a change, without comparing all articles anew: what `group_copies` makes of `signatures`.

    `signatures` are those of all articles as they are now, `known` the groups as they were, `changed` the ids of the
    articles that were added, replaced or removed. The two may differ for an article that has more than 64 near misses
    among fuller texts.
    """
    members: dict[str, list[str]] = {}
    for article_id, group in known.items():
        members.setdefault(group, []).append(article_id)
    touched = {known[article_id] for article_id in changed if article_id in known}
    dirty = {one for group in touched for one in members[group]} | set(changed)
    dirty &= signatures.keys()
    shelf = _Shelf(signatures, read)
    heads = {article_id: article_id for article_id in shelf.ids if article_id not in dirty}
    for group, ids in members.items():
        if group not in touched:
            heads.update(dict.fromkeys(ids, min(ids, key=shelf.places.__getitem__)))
    if len(dirty) > _FEW or not _settle(shelf, heads, dirty):
        return group_copies(signatures.items(), read=read)
    return _named(heads)


class _Shelf:
    """All articles in the order in which they stand for groups: the fullest text first, then by id. Rows are places in it."""

    def __init__(self, signatures: Mapping[str, Signature], read: Callable[[str], str]) -> None:
        self._signatures = signatures
        self.ids = sorted(signatures, key=lambda article_id: (-signatures[article_id].shingles, article_id))
        self.places = {article_id: row for row, article_id in enumerate(self.ids)}
        self._shingles = np.array([signatures[article_id].shingles for article_id in self.ids], dtype=np.int64)
        joined = b"".join(signatures[article_id].values for article_id in self.ids)
        self._values = np.frombuffer(joined, dtype="<u4").reshape(-1, PERMUTATIONS)
        self.keys = _key_bands(self._values)
        self._shingles_of: Callable[[str], Shingles] = lru_cache(maxsize=_REMEMBERED)(
            lambda one: shingles_of(read(one))
        )

    def has_words(self, row: int) -> bool:
        """Whether there is anything to compare."""
        return bool(self._shingles[row])

    def beside(self, row: int) -> Rows:
        """The rows that share a band with this one; itself among them."""
        return np.flatnonzero((self.keys == self.keys[row]).any(axis=1))

    def first_copy(self, row: int, others: Rows) -> int | None:
        """The first of the other rows that this one is a copy of."""
        own = self.ids[row]
        likely = others[near(self._signatures[own], self._shingles[others], self._values[others])]
        for other in likely[:_LOOKS].tolist():
            if are_copies(self._shingles_of(own), self._shingles_of(self.ids[other])):
                return int(other)
        return None


class _Buckets:
    """Finds those who stand for a group by the bands that they share with an article."""

    def __init__(self, shelf: _Shelf) -> None:
        self._bucket = np.full((len(shelf.ids), _BANDS), -1, dtype=np.int64)
        self._opened: dict[tuple[int, int], list[int]] = {}
        worded = np.array([row for row in range(len(shelf.ids)) if shelf.has_words(row)], dtype=np.int64)
        for band in range(_BANDS if len(worded) else 0):
            _, bucket, size = np.unique(shelf.keys[worded, band], return_inverse=True, return_counts=True)
            # A bucket of one leads nowhere, and nearly all are such.
            self._bucket[worded, band] = np.where(size[bucket] > 1, bucket, -1)

    def opened_beside(self, row: int) -> Rows:
        """The rows opened so far that share a band with this one, in order."""
        found: set[int] = set()
        for place in self._places(row):
            found.update(self._opened.get(place, ()))
        return np.array(sorted(found), dtype=np.int64)

    def open(self, row: int) -> None:
        """From here on the row stands for a group."""
        for place in self._places(row):
            self._opened.setdefault(place, []).append(row)

    def _places(self, row: int) -> list[tuple[int, int]]:
        mine = self._bucket[row]
        return [(int(band), int(mine[band])) for band in np.flatnonzero(mine >= 0)]


def _key_bands(values: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """One number for each band of each signature, shape (articles, bands); equal bands have equal numbers."""
    keys = np.zeros((len(values), _BANDS), dtype=np.uint64)
    for place in range(_IN_BAND):
        keys = (keys ^ values[:, place : _BANDS * _IN_BAND : _IN_BAND]) * _PRIME
        keys ^= keys >> np.uint64(29)
    return keys


def _settle(shelf: _Shelf, heads: dict[str, str], dirty: Collection[str]) -> bool:
    """Place the dirty articles, fullest first, and those whose place that changes; False where they become too many."""
    waiting = [shelf.places[article_id] for article_id in dirty]
    heapq.heapify(waiting)
    queued = set(waiting)
    while waiting and len(queued) <= _FEW:
        row = heapq.heappop(waiting)
        own = shelf.ids[row]
        beside = shelf.beside(row) if shelf.has_words(row) else np.array([], dtype=np.int64)
        stand = [one for one in beside.tolist() if one < row and heads.get(shelf.ids[one]) == shelf.ids[one]]
        head = shelf.first_copy(row, np.array(stand, dtype=np.int64))
        before = heads.get(own)
        heads[own] = own if head is None else shelf.ids[head]
        if (before == own) == (head is None):
            continue
        # It has begun, or ceased, to stand for a group: what comes after it, and is with no fuller text, is placed again.
        for one in beside.tolist():
            if one > row and one not in queued and shelf.places[heads[shelf.ids[one]]] >= row:
                queued.add(one)
                heapq.heappush(waiting, one)
    return not waiting


def _named(heads: Mapping[str, str]) -> Mapping[str, str]:
    """The groups of two and more, each under the smallest id of its members."""
    members: dict[str, list[str]] = {}
    for article_id, head in heads.items():
        members.setdefault(head, []).append(article_id)
    return {one: min(ids) for ids in members.values() if len(ids) > 1 for one in ids}
