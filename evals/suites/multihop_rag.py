"""MultiHop-RAG (Tang & Yang, COLM 2024): questions whose evidence lies in two to four news articles."""

from pathlib import Path

from evals.suites.lines import Record, find_file, read_records, require_some
from evals.suites.prints import fingerprint
from evals.types import GoldenQuestion, SuiteData

SUMMARY = "questions over several news articles (MultiHop-RAG)"
NEEDS = "--data DIR with corpus.jsonl.gz and queries.jsonl.gz, or the official corpus.json and MultiHopRAG.json"
UNANSWERABLE = "null_query"


def read_multihop_rag(folder: Path) -> SuiteData:
    """The corpus to index and the questions; a `null_query` is unanswerable. Raises `WrongUsage`, `BadData`.

    Gold quotes are the `fact` of each piece of evidence. The official queries have no ids: they get their position.
    """
    corpus = find_file(folder, "corpus.jsonl.gz", "corpus.jsonl", "corpus.json")
    queries = find_file(folder, "queries.jsonl.gz", "queries.jsonl", "MultiHopRAG.json")
    questions = [_read_query(record, position) for position, record in enumerate(read_records(queries))]
    return SuiteData(
        suite="multihop_rag",
        sources=(corpus,),
        questions=require_some(queries, questions),
        fingerprint=fingerprint(corpus, queries),
    )


def _read_query(record: Record, position: int) -> GoldenQuestion:
    kind = record.string("question_type")
    facts = tuple(evidence.string("fact") for evidence in record.records("evidence_list"))
    if kind != UNANSWERABLE and not facts:
        raise record.fail("evidence_list", f"is empty, although the question is a {kind}")
    return GoldenQuestion(
        id=f"mh-{record.fields.get('id', position)}",
        kind=kind,
        text=record.string("query"),
        status="insufficient_evidence" if kind == UNANSWERABLE else "answered",
        gold_quotes=() if kind == UNANSWERABLE else facts,
        gold_answers=() if kind == UNANSWERABLE else (record.string("answer"),),
    )
