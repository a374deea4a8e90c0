"""Tests of the command `python -m evals`."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from evals.__main__ import main
from evals.comparing import compare_reports
from evals.errors import BadReport, WrongUsage
from evals.reports import read_report, report_json
from evals.types import Report
from tests.evals.world import (
    ARTICLES,
    RECORDS,
    CitingEverything,
    Failing,
    Honest,
    Misplacing,
    NeverDeclining,
    Opening,
    write_quotes,
)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home for each test: what one that is interrupted keeps is no other's to go on with."""
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path / "home"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The little archive, in a folder."""
    return write_quotes(tmp_path / "data")


def run(data: Path, out: Path, *arguments: str, answerer: type[Honest] = Honest) -> int:
    """Run the suite `quotes` on the little archive."""
    return main(["run", "quotes", "--data", str(data), "--out", str(out), *arguments], opener=Opening(answerer))


def stored(folder: Path) -> dict[str, Any]:
    """The stored report."""
    document: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return document


class TestRun:
    """`run`."""

    def test_a_report_has_what_the_contract_says(
        self, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The fields, the metrics with intervals, all cases in order; a table on the terminal; exit 0."""
        assert run(data, tmp_path / "out") == 0
        report = stored(tmp_path / "out")
        assert list(report)[:9] == [
            *("suite", "mode", "settings", "index_build", "model", "n", "metrics", "cases", "gates"),
        ]
        assert (report["suite"], report["mode"], report["n"], report["model"]) == ("quotes", "quotes", 9, None)
        assert report["metrics"]["gold_quote_recall"] == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 6}
        assert [case["id"] for case in report["cases"]] == [record["id"] for record in RECORDS]
        shown = capsys.readouterr()
        assert "gold_quote_recall" in shown.out
        assert "6 right, 3 declined" in shown.out
        assert "9 of 9" in shown.err

    def test_a_report_holds_no_text(self, data: Path, tmp_path: Path) -> None:
        """No word of a question, an article or an answer is in `report.json`, not even from an exception (`asked` is a field)."""
        every = " ".join([*ARTICLES.values(), *(record["question"] for record in RECORDS)])
        words = {word for word in re.findall(r"[^\W\d]{5,}", every.casefold()) if word not in {"about", "asked"}}
        assert len(words) > 20
        for answerer in (Honest, Failing, Misplacing):
            run(data, tmp_path / "out", "--mode", "answer", answerer=answerer)
            report = (tmp_path / "out" / "report.json").read_text(encoding="utf-8")
            assert words & set(re.findall(r"\w+", report.casefold())) == set()

    def test_metrics_follow_from_the_stored_cases(self, data: Path, tmp_path: Path) -> None:
        """Whoever has the report can compute every share again."""
        run(data, tmp_path / "out", answerer=CitingEverything)
        report = read_report(tmp_path / "out" / "report.json")
        shares = [case.shares["citation_precision"] for case in report.cases if "citation_precision" in case.shares]
        value = sum(share.part for share in shares) / sum(share.whole for share in shares)
        assert report.metrics["citation_precision"].value == pytest.approx(value, abs=1e-6)

    def test_the_same_run_gives_the_same_numbers(self, data: Path, tmp_path: Path) -> None:
        """Everything but the times is the same twice."""
        for name in ("one", "two"):
            run(data, tmp_path / name, answerer=CitingEverything)
        one, two = (
            {name: value for name, value in stored(tmp_path / folder)["metrics"].items() if "latency" not in name}
            for folder in ("one", "two")
        )
        assert one == two

    def test_answer_mode_scores_short_answers(self, data: Path, tmp_path: Path) -> None:
        """With a model its name, the short answers' metrics and the prompt's tokens are reported."""
        assert run(data, tmp_path / "out", "--mode", "answer") == 0
        report = stored(tmp_path / "out")
        assert report["model"] == "no-model"
        assert report["metrics"]["exact_match"]["value"] == 1
        assert report["metrics"]["prompt_tokens_p50"]["value"] == 400
        assert 0 < report["metrics"]["majority_floor"]["value"] < 1

    def test_retrieval_mode_ranks_passages(self, data: Path, tmp_path: Path) -> None:
        """Only questions with gold quotes are put, and ranking metrics are reported."""
        assert run(data, tmp_path / "out", "--mode", "retrieval") == 0
        report = stored(tmp_path / "out")
        assert report["n"] == 6
        assert {"any_hit@4", "mrr@10", "map@10", "fact_recall@10", "all_facts@6000c"} <= set(report["metrics"])
        assert report["metrics"]["fact_recall@4"]["value"] == 1
        assert "gold" in report["cases"][0]["spans"][0]["flags"]
        assert "refusal_recall" not in report["metrics"]

    def test_halves_and_samples(self, data: Path, tmp_path: Path) -> None:
        """`--split` takes a half, `--limit` a sample with unanswerable questions in it."""
        run(data, tmp_path / "half", "--split", "dev")
        assert {case["split"] for case in stored(tmp_path / "half")["cases"]} == {"dev"}
        run(data, tmp_path / "sample", "--limit", "4", "--seed", "3")
        statuses = [case["expected"] for case in stored(tmp_path / "sample")["cases"]]
        assert len(statuses) == 4
        assert "insufficient_evidence" in statuses

    def test_a_failing_case_fails_the_run(self, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """The others are scored, the case says what kind of exception it was and where; exit 1."""
        assert run(data, tmp_path / "out", answerer=Failing) == 1
        report = stored(tmp_path / "out")
        (case,) = [case for case in report["cases"] if case["outcome"] == "error"]
        assert case["id"] == "t-4"
        assert case["error"].startswith("RuntimeError in tests.evals.world, line ")
        assert report["metrics"]["gold_quote_recall"]["n"] == 5
        assert "case t-4 failed: cannot answer" in capsys.readouterr().err

    def test_the_answerer_is_warmed_up(self, data: Path, tmp_path: Path) -> None:
        """Before the cases come other questions, which are no cases."""
        opening = Opening()
        main(["run", "quotes", "--data", str(data), "--out", str(tmp_path)], opener=opening)
        answerer = opening.opened[0].answerer
        assert isinstance(answerer, Honest)
        asked = [question.text for question in answerer.asked]
        texts = [record["question"] for record in RECORDS]
        assert asked[-9:] == texts
        assert len(asked) > 9
        assert not set(asked[:-9]) & set(texts)

    def test_problems_of_the_data_are_shown(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A gold quote that its articles lack, and an article that is not stored, are reported by question id."""
        records = [
            RECORDS[0] | {"gold_quotes": ["Words that nobody said."]},
            RECORDS[1] | {"article_ids": ["gone"]},
            RECORDS[8],
        ]
        data = write_quotes(tmp_path / "data", records=records)
        main(["run", "quotes", "--data", str(data), "--out", str(tmp_path)], opener=Opening(NeverDeclining))
        shown = capsys.readouterr().out
        assert "t-1: gold quote 1 occurs in none of its articles" in shown
        assert "t-2: no stored article has the id 'gone'" in shown
        assert "nobody said" not in shown


class TestBaseline:
    """`--baseline` and `--accept`."""

    def test_accept_then_hold(self, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """An accepted run holds later ones: the same passes, a worse one fails and says which cases flipped."""
        baseline = tmp_path / "baseline.json"
        assert run(data, tmp_path / "out", "--accept", str(baseline)) == 0
        assert run(data, tmp_path / "out", "--baseline", str(baseline)) == 0
        capsys.readouterr()
        assert run(data, tmp_path / "out", "--baseline", str(baseline), answerer=NeverDeclining) == 1
        shown = capsys.readouterr().out
        assert "FAILED  refusal_recall: 0.000" in shown
        assert "t-9: declined → answered_unanswerable" in shown
        assert any(not gate["passed"] for gate in stored(tmp_path / "out")["gates"])

    def test_accepting_shows_the_change(self, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A second acceptance prints old and new values."""
        baseline = tmp_path / "baseline.json"
        run(data, tmp_path / "out", "--accept", str(baseline))
        capsys.readouterr()
        assert run(data, tmp_path / "out", "--accept", str(baseline), answerer=CitingEverything) == 0
        assert re.search(r"^citation_precision +1\.000 +0\.\d+$", capsys.readouterr().out, re.MULTILINE)

    def test_what_breaks_a_hard_bound_is_not_accepted(self, data: Path, tmp_path: Path) -> None:
        """No baseline is written from invalid citations."""
        assert run(data, tmp_path / "out", "--accept", str(tmp_path / "b.json"), answerer=Misplacing) == 1
        assert not (tmp_path / "b.json").exists()

    def test_changed_data_are_said(self, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A baseline of other data is used, and the output says so."""
        baseline = tmp_path / "baseline.json"
        run(data, tmp_path / "out", "--accept", str(baseline))
        write_quotes(data, records=RECORDS[:-1])
        assert run(data, tmp_path / "out", "--baseline", str(baseline)) == 0
        assert "the data changed since the baseline was accepted" in capsys.readouterr().out


class TestCompare:
    """`compare`."""

    def test_two_runs(self, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Both values, the paired change and the flipped cases are printed."""
        run(data, tmp_path / "a")
        run(data, tmp_path / "b", answerer=NeverDeclining)
        capsys.readouterr()
        assert main(["compare", str(tmp_path / "a" / "report.json"), str(tmp_path / "b" / "report.json")]) == 0
        shown = capsys.readouterr().out
        (line,) = [line for line in shown.splitlines() if line.startswith("refusal_recall")]
        assert line.split() == ["refusal_recall", "1.000", "0.000", "-1.000", "-1.000", "-1.000", "worse", "*"]
        assert "t-7: declined → misattributed" in shown or "t-7: declined → answered_unanswerable" in shown

    def test_the_same_report_twice(self, data: Path, tmp_path: Path) -> None:
        """Nothing changed: every difference is 0 and nothing flipped."""
        run(data, tmp_path / "a", answerer=CitingEverything)
        report = read_report(tmp_path / "a" / "report.json")
        comparison = compare_reports(report, report)
        assert all(change.value == change.low == change.high == 0 for change in comparison.changes.values())
        assert comparison.flips == ()

    def test_what_cannot_be_compared(self, data: Path, tmp_path: Path) -> None:
        """Reports of two suites, of a ranking and answers, or without a common case are wrong usage."""
        run(data, tmp_path / "a")
        report = read_report(tmp_path / "a" / "report.json")
        others = [
            Report(**{**_fields(report), "suite": "seeds"}),
            Report(**{**_fields(report), "mode": "retrieval"}),
            Report(**{**_fields(report), "cases": ()}),
        ]
        for other in others:
            with pytest.raises(WrongUsage):
                compare_reports(report, other)

    def test_what_is_no_report(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A file that is not there, or holds something else, is one line and exit 1."""
        (tmp_path / "x.json").write_text('{"suite": "seeds"}')
        for name in ("x.json", "gone.json"):
            assert main(["compare", str(tmp_path / name), str(tmp_path / name)]) == 1
            assert capsys.readouterr().err.count("\n") == 1


def _fields(report: Report) -> dict[str, Any]:
    return {name: getattr(report, name) for name in Report.__dataclass_fields__}


class TestBench:
    """`bench`."""

    def test_times_and_rates(self, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Latencies of both steps and the rate of a build are printed and stored with the machine."""
        code = main(
            ["bench", "--suite", "quotes", "--data", str(data), "--out", str(tmp_path)],
            opener=Opening(),
            builder=lambda data: (len(data.questions), 20),
        )
        assert code == 0
        document = json.loads((tmp_path / "bench.json").read_text())
        numbers = document["numbers"]
        assert numbers["build_passages"] == 20
        assert 0 < numbers["quotes_p50_ms"] <= numbers["quotes_p90_ms"] <= numbers["quotes_p99_ms"]
        assert {"retrieve_p50_ms", "passages_per_second"} <= set(numbers)
        assert document["machine"]["cores"] >= 1
        assert "retrieve_p50_ms" in capsys.readouterr().out


class TestUsage:
    """Wrong usage and help."""

    @pytest.mark.parametrize(
        "arguments",
        [
            [],
            ["run"],
            ["run", "nothing"],
            ["run", "seeds", "--mode", "chat"],
            ["run", "seeds", "--limit", "0"],
            ["run", "seeds", "--limit", "many"],
            ["run", "seeds", "--seed", "-1"],
            ["run", "seeds", "--split", "test"],
            ["run", "seeds", "--baseline", "a", "--accept", "b"],
            ["compare", "one.json"],
            ["explain"],
        ],
    )
    def test_is_exit_2(self, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        """Arguments that cannot be are refused with the usage."""
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 2
        assert "usage: python -m evals" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--retriever", "dense"], "--retriever chooses what --mode retrieval measures"),
            (["--split", "held_out", "--data", "absent"], "'absent' is no folder"),
        ],
    )
    def test_of_what_does_not_go_together(
        self, data: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """One line on standard error and exit 2."""
        assert main(["run", "quotes", "--data", str(data), *arguments], opener=Opening()) == 2
        shown = capsys.readouterr().err
        assert message in shown
        assert shown.count("\n") == 1

    def test_of_a_suite_without_its_data(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A suite that needs data says which; with `DATELINE_EVAL_DATA` it looks there."""
        monkeypatch.chdir(tmp_path)
        monkeypatch.delenv("DATELINE_EVAL_DATA", raising=False)
        assert main(["run", "multihop_rag"], opener=Opening()) == 2
        assert "needs --data DIR with corpus.jsonl.gz" in capsys.readouterr().err
        monkeypatch.setenv("DATELINE_EVAL_DATA", str(tmp_path / "public"))
        assert main(["run", "multihop_rag"], opener=Opening()) == 2
        assert str(tmp_path / "public" / "multihop_rag") in capsys.readouterr().err

    def test_what_nobody_expected_is_one_line(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A folder that cannot be written ends in one line and exit 1; with `--debug` in its traceback."""
        (tmp_path / "file").write_text("in the way")
        data = write_quotes(tmp_path / "data")
        assert run(data, tmp_path / "file" / "out") == 1
        assert [line for line in capsys.readouterr().err.splitlines() if line.startswith("evals: NotADirectoryError")]
        with pytest.raises(NotADirectoryError):
            run(data, tmp_path / "file" / "out", "--debug")

    def test_bad_data_are_exit_1(self, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A bad line is one line of error that names it; with `--debug` the exception goes through."""
        (data / "questions.jsonl").write_text("{}")
        assert main(["run", "quotes", "--data", str(data)], opener=Opening()) == 1
        assert "questions.jsonl:1: field" in capsys.readouterr().err
        with pytest.raises(Exception, match="field"):
            main(["run", "quotes", "--data", str(data), "--debug"], opener=Opening())

    def test_training_wants_a_folder_first(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Nothing is trained that could not be written."""
        assert main(["train", "--out", str(tmp_path / "none" / "adapters.safetensors")]) == 2
        assert "is no folder; make it first" in capsys.readouterr().err

    @pytest.mark.parametrize("command", [["calibrate"], ["train", "--out", "adapters.safetensors"]])
    def test_only_the_product_can_be_fitted(self, command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        """Another answerer tells no candidates."""
        assert main(command, opener=Opening(Honest)) == 2
        assert "the product's own answerer is needed" in capsys.readouterr().err

    def test_list_names_what_there_is(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Every suite and what it needs."""
        assert main(["list"]) == 0
        shown = capsys.readouterr().out
        assert all(name in shown for name in ("seeds: ", "quotes: ", "multihop_rag: ", "corpus.jsonl.gz"))

    def test_help_imports_no_engine(self) -> None:
        """`--help` of the command imports neither numpy nor any engine."""
        program = (
            "import sys\nfrom evals.__main__ import main\n"
            "try:\n    main(['run', '--help'])\nexcept SystemExit:\n    pass\n"
            "print([name for name in ('numpy', 'torch', 'chromadb', 'pydantic') if name in sys.modules])"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert done.stdout.endswith("[]\n")


class TestStored:
    """`report.json`."""

    def test_a_report_survives_its_file(self, data: Path, tmp_path: Path) -> None:
        """Reading a stored report and writing it again changes nothing; a bad one is refused by field."""
        run(data, tmp_path)
        document = stored(tmp_path)
        assert report_json(read_report(tmp_path / "report.json")) == document
        document["cases"][0]["shares"] = 3
        (tmp_path / "report.json").write_text(json.dumps(document))
        with pytest.raises(BadReport, match=r"field 'cases\.0\.shares'"):
            read_report(tmp_path / "report.json")
