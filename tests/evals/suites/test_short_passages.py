"""Tests of the data sets whose texts are indexed for the questions: RealTime QA, RGB, SQuAD 2.0, and one's own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evals.errors import BadData, WrongUsage
from evals.indexing import prepare_index, suite_settings
from evals.scoring import score_ranking
from evals.suites.beir import read_beir
from evals.suites.own import read_own
from evals.suites.realtimeqa import read_realtimeqa
from evals.suites.rgb import read_rgb
from evals.suites.squad2 import read_squad2
from evals.types import Case, SuiteData
from indexes.settings import IndexSettings
from indexes.types import Passage, Retrieved


def write_lines(path: Path, *rows: dict[str, Any]) -> None:
    """Write JSON Lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


QUIZ = {
    "id": "20240105_1",
    "question": "Which mill closed?",
    "answer": ["“Upper Tarn”"],
    "question_date": "2024/01/05",
    "support_ids": ["two", "three", "elsewhere"],
}


class TestRealTimeQA:
    """Weekly quizzes over an archive."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """Two archives, with a copy of a text in the second, and a quiz."""
        write_lines(tmp_path / "articles_1.jsonl", {"id": "one", "text": "Upper Tarn closed.", "title": "A"})
        write_lines(
            tmp_path / "articles_2.jsonl",
            {"id": "two", "text": "Upper  Tarn closed.", "title": "B"},
            {"id": "three", "text": "The mill of Upper Tarn.", "title": "C"},
        )
        write_lines(tmp_path / "questions.jsonl", QUIZ, {**QUIZ, "id": "x", "support_ids": ["elsewhere"]})
        return tmp_path

    def test_support_is_named_as_it_is_stored(self, folder: Path) -> None:
        """A copy counts as the article under which it is indexed; quotation marks are no part of an answer."""
        data = read_realtimeqa(folder)
        (question,) = data.questions
        assert (question.id, question.article_ids) == ("rt-20240105_1", ("one", "three"))
        assert (question.gold_answers, str(question.asked)) == (("Upper Tarn",), "2024-01-05")
        assert len(data.sources) == 2

    def test_questions_without_support_are_told(self, folder: Path) -> None:
        """How many were left out is in the report."""
        assert read_realtimeqa(folder).notes == ("1 of 2 questions left out: no article given supports them",)

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"question_date": "in spring"}, "questions.jsonl:1: field 'question_date' is 'in spring'"),
            ({"answer": []}, "questions.jsonl:1: field 'answer' is empty"),
            ({"support_ids": "two"}, "questions.jsonl:1: field 'support_ids' is 'two', not a list"),
            ({"support_ids": []}, "no question is supported"),
        ],
    )
    def test_bad_fields_are_named(self, folder: Path, change: dict[str, Any], said: str) -> None:
        """File, line and field."""
        write_lines(folder / "questions.jsonl", QUIZ | change)
        with pytest.raises(BadData) as raised:
            read_realtimeqa(folder)
        assert said in str(raised.value)

    def test_a_folder_without_articles_is_refused(self, tmp_path: Path) -> None:
        """Nothing could be found in nothing."""
        write_lines(tmp_path / "questions.jsonl", QUIZ)
        with pytest.raises(WrongUsage, match="holds no articles"):
            read_realtimeqa(tmp_path)


ITEM = {
    "id": 7,
    "query": "Who won the Tarn regatta?",
    "answer": ["Ivo Crane", ["I. Crane"]],
    "fakeanswer": "Bram Oster",
    "positive": ["Ivo Crane won.", "It was won by Ivo Crane.", "Crane, Ivo, won."],
    "positive_wrong": ["Bram Oster won.", "It was won by Bram Oster."],
    "negative": ["It rained.", "The regatta is old.", "A fair was held.", "Boats are wet.", "Tea was served."],
}


class TestRgb:
    """Noise, rejection, counterfactual passages."""

    @pytest.fixture
    def data(self, tmp_path: Path) -> SuiteData:
        """One item, in a file named as the official one."""
        write_lines(tmp_path / "en_fact.json", ITEM)
        return read_rgb(tmp_path)

    def test_each_test_of_the_paper_is_a_kind(self, data: SuiteData) -> None:
        """What each kind is put to, and what is expected of it."""
        texts = {record["id"]: record["text"] for record in data.articles}
        found = {
            question.kind: (question.status, sum(texts[key] in ITEM["negative"] for key in question.within))  # type: ignore[operator]
            for question in data.questions
        }
        assert found == {
            "noise_0.0": ("answered", 0),
            "noise_0.4": ("answered", 2),
            "noise_0.8": ("answered", 4),
            "rejection": ("insufficient_evidence", 5),
            "counterfactual": ("answered", 0),
            "conflict": ("conflicting", 0),
        }

    def test_counterfactual_passages_are_to_be_followed(self, data: SuiteData) -> None:
        """The right answer there is the documents' wrong one; of a conflict both are."""
        golds = {question.kind: question.gold_answers for question in data.questions}
        assert golds["counterfactual"] == ("Bram Oster",)
        assert golds["noise_0.4"] == ("Ivo Crane", "I. Crane")
        assert golds["conflict"] == ("Ivo Crane", "I. Crane", "Bram Oster")

    def test_every_passage_that_is_asked_of_is_indexed(self, data: SuiteData) -> None:
        """No question is put to a passage that is nowhere, and ids are the questions' own."""
        stored = {record["id"] for record in data.articles}
        assert all(question.within and set(question.within) <= stored for question in data.questions)
        assert len({question.id for question in data.questions}) == len(data.questions)

    @pytest.mark.parametrize("change", [{"answer": []}, {"answer": 3}, {"fakeanswer": [""]}, {"id": None}])
    def test_bad_fields_are_named(self, tmp_path: Path, change: dict[str, Any]) -> None:
        """File, line and field."""
        write_lines(tmp_path / "en_fact.jsonl", ITEM, ITEM | change)
        with pytest.raises(BadData, match=rf"en_fact.jsonl:2: field '{next(iter(change))}'"):
            read_rgb(tmp_path)


PARAGRAPH = "The mill stands at Upper Tarn. It has two wheels."


class TestSquad2:
    """One paragraph a question."""

    def write_official(self, folder: Path, **change: Any) -> None:  # noqa: ANN401
        """The official form: pages of paragraphs of questions."""
        asked = {"id": "q", "question": "How many wheels?", "answers": [{"text": "two"}], "is_impossible": False}
        other = {"id": "r", "question": "Who built it?", "answers": [], "is_impossible": True}
        pages = [{"paragraphs": [{"context": PARAGRAPH, "qas": [asked | change, other]}]}]
        (folder / "dev-v2.0.json").write_text(json.dumps({"version": "v2.0", "data": pages}), encoding="utf-8")

    def test_both_forms_give_the_same_questions(self, tmp_path: Path) -> None:
        """The official file and one line a question."""
        self.write_official(tmp_path)
        official = read_squad2(tmp_path)
        row = {"id": "q", "context": PARAGRAPH, "question": "How many wheels?"}
        other = {"id": "r", "context": PARAGRAPH, "question": "Who built it?"}
        write_lines(
            tmp_path / "dev_sample.jsonl",
            row | {"gold": {"answers": ["two"], "is_impossible": False}},
            other | {"gold": {"answers": [""], "is_impossible": True}},
        )
        lines = read_squad2(tmp_path)
        assert lines.questions == official.questions
        assert lines.articles == official.articles
        assert [question.answerable for question in lines.questions] == [True, False]
        assert {question.within for question in lines.questions} == {(lines.articles[0]["id"],)}

    @pytest.mark.parametrize("change", [{"is_impossible": "no"}, {"answers": []}, {"question": ""}])
    def test_bad_fields_are_named(self, tmp_path: Path, change: dict[str, Any]) -> None:
        """File, place and field."""
        self.write_official(tmp_path, **change)
        with pytest.raises(BadData, match=rf"dev-v2.0.json, data\[0\].*field '{next(iter(change))}'"):
            read_squad2(tmp_path)


class TestOwn:
    """A user's questions on the index that is there."""

    def test_nothing_is_indexed(self, tmp_path: Path) -> None:
        """The questions are put to the current build."""
        write_lines(
            tmp_path / "questions.jsonl",
            {"id": "1", "kind": "who", "question": "Who?", "status": "answered", "gold_quotes": ["Ivo."]},
        )
        data = read_own(tmp_path)
        assert (data.sources, data.articles, len(data.questions)) == ((), (), 1)


def test_articles_of_data_are_written_before_they_are_indexed(tmp_path: Path) -> None:
    """The builder finds them in the suite's home, and they are written again only when the data changed."""
    data = SuiteData(suite="rgb", sources=(), questions=(), fingerprint="f", articles=({"id": "a", "text": "b"},))
    settings = suite_settings(data, IndexSettings(home=tmp_path))
    built: list[str] = []

    def build(settings: IndexSettings) -> None:
        built.append((settings.home / "articles.jsonl").read_text(encoding="utf-8"))

    opened: Callable[[IndexSettings], str] = lambda settings: settings.home.name  # noqa: E731
    for _ in range(2):
        prepare_index(data, settings, build=build, open_built=opened)
    assert built == ['{"id": "a", "text": "b"}\n']


class TestBeir:
    """Texts, questions and judgments."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """Two texts, and two questions of which one is judged."""
        (tmp_path / "qrels").mkdir()
        write_lines(
            tmp_path / "corpus.jsonl",
            {"_id": "d1", "title": "Mill", "text": "It closed."},
            {"_id": "d2", "title": "", "text": "It rained."},
        )
        write_lines(tmp_path / "queries.jsonl", {"_id": "q1", "text": "mill"}, {"_id": "q2", "text": "rain"})
        self.judge(tmp_path, "q1\td1\t2", "q1\td2\t0")
        return tmp_path

    def judge(self, folder: Path, *rows: str) -> None:
        """Write the judgments, with their headings."""
        text = "\n".join(("query-id\tcorpus-id\tscore", *rows, ""))
        (folder / "qrels" / "test.tsv").write_text(text, encoding="utf-8")

    def test_judged_questions_are_read(self, folder: Path) -> None:
        """With the grade of each relevant text; a question that nothing answers cannot be ranked for."""
        data = read_beir(folder)
        (question,) = data.questions
        assert (question.id, question.judged) == ("be-q1", {"d1": 2})
        assert question.findable
        assert [record["id"] for record in data.articles] == ["d1", "d2"]

    @pytest.mark.parametrize(
        ("row", "said"),
        [
            ("q1\td1", "test.tsv:2: 2 columns"),
            ("q1\td1\thigh", "test.tsv:2: field 'score' is 'high'"),
            ("q1\td9\t1", "test.tsv:2: field 'corpus-id' is 'd9'"),
            ("q9\td1\t1", "judges no question"),
        ],
    )
    def test_bad_judgments_are_named(self, folder: Path, row: str, said: str) -> None:
        """File, line and field."""
        self.judge(folder, row)
        with pytest.raises(BadData) as raised:
            read_beir(folder)
        assert said in str(raised.value)

    def test_blank_texts_are_left_out(self, folder: Path) -> None:
        """A title stands for a blank text; a text with neither is left out and noted, and its judgment still counts."""
        write_lines(
            folder / "corpus.jsonl",
            {"_id": "d1", "title": "", "text": " "},
            {"_id": "d2", "title": 'Rain "today', "text": ""},
        )
        data = read_beir(folder)
        assert data.articles == ({"id": "d2", "title": 'Rain "today', "text": 'Rain "today'},)
        assert data.notes == ("1 of the texts of corpus.jsonl are blank and left out",)
        assert data.questions[0].article_ids == ("d1",)

    @pytest.mark.parametrize(
        ("row", "said"),
        [
            ({"_id": "d1", "title": "Rain"}, "corpus.jsonl:2: field 'text' is missing"),
            ({"_id": "d1", "title": 3, "text": "x"}, "corpus.jsonl:2: field 'title' is 3"),
            ({"_id": "d1", "text": "x"}, "corpus.jsonl:2: field '_id' is 'd1', as that of an earlier line"),
        ],
    )
    def test_bad_texts_are_named(self, folder: Path, row: dict[str, object], said: str) -> None:
        """File, line and field."""
        write_lines(folder / "corpus.jsonl", {"_id": "d1", "title": None, "text": "It closed."}, row)
        with pytest.raises(BadData) as raised:
            read_beir(folder)
        assert said in str(raised.value)

    def test_judgments_must_be_there(self, folder: Path) -> None:
        """What is missing is named."""
        (folder / "qrels" / "test.tsv").unlink()
        with pytest.raises(WrongUsage, match=r"holds no qrels/test.tsv"):
            read_beir(folder)

    def test_a_ranking_is_held_against_the_judgments(self, folder: Path) -> None:
        """Its case says whether an article that answers was found, and holds the metrics of judgments."""
        (question,) = read_beir(folder).questions

        def case(*article_ids: str) -> Case:
            hits = [
                Retrieved(
                    passage=Passage(id=key, article_id=key, ordinal=0, start=0, end=1, text="x", context=""), score=1.0
                )
                for key in article_ids
            ]
            return score_ranking(question, hits, wall_ms=1.0)

        assert case("d2", "d1").shares["article_mrr@10"].part == 0.5
        assert (case("d2", "d1").outcome, case("d2").outcome) == ("found", "not_found")
        assert [span.flags for span in case("d2", "d1").spans] == [(), ("gold",)]
