"""Tests of reading the data sets."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from evals.__main__ import SUITE_NAMES
from evals.errors import BadData, EvalProblem, WrongUsage
from evals.suites.listing import SUITES
from evals.suites.multihop_rag import read_multihop_rag
from evals.suites.prints import fingerprint
from evals.suites.quotes import read_quotes
from evals.suites.seeds import read_seeds
from tests.evals.world import RECORDS, write_quotes

QUERY: dict[str, Any] = {
    "query": "Which ship sank?",
    "answer": "The Heron",
    "question_type": "inference_query",
    "evidence_list": [{"fact": "The Heron sank.", "url": "https://one.example/a"}],
}
NULL = {"query": "Who is Nobody?", "answer": "Insufficient information.", "question_type": "null_query"}


def write_lines(path: Path, rows: list[Any], *, zipped: bool = False) -> None:
    """Write JSON Lines."""
    text = "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if zipped else text.encode())


def test_the_command_names_the_suites_that_there_are() -> None:
    """The names in the command's help, which must not import the suites, are theirs."""
    assert list(SUITES) == list(SUITE_NAMES)


class TestQuotes:
    """The form `quotes`."""

    @pytest.mark.parametrize("zipped", [True, False])
    def test_a_folder_is_read(self, tmp_path: Path, zipped: bool) -> None:
        """Every field of every question arrives, from plain and from gzipped files."""
        write_quotes(tmp_path)
        if zipped:
            for name in ("articles.jsonl", "questions.jsonl"):
                (tmp_path / f"{name}.gz").write_bytes(gzip.compress((tmp_path / name).read_bytes()))
                (tmp_path / name).unlink()
        data = read_quotes(tmp_path)
        assert [question.id for question in data.questions] == [record["id"] for record in RECORDS]
        first, record = data.questions[0], RECORDS[0]
        assert (first.text, first.kind, first.status, first.split) == (
            record["question"],
            "said_about",
            "answered",
            "held_out",
        )
        assert list(first.gold_quotes) == record["gold_quotes"]
        assert list(first.wrong_quotes) == record["wrong_quotes"]
        assert first.speaker == "Edda Crane"
        assert data.questions[2].also_valid == ("It will close in May.",)
        assert not data.questions[-1].answerable
        assert [path.name.removesuffix(".gz") for path in data.sources] == ["articles.jsonl"]

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"id": None}, "field 'id' is None"),
            ({"id": 7}, "field 'id' is 7"),
            ({"question": "  "}, "field 'question' is '  '"),
            ({"status": "maybe"}, "field 'status' is 'maybe', not one of answered, partial"),
            ({"gold_quotes": "one"}, "field 'gold_quotes' is 'one', not a list"),
            ({"gold_quotes": [3]}, "field 'gold_quotes' holds 3"),
            ({"gold_quotes": [], "article_ids": []}, "field 'gold_quotes' is empty and so is 'article_ids'"),
            ({"status": "insufficient_evidence"}, "field 'gold_quotes' is not empty"),
            ({"split": "test"}, "field 'split' is 'test'"),
            ({"speaker": ["x"]}, r"field 'speaker' is \['x'\]"),
            ({"id": "t-1"}, "field 'id' is 't-1', which .*questions.jsonl:1 has too"),
        ],
    )
    def test_a_bad_field_is_named(self, tmp_path: Path, change: dict[str, Any], message: str) -> None:
        """The error names file, line, field and value."""
        records = [RECORDS[0], RECORDS[1] | change]
        with pytest.raises(BadData, match=rf"questions\.jsonl:2: {message}") as caught:
            read_quotes(write_quotes(tmp_path, records=records))
        assert "\n" not in str(caught.value)

    def test_a_missing_field_is_named(self, tmp_path: Path) -> None:
        """A field that is not there is missing, not None."""
        records = [{key: value for key, value in RECORDS[0].items() if key != "kind"}]
        with pytest.raises(BadData, match=r"questions\.jsonl:1: field 'kind' is missing"):
            read_quotes(write_quotes(tmp_path, records=records))

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ("{", r"questions\.jsonl:1: not valid JSON"),
            ("[1]", r"jsonl:1: \[1\] is not a JSON object"),
            ("", "no quest"),
        ],
    )
    def test_a_broken_line_is_named(self, tmp_path: Path, line: str, message: str) -> None:
        """What is no JSON object, and an empty file, are errors."""
        write_quotes(tmp_path)
        write_lines(tmp_path / "questions.jsonl", [line])
        with pytest.raises(BadData, match=message):
            read_quotes(tmp_path)

    @pytest.mark.parametrize("content", [b"no gzip", gzip.compress(b"{}")[:-9], gzip.compress(b"\xff\xfe")])
    def test_a_damaged_file_is_named(self, tmp_path: Path, content: bytes) -> None:
        """What is no gzip, cut off or no UTF-8 is one line that names the file."""
        write_quotes(tmp_path)
        (tmp_path / "questions.jsonl.gz").write_bytes(content)
        with pytest.raises(BadData, match=r"questions\.jsonl\.gz cannot be read"):
            read_quotes(tmp_path)

    def test_a_missing_folder_or_file(self, tmp_path: Path) -> None:
        """A folder that is not there, or lacks a file, is wrong usage that says what is needed."""
        with pytest.raises(WrongUsage, match="is no folder"):
            read_quotes(tmp_path / "absent")
        with pytest.raises(WrongUsage, match=r"holds no articles\.jsonl\.gz or articles\.jsonl"):
            read_quotes(tmp_path)

    def test_line_separators_inside_a_text(self, tmp_path: Path) -> None:
        """U+2028 inside a JSON string does not end the line."""
        records = [RECORDS[0] | {"question": "One\u2028two?"}]
        (folder := write_quotes(tmp_path)).joinpath("questions.jsonl").write_text(
            json.dumps(records[0], ensure_ascii=False), encoding="utf-8"
        )
        assert read_quotes(folder).questions[0].text == "One\u2028two?"


class TestSeeds:
    """The project's own questions."""

    def test_the_folder_itself_is_indexed(self, tmp_path: Path) -> None:
        """The questions come from `questions.jsonl`, the articles from the whole folder."""
        data = read_seeds(write_quotes(tmp_path))
        assert data.sources == (tmp_path,)
        assert len(data.questions) == len(RECORDS)


class TestMultihopRag:
    """MultiHop-RAG."""

    @pytest.mark.parametrize("official", [True, False])
    def test_both_forms_are_read(self, tmp_path: Path, official: bool) -> None:
        """The official JSON lists and the JSON Lines give the same questions."""
        if official:
            (tmp_path / "corpus.json").write_text("[]")
            (tmp_path / "MultiHopRAG.json").write_text(json.dumps([QUERY, NULL]))
        else:
            write_lines(tmp_path / "corpus.jsonl.gz", [], zipped=True)
            rows = [{**row, "id": number} for number, row in enumerate([QUERY, NULL])]
            write_lines(tmp_path / "queries.jsonl.gz", rows, zipped=True)
        answerable, unanswerable = read_multihop_rag(tmp_path).questions
        assert (answerable.id, answerable.gold_quotes, answerable.gold_answers) == (
            "mh-0",
            ("The Heron sank.",),
            ("The Heron",),
        )
        assert (unanswerable.id, unanswerable.status, unanswerable.gold_quotes) == (
            "mh-1",
            "insufficient_evidence",
            (),
        )

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"evidence_list": []}, "item 1: field 'evidence_list' is empty"),
            ({"evidence_list": [{"url": "x"}]}, r"item 1, evidence_list\[0\]: field 'fact' is missing"),
            ({"evidence_list": "x"}, "field 'evidence_list' is 'x', not a list of objects"),
            ({"query": ""}, "field 'query' is ''"),
        ],
    )
    def test_a_bad_field_is_named(self, tmp_path: Path, change: dict[str, Any], message: str) -> None:
        """The error names file, item and field."""
        (tmp_path / "corpus.json").write_text("[]")
        (tmp_path / "MultiHopRAG.json").write_text(json.dumps([QUERY | change]))
        with pytest.raises(EvalProblem, match=message):
            read_multihop_rag(tmp_path)

    def test_a_json_file_that_is_no_list(self, tmp_path: Path) -> None:
        """An object in place of the list is an error."""
        (tmp_path / "corpus.json").write_text("[]")
        (tmp_path / "MultiHopRAG.json").write_text("{}")
        with pytest.raises(BadData, match="is not a JSON list"):
            read_multihop_rag(tmp_path)


class TestFingerprints:
    """Fingerprints of data."""

    def test_a_folder_is_its_names_and_bytes(self, tmp_path: Path) -> None:
        """The same files elsewhere have the same fingerprint; another byte or name another one; hidden files none."""
        one, two = write_quotes(tmp_path / "one"), write_quotes(tmp_path / "two")
        (two / ".hidden").write_text("x")
        assert fingerprint(one) == fingerprint(two)
        (two / "articles.jsonl").rename(two / "others.jsonl")
        assert fingerprint(one) != fingerprint(two)
        (one / "articles.jsonl").write_text("changed")
        assert fingerprint(one) != fingerprint(two)


@pytest.mark.data
def test_the_public_queries_are_read() -> None:
    """MultiHop-RAG as it is published: every query has its facts, and some are unanswerable."""
    folder = os.environ.get("DATELINE_EVAL_DATA")
    if not folder or not Path(folder, "multihop_rag").is_dir():
        pytest.skip("DATELINE_EVAL_DATA names no folder with multihop_rag")
    questions = read_multihop_rag(Path(folder, "multihop_rag")).questions
    answerable = [question for question in questions if question.answerable]
    assert 0 < len(answerable) < len(questions)
    assert all(2 <= len(question.gold_quotes) <= 4 for question in answerable)
