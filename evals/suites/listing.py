"""The suites by name."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evals.suites import article_extraction, beir, multihop_rag, own, quotes, realtimeqa, rgb, seeds, squad2
from evals.suites.article_extraction import PageData
from evals.types import EvalMode, SuiteData


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A data set that can be run. `mode` is what it runs in where nothing else is asked for."""

    name: str
    summary: str
    needs: str
    mode: EvalMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite(Listed):
    """A data set of questions."""

    read: Callable[[Path], SuiteData]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSuite(Listed):
    """A data set of pages to make articles of."""

    read: Callable[[Path], PageData]


PAGES = PageSuite(
    name=article_extraction.NAME,
    summary=article_extraction.SUMMARY,
    needs=article_extraction.NEEDS,
    mode="extraction",
    read=article_extraction.read_article_extraction,
)

SUITES: dict[str, Suite] = {
    suite.name: suite
    for suite in (
        Suite(name="seeds", summary=seeds.SUMMARY, needs=seeds.NEEDS, mode="quotes", read=seeds.read_seeds),
        Suite(
            name="multihop_rag",
            summary=multihop_rag.SUMMARY,
            needs=multihop_rag.NEEDS,
            mode="retrieval",
            read=multihop_rag.read_multihop_rag,
        ),
        Suite(
            name="realtimeqa",
            summary=realtimeqa.SUMMARY,
            needs=realtimeqa.NEEDS,
            mode="quotes",
            read=realtimeqa.read_realtimeqa,
        ),
        Suite(name="rgb", summary=rgb.SUMMARY, needs=rgb.NEEDS, mode="quotes", read=rgb.read_rgb),
        Suite(name="squad2", summary=squad2.SUMMARY, needs=squad2.NEEDS, mode="quotes", read=squad2.read_squad2),
        Suite(name="beir", summary=beir.SUMMARY, needs=beir.NEEDS, mode="retrieval", read=beir.read_beir),
        Suite(name="quotes", summary=quotes.SUMMARY, needs=quotes.NEEDS, mode="quotes", read=quotes.read_quotes),
        Suite(name="own", summary=own.SUMMARY, needs=own.NEEDS, mode="quotes", read=own.read_own),
    )
}
