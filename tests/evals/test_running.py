"""Tests of running cases: going on with an interrupted run, several at a time, beside others, without the evidence."""

import json
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.__main__ import main
from evals.memory import answer_from_memory
from evals.reports import read_report
from evals.resuming import Unfinished
from evals.running import measure_cost, run_cases
from evals.suites.quotes import read_quotes
from evals.types import Case, GoldenQuestion, Scored, Setup, Share, Story, SuiteData
from qa.models.scripted import ScriptedModel
from qa.types import Answer, Question
from tests.evals.world import Honest, Opening, write_quotes


@pytest.fixture
def data(tmp_path: Path) -> SuiteData:
    """The little archive with its questions."""
    return read_quotes(write_quotes(tmp_path / "data"))


class TestResuming:
    """A run that was interrupted."""

    @pytest.fixture(autouse=True)
    def _home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATELINE_HOME", str(tmp_path / "home"))

    def test_it_goes_on_where_it_stopped(self, tmp_path: Path) -> None:
        """Cases that were ready are not asked again, and the report is that of an undisturbed run."""
        folder = write_quotes(tmp_path / "data")
        arguments = ["run", "quotes", "--data", str(folder), "--out"]

        class Stopping(Honest):
            def answer(self, question: Question) -> Answer:
                if len(self.asked) == 6:  # two of them are the warm-up
                    raise KeyboardInterrupt
                return super().answer(question)

        assert main([*arguments, str(tmp_path / "a")], opener=Opening(Stopping)) == 1
        assert not (tmp_path / "a").exists()
        going_on = Opening()
        assert main([*arguments, str(tmp_path / "a")], opener=going_on) == 0
        whole = Opening()
        assert main([*arguments, str(tmp_path / "b")], opener=whole) == 0
        asked = [len(opening.opened[0].answerer.asked) for opening in (going_on, whole)]  # type: ignore[union-attr]
        assert asked == [2 + 5, 2 + 9]
        resumed, undisturbed = (read_report(tmp_path / name / "report.json") for name in "ab")
        assert [(case.id, case.outcome, case.shares) for case in resumed.cases] == [
            (case.id, case.outcome, case.shares) for case in undisturbed.cases
        ]
        assert resumed.cost["resumed_cases"] == 4

    def test_it_can_be_begun_anew(self, tmp_path: Path) -> None:
        """`--afresh` forgets what was ready."""
        unfinished = Unfinished(tmp_path / "home", {"suite": "quotes"})
        unfinished.keep(_scored("one"))
        unfinished.forget()
        assert unfinished.read() == {}

    def test_another_kind_of_run_has_its_own(self, tmp_path: Path) -> None:
        """Cases of other settings or data are not taken over."""
        Unfinished(tmp_path, {"data": "x"}).keep(_scored("one"))
        assert Unfinished(tmp_path, {"data": "y"}).read() == {}
        assert list(Unfinished(tmp_path, {"data": "x"}).read()) == ["one"]

    def test_a_line_that_was_cut_off_is_asked_again(self, tmp_path: Path) -> None:
        """Whatever the place of the cut, the whole lines before and after it are kept."""
        unfinished = Unfinished(tmp_path, {})
        unfinished.keep(_scored("one"))
        unfinished.keep(_scored("two"))
        (path,) = (tmp_path / "evals" / "unfinished").iterdir()
        path.write_bytes(path.read_bytes()[:-20])
        unfinished.keep(_scored("three"))
        assert list(unfinished.read()) == ["one", "three"]

    @given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=20), part=st.floats(0, 1))
    def test_a_case_is_read_as_it_was_kept(
        self, tmp_path_factory: pytest.TempPathFactory, text: str, part: float
    ) -> None:
        """Whatever its texts hold, line ends included."""
        unfinished = Unfinished(tmp_path_factory.mktemp("home"), {})
        scored = _scored("one", text=text, part=part)
        unfinished.keep(scored)
        assert unfinished.read() == {"one": scored}


def test_cases_of_another_sample_are_not_counted() -> None:
    """Of what an earlier run had ready only the cases of this one were taken over."""
    done = {key: _scored(key) for key in ("one", "elsewhere", "nowhere")}
    cost = measure_cost([_scored("one"), _scored("two")], done, seconds=1.0)
    assert (cost["new_cases"], cost["resumed_cases"]) == (1, 1)


def _scored(key: str, *, text: str = "", part: float = 1.0) -> Scored:
    case = Case(id=key, kind="when", expected="answered", outcome="right", shares={"x": Share(part, 1.0)})
    return Scored(case=case, story=Story(question=text, answer=text))


def test_several_questions_are_put_at_a_time(data: SuiteData) -> None:
    """Two cases meet in the answerer; the cases come back in the order of the questions."""
    meeting = threading.Barrier(2, timeout=30)
    warm = threading.Event()

    class Meeting(Honest):
        def answer(self, question: Question) -> Answer:
            if warm.is_set() and question.text in {data.questions[0].text, data.questions[1].text}:
                meeting.wait()
            return super().answer(question)

    with Opening(Meeting)(data, Setup(mode="quotes")) as subject:
        warm.set()
        scored = run_cases(subject, data.questions, mode="quotes", parallel=2)
    assert [one.case.id for one in scored] == [question.id for question in data.questions]


def test_left_out_evidence_is_to_be_declined(data: SuiteData, tmp_path: Path) -> None:
    """Each answerable question is put to the articles that do not hold its quotes; whoever answers them is seen."""
    folder, out = tmp_path / "data", tmp_path / "out"
    opening = Opening()
    main(["run", "quotes", "--data", str(folder), "--leave-out", "--out", str(out)], opener=opening)
    report = read_report(out / "report.json")
    assert {case.kind for case in report.cases} == {"evidence_left_out"}
    assert report.n == sum(question.answerable for question in data.questions)
    asked = opening.opened[0].answerer.asked  # type: ignore[union-attr]
    filters = {question.text: question.filters.article_ids for question in asked}
    assert filters["How many visitors came to the fair?"] == ("tarn-1", "tarn-2")
    assert filters["When does the mill close?"] == ("tarn-3",)


def test_the_language_model_is_asked_from_memory_too(tmp_path: Path) -> None:
    """Its answers are scored beside those with articles, by the same rules."""
    folder, out = write_quotes(tmp_path / "data"), tmp_path / "out"
    arguments = ["--mode", "answer", "--closed-book", "--out", str(out)]
    assert main(["run", "quotes", "--data", str(folder), *arguments], opener=Opening()) == 0
    metrics = read_report(out / "report.json").metrics
    assert metrics["exact_match"].value == 1
    assert metrics["closed_book_exact_match"].value == pytest.approx(1 / 6, abs=1e-6)


@pytest.mark.parametrize(
    ("reply", "answer"), [('{"answer": " Upper Tarn "}', "Upper Tarn"), ('{"answer": 3}', ""), ("[]", ""), ("no", "")]
)
def test_a_reply_from_memory_is_read(reply: str, answer: str) -> None:
    """Whatever is no such JSON is no answer."""
    question = GoldenQuestion(id="1", kind="who", text="Where?", status="answered")
    assert answer_from_memory(question, model=ScriptedModel([reply])) == answer


def test_others_are_measured_beside(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Their metrics are in the report, and the ratios on the terminal."""
    folder, out = write_quotes(tmp_path / "data"), tmp_path / "out"
    arguments = ["--mode", "retrieval", "--beside", "lexical", "--out", str(out)]
    assert main(["run", "quotes", "--data", str(folder), *arguments], opener=Opening()) == 0
    report = read_report(out / "report.json")
    assert report.beside["lexical"]["mrr@10"].value == report.metrics["mrr@10"].value
    assert "fused beside lexical" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [["--beside", "lexical"], ["--closed-book"], ["--mode", "retrieval", "--leave-out"]]
)
def test_options_that_the_mode_has_no_use_for_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """With what to do instead."""
    folder = write_quotes(tmp_path / "data")
    assert main(["run", "quotes", "--data", str(folder), *arguments], opener=Opening()) == 2
    assert "--mode" in capsys.readouterr().err


def test_no_text_is_in_a_report_that_is_stored(tmp_path: Path) -> None:
    """The stories are the page's alone."""
    folder, out = write_quotes(tmp_path / "data"), tmp_path / "out"
    main(["run", "quotes", "--data", str(folder), "--out", str(out)], opener=Opening())
    document = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert "stories" not in document
    assert "visitors" not in (out / "report.json").read_text(encoding="utf-8")
