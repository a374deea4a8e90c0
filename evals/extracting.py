"""Reads each page of the extraction benchmark as a build would, and scores the article that comes of it."""

import time
from collections.abc import Callable, Iterable, Sequence

from evals.errors import WrongUsage
from evals.measures import measure_cases
from evals.shingles import overlap
from evals.suites.article_extraction import NAME, LabelledPage, PageData, headline_hash
from evals.types import Case, Measured, Report, Share, Split
from indexes.errors import UnreadableSource
from indexes.readers.articles import article_of
from indexes.readers.drafts import Draft
from indexes.readers.web_pages import read_web_page
from indexes.types import Article

WELL_READ = 0.9
"""A page is `right` from this precision and this recall on."""

HALVES: tuple[Split, ...] = ("dev", "held_out")
SHOWN = ("extraction_precision", "extraction_recall", "extraction_f1", "headline_accuracy", "date_accuracy")


def choose_pages(data: PageData, *, split: str, limit: int | None) -> tuple[LabelledPage, ...]:
    """The first `limit` pages of a half, or of both (`all`). Raises `WrongUsage` where that is none."""
    pages = tuple(page for page in data.pages if split in ("all", page.split))[:limit]
    if not pages:
        raise WrongUsage(f"no page is in the half {split!r}: leave --split out")
    return pages


def score_pages(
    pages: Sequence[LabelledPage], *, follow: Callable[[Sequence[LabelledPage]], Iterable[LabelledPage]] = iter
) -> tuple[Case, ...]:
    """A case for each page, in their order."""
    return tuple(_score(page) for page in follow(pages))


def page_report(data: PageData, cases: Sequence[Case], *, split: str, limit: int | None, seed: int) -> Report:
    """The report over the cases; it names pages by their hashes and holds no text."""
    return Report(
        suite=NAME,
        mode="extraction",
        settings={"split": split, "limit": limit, "seed": seed, "retriever": None, "data": data.fingerprint},
        index_build="none",
        model=None,
        n=len(cases),
        metrics=measure_cases(cases, seed=seed),
        cases=tuple(cases),
    )


def measure_halves(cases: Sequence[Case], *, seed: int) -> dict[Split, dict[str, Measured]]:
    """The metrics of each half that has cases."""
    halves = {half: [case for case in cases if case.split == half] for half in HALVES}
    return {half: measure_cases(some, seed=seed) for half, some in halves.items() if some}


def _score(page: LabelledPage) -> Case:
    start = time.perf_counter()
    article, error = _read(page)
    seconds = time.perf_counter() - start
    found = overlap(article.text if article else "", page.true_text)
    shares = {"pages_without_text": Share(float(article is None), 1.0)}
    if found.precision is not None:
        shares["extraction_precision"] = Share(found.precision, 1.0)
    if found.recall is not None:
        shares["extraction_recall"] = Share(found.recall, 1.0)
    if page.headline is not None:
        shares["headline_accuracy"] = Share(float(_headline_is_right(page, article)), 1.0)
    if page.days is not None:
        shares["date_accuracy"] = Share(float(_date_is_right(page.days, article)), 1.0)
    well = min(found.precision or 0.0, found.recall or 0.0) >= WELL_READ
    return Case(
        id=page.id,
        kind="page",
        expected="answered",
        outcome="right" if well else "no_text" if article is None else "partly",
        split=page.split,
        shares=shares,
        wall_ms=1000 * seconds,
        error=error,
    )


def _read(page: LabelledPage) -> tuple[Article | None, str | None]:
    """The article of a page, or why there is none."""
    try:
        for reading in read_web_page(page.content):
            if isinstance(reading, Draft):
                return article_of(reading, source=page.id), None
    except UnreadableSource:
        return None, "UnreadableSource"
    return None, None


def _headline_is_right(page: LabelledPage, article: Article | None) -> bool:
    return article is not None and headline_hash(article.title) == page.headline


def _date_is_right(days: Sequence[str], article: Article | None) -> bool:
    """Whether the article's day is one that the page gives; where it gives none, whether there is none."""
    published = article.published if article else None
    return published[:10] in days if published else not days
