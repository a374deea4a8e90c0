"""`python -m qa "QUESTION"`: one answer on the terminal."""

import argparse
import json
import sys
import traceback
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from indexes.errors import DatelineError
from indexes.types import Article, Filters
from qa.errors import InvalidQuestion
from qa.types import Answer, Citation, Question

OK, FAILED, USAGE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit code: 0 answered or declined, 1 failed, 2 wrong usage."""
    options = _parser().parse_args(arguments)
    try:
        answer = _ask(options)
    except DatelineError as problem:
        if options.debug:
            traceback.print_exc()
        print(f"dateline: {problem}", file=sys.stderr)
        return USAGE if isinstance(problem, InvalidQuestion) else FAILED
    print(json.dumps(_document(answer), ensure_ascii=False, indent=2) if options.json else _page(answer))
    return OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m qa",
        description="Answer a question from the indexed articles, with verified quotes.",
        epilog="Exit: 0 answered or declined, 1 failed, 2 wrong usage.",
    )
    parser.add_argument("question", metavar="QUESTION", help="what you want to know, 1 to 2,000 characters")
    parser.add_argument("--json", action="store_true", help="print the whole answer as JSON")
    parser.add_argument(
        "--mode", choices=("answer", "quotes"), help="answer: the LLM writes; quotes: no LLM (default: what there is)"
    )
    parser.add_argument(
        "--outlet", action="append", default=[], metavar="X", help="only articles of this outlet (may be repeated)"
    )
    parser.add_argument(
        "--from", dest="start", type=_day, metavar="DATE", help="only articles published on or after YYYY-MM-DD"
    )
    parser.add_argument(
        "--to", dest="end", type=_day, metavar="DATE", help="only articles published on or before YYYY-MM-DD"
    )
    parser.add_argument("--debug", action="store_true", help="show a traceback when something fails")
    return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write YYYY-MM-DD") from problem


def _ask(options: argparse.Namespace) -> Answer:
    from contextlib import ExitStack

    from indexes.settings import IndexSettings
    from indexes.wiring import open_index
    from qa.answering import check_text
    from qa.errors import ModelUnavailable
    from qa.settings import QaSettings
    from qa.wiring import open_answerer

    check_text(options.question)  # before anything is opened
    index_settings, settings = IndexSettings(), QaSettings()
    with ExitStack() as closing:
        index = open_index(index_settings)
        closing.callback(index.close)
        model = None
        if options.mode != "quotes" and settings.llm != "quotes":
            from qa.models.opening import open_model

            try:
                model = open_model(settings, index_settings=index_settings)
                closing.callback(model.close)
            except ModelUnavailable as problem:
                if options.mode == "answer":
                    raise
                print(f"dateline: no language model ({problem}); quotes only", file=sys.stderr)
        answerer = open_answerer(index, settings=settings, model=model, index_settings=index_settings)
        closing.callback(answerer.close)
        filters = Filters(outlets=tuple(options.outlet), published_from=options.start, published_to=options.end)
        return answerer.answer(Question(text=options.question, mode=options.mode, filters=filters))


def _page(answer: Answer) -> str:
    """The answer as a reader sees it."""
    lines = []
    if answer.status == "insufficient_evidence":
        lines += [
            f"Declined ({answer.reason_code}): {answer.reason}",
            "",
            "Closest passages:" if answer.closest else "",
        ]
    elif answer.answer:
        lines += [answer.answer, ""]
    if answer.status in {"partial", "conflicting"} and answer.reason:
        lines += [f"({answer.status}: {answer.reason})", ""]
    for citation in answer.citations or answer.closest:
        lines += [f"[{citation.number}] {citation.quote}", f"    {_source(citation)}"]
        if citation.also:
            lines.append(f"    also: {', '.join(_printing(article) for article in citation.also)}")
        lines.append("")
    return "\n".join(lines).rstrip()


def _source(citation: Citation) -> str:
    article = citation.article
    day = f"{article.published[:10]} ({article.published_basis})" if article.published else "no date"
    spoken = f"{citation.speaker}; " if citation.speaker else ""
    return f"{spoken}{article.title} · {article.outlet or 'no outlet'} · {day} · {article.id} {citation.start}–{citation.end}"


def _printing(article: Article) -> str:
    """Another article that has the quote: its outlet and day, or what is known instead."""
    return f"{article.outlet or article.title or article.id} ({article.published[:10] if article.published else 'no date'})"


def _document(answer: Answer) -> dict[str, Any]:
    document = asdict(answer)
    for name in ("passages", "score", "dropped", "prompt_tokens", "completion_tokens"):
        del document[name]
    document["claims"] = [{"text": claim.text, "citations": list(claim.citations)} for claim in answer.claims]
    for name in ("citations", "closest"):
        document[name] = [_cited(citation) for citation in getattr(answer, name)]
    return document


def _cited(citation: Citation) -> dict[str, Any]:
    return {
        "number": citation.number,
        "id": citation.id,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "speaker": citation.speaker,
        "article": _about(citation.article),
        "also": [_reference(article) for article in citation.also],
    }


def _reference(article: Article) -> dict[str, Any]:
    about = _about(article)
    return {name: about[name] for name in ("id", "title", "outlet", "published", "published_basis", "url")}


def _about(article: Article) -> dict[str, Any]:
    authors = article.authors
    return {
        "id": article.id,
        "title": article.title,
        "outlet": article.outlet,
        "author": list(authors) if len(authors) > 1 else (authors[0] if authors else None),
        "published": article.published,
        "published_basis": article.published_basis,
        "captured": article.captured,
        "url": article.url,
    }


if __name__ == "__main__":
    sys.exit(main())
