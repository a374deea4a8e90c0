"""The article extraction benchmark: web pages with the true text of their articles; headline and day of a sample."""

import gzip
import hashlib
import json
import tarfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.errors import BadData
from evals.suites.lines import find_file, read_records
from evals.suites.prints import fingerprint
from evals.types import Split

NAME = "article_extraction"
SUMMARY = "web pages with the true text of their articles (article extraction benchmark)"
NEEDS = "--data DIR with pages_and_ground_truth.tar.gz, or what it holds: ground-truth.json and html/*.html.gz"
LABELS = Path(__file__).with_suffix(".jsonl")
TRUTH = "ground-truth.json"
ARCHIVE = "pages_and_ground_truth.tar.gz"
LARGEST_FILE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPage:
    """A page as it came, with the true text of its article.

    `headline` is the hash of the headline (`headline_hash`), `days` the days that are right as its publication; both are
    None for a page that was not labelled.
    """

    id: str
    content: bytes
    true_text: str
    split: Split
    headline: str | None = None
    days: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What a reader found on a page. No days: the page gives none, and None is right.

    There are two days where the printed one and that of the stated instant in UTC differ.
    """

    headline: str
    days: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageData:
    """The benchmark as read: its pages in the order of their ids."""

    pages: tuple[LabelledPage, ...]
    fingerprint: str


def read_article_extraction(folder: Path, *, labels: Path = LABELS) -> PageData:
    """The pages with their true texts and labels. Raises `WrongUsage`, `BadData`."""
    found = find_file(folder, ARCHIVE, TRUTH)
    files = _unpacked(found) if found.name == ARCHIVE else _beside(found)
    truth = _truth(found, files.get(TRUTH, b""))
    known = read_labels(labels)
    pages = []
    for page_id in sorted(truth):
        label = known.get(page_id)
        pages.append(
            LabelledPage(
                id=page_id,
                content=_page(found, files, page_id),
                true_text=truth[page_id],
                split=half_of(page_id),
                headline=label.headline if label else None,
                days=label.days if label else None,
            )
        )
    parts = (found,) if found.name == ARCHIVE else (found, found.parent / "html")
    return PageData(pages=tuple(pages), fingerprint=fingerprint(*parts, labels))


def half_of(page_id: str) -> Split:
    """The half of a page: the lowest bit of the first byte of its id's SHA-256. Rules are made on `dev` alone."""
    return "held_out" if hashlib.sha256(page_id.encode()).digest()[0] % 2 else "dev"


def read_labels(path: Path) -> dict[str, Label]:
    """The labels by page id. Raises `BadData`."""
    return {
        record.string("page"): Label(headline=record.string("headline"), days=record.strings("days"))
        for record in read_records(path)
    }


def headline_hash(headline: str) -> str:
    """The hash of a headline; letter case, white space and the form of quotation marks and dashes do not matter."""
    folded = headline.translate(str.maketrans("‘’‚“”„–—‐‑", "'''\"\"\"----")).casefold()
    return hashlib.sha256(" ".join(folded.split()).encode()).hexdigest()


def _unpacked(archive: Path) -> dict[str, bytes]:
    """The files of the archive by name; nothing is written to disk."""
    files = {}
    try:
        with tarfile.open(archive) as packed:
            for member in packed:
                data = packed.extractfile(member) if member.isfile() and member.size <= LARGEST_FILE else None
                if data is not None:
                    files[member.name.removeprefix("./")] = data.read()
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise BadData(f"{archive} cannot be read: {error}. Take the file again from its source.") from error
    return files


def _beside(truth: Path) -> dict[str, bytes]:
    try:
        pages = {f"html/{path.name}": path.read_bytes() for path in sorted((truth.parent / "html").glob("*.html.gz"))}
        return {TRUTH: truth.read_bytes(), **pages}
    except OSError as error:
        raise BadData(f"{truth.parent} cannot be read: {error}. Take the files again from their source.") from error


def _truth(path: Path, content: bytes) -> Mapping[str, str]:
    problem = f"{path}: {TRUTH} is no JSON object of pages with a text `articleBody`. Take it again from its source."
    try:
        document: Any = json.loads(content)
        texts = {str(page_id): page["articleBody"] for page_id, page in document.items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BadData(problem) from error
    if not texts or not all(isinstance(text, str) for text in texts.values()):
        raise BadData(problem)
    return texts


def _page(path: Path, files: Mapping[str, bytes], page_id: str) -> bytes:
    name = f"html/{page_id}.html.gz"
    try:
        return gzip.decompress(files[name])
    except (KeyError, OSError, EOFError, zlib.error) as error:
        raise BadData(f"{path}: {name} is missing or damaged. Take the data again from their source.") from error
