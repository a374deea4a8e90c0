"""Tests of the gates: each kind of broken answerer must be caught by one."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from evals.errors import BadReport, WrongUsage
from evals.gates import (
    all_passed,
    check_gates,
    find_flips,
    make_baseline,
    outcomes,
    read_baseline,
    with_gates,
    write_baseline,
)
from evals.reports import write_report
from evals.running import make_report, run_cases
from evals.suites.quotes import read_quotes
from evals.tables import traces_lines
from evals.types import EvalMode, GoldenQuestion, Report, Setup
from qa.types import Answer, Mode
from tests.evals.world import (
    AlwaysDeclining,
    CitingEverything,
    Failing,
    Honest,
    Misplacing,
    NeverDeclining,
    OffTopic,
    Opening,
    SwappingSpeakers,
    write_quotes,
)

Run = Callable[..., Report]
SETTINGS = {"split": "all", "limit": None, "seed": 0, "retriever": None, "encoder": "no-encoder", "data": "d1"}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the little archive's questions with an answerer."""
    data = read_quotes(write_quotes(tmp_path / "data"))

    def run_with(answerer: type[Honest], *, mode: EvalMode = "quotes", **settings: object) -> Report:
        with Opening(answerer)(data, Setup(mode=mode)) as subject:
            cases = [one.case for one in run_cases(subject, data.questions, mode=mode)]
            return make_report(data, subject, cases, mode=mode, settings=SETTINGS | settings, seed=0)

    return run_with


def failed(report: Report, honest: Report) -> set[str]:
    """The gates that a run fails against the honest answerer's baseline."""
    return {gate.metric for gate in check_gates(report, make_baseline(honest)) if not gate.passed}


def test_the_honest_answerer_passes(run: Run) -> None:
    """It scores what a right answerer scores, and stays within its own baseline."""
    honest = run(Honest)
    values = {name: metric.value for name, metric in honest.metrics.items()}
    for name in ("citation_validity", "gold_quote_recall", "citation_recall", "citation_precision", "refusal_recall"):
        assert values[name] == 1, name
    for name in ("balanced_accuracy", "conflict_flagged"):
        assert values[name] == 1, name
    assert values["false_refusal"] == values["attribution_errors"] == 0
    assert failed(honest, honest) == set()
    assert set(outcomes(honest).values()) == {"right", "declined"}


@pytest.mark.parametrize(
    ("answerer", "gate"),
    [
        (NeverDeclining, "refusal_recall"),
        (AlwaysDeclining, "false_refusal"),
        (AlwaysDeclining, "gold_quote_recall"),
        (Misplacing, "citation_validity"),
        (OffTopic, "gold_quote_recall"),
        (OffTopic, "calibration_error"),
        (CitingEverything, "citation_precision"),
        (SwappingSpeakers, "attribution_errors"),
        (Failing, "errors"),
    ],
)
def test_each_broken_answerer_is_caught(run: Run, answerer: type[Honest], gate: str) -> None:
    """The gate that is made for it fails."""
    assert gate in failed(run(answerer), run(Honest))


def test_citing_everything_fails_by_precision_alone(run: Run) -> None:
    """Recall stays perfect, so that without a gate on precision nobody would see it."""
    report = run(CitingEverything)
    assert report.metrics["gold_quote_recall"].value == 1
    assert failed(report, run(Honest)) == {"citation_precision"}


@pytest.mark.parametrize("answerer", [Misplacing, SwappingSpeakers, Failing])
def test_some_bounds_need_no_baseline(run: Run, answerer: type[Honest]) -> None:
    """An invalid citation, a swapped speaker and a failed case fail every run."""
    assert not all_passed(check_gates(run(answerer)))
    assert all_passed(check_gates(run(Honest)))


def test_what_is_not_measured_fails(run: Run) -> None:
    """A metric of the baseline for which no case counts any more is no pass."""
    gates = check_gates(run(AlwaysDeclining), make_baseline(run(Honest)))
    (gate,) = [gate for gate in gates if gate.metric == "citation_precision"]
    assert not gate.passed
    assert gate.value is None
    assert "not measured" in gate.message


def test_flips_name_the_cases(run: Run) -> None:
    """The cases that turned bad come first, each with both outcomes."""
    flips = find_flips(outcomes(run(Honest)), outcomes(run(NeverDeclining)))
    assert ("t-8", "declined", "answered_unanswerable") in flips
    turned = find_flips({"a": "no", "b": "right", "c": "no"}, {"a": "right", "b": "no", "c": "nothing", "d": "x"})
    assert turned == [("b", "right", "no"), ("c", "no", "nothing"), ("a", "no", "right")]


@pytest.mark.parametrize(("value", "passed"), [(0.80, True), (0.78, True), (0.7799, False), (0.5, False), (0.9, True)])
def test_a_drop_beyond_the_tolerance_fails(run: Run, value: float, passed: bool) -> None:
    """With .80 accepted, a tolerance of .02 and no numbers of cases, .78 passes and less fails."""
    honest = run(Honest)
    recall = replace(honest.metrics["gold_quote_recall"], value=value)
    report = replace(honest, metrics=dict(honest.metrics) | {"gold_quote_recall": recall})
    accepted = make_baseline(honest)
    bound = accepted.metrics["gold_quote_recall"].model_copy(update={"value": 0.8})
    accepted = accepted.model_copy(update={"metrics": {"gold_quote_recall": bound}, "cases": {}})
    assert all_passed(check_gates(report, accepted)) is passed


def forgetful(*forgotten: str) -> type[Honest]:
    """An honest answerer that declines some questions."""

    class Forgetful(Honest):
        def reply(self, question: GoldenQuestion | None, mode: Mode) -> Answer:
            return super().reply(None if question and question.id in forgotten else question, mode)

    return Forgetful


@pytest.mark.parametrize(
    ("forgotten", "passed"), [(("t-1",), True), (("t-1", "t-2", "t-3", "t-4", "t-5", "t-6"), False)]
)
def test_only_a_drop_beyond_chance_fails(run: Run, forgotten: tuple[str, ...], passed: bool) -> None:
    """One of six questions lost can be chance, all of them cannot; the message tells the interval of the change."""
    gates = check_gates(run(forgetful(*forgotten)), make_baseline(run(Honest)))
    (gate,) = [gate for gate in gates if gate.metric == "gold_quote_recall"]
    assert gate.passed is passed
    assert f"{'within' if passed else 'beyond'} chance" in gate.message


def test_both_traces_of_a_flip_are_told(run: Run) -> None:
    """What the case came to then and now, with the places of its citations and no word of its texts."""
    before = {case.id: case for case in run(Honest).cases}
    after = {case.id: case for case in run(AlwaysDeclining).cases}
    then, now = traces_lines(before["t-4"], after["t-4"]).split("\n")[1:]
    assert then == "    then right answered score 0.900 [tarn-3 0-47 gold]"
    assert now == "    now  false_refusal insufficient_evidence score 0.100"


def test_lower_can_be_better(run: Run) -> None:
    """A false refusal rate that rises fails, one that falls passes."""
    honest, refusing = run(Honest), run(AlwaysDeclining)
    assert make_baseline(honest).metrics["false_refusal"].direction == "lower"
    gates = check_gates(honest, make_baseline(refusing))
    assert all(gate.passed for gate in gates if gate.metric == "false_refusal")


class TestBaselines:
    """The baseline's file."""

    def test_what_is_written_is_read(self, run: Run, tmp_path: Path) -> None:
        """A baseline survives its file, and speed is not part of it."""
        baseline = make_baseline(run(Honest))
        write_baseline(baseline, tmp_path / "new" / "baseline.json")
        assert read_baseline(tmp_path / "new" / "baseline.json") == baseline
        assert not any(name.startswith(("latency", "first_quote")) for name in baseline.metrics)

    def test_outcomes_alone_are_read(self, run: Run, tmp_path: Path) -> None:
        """As older baselines have them: flips are seen, and the tolerance decides alone."""
        honest = make_baseline(run(Honest))
        write_baseline(honest, tmp_path / "b.json")
        document = json.loads((tmp_path / "b.json").read_text())
        document["cases"] = honest.outcomes
        (tmp_path / "b.json").write_text(json.dumps(document))
        older = read_baseline(tmp_path / "b.json")
        assert older.outcomes == honest.outcomes
        assert not all_passed(check_gates(run(forgetful("t-1")), older))

    def test_a_report_is_a_baseline(self, run: Run, tmp_path: Path) -> None:
        """A stored report can be held against a run as it is."""
        honest = run(Honest)
        path = write_report(with_gates(honest, check_gates(honest)), tmp_path)
        assert read_baseline(path).metrics == make_baseline(honest).metrics

    def test_a_plain_table_is_a_baseline(self, tmp_path: Path) -> None:
        """Metrics with value, tolerance and direction are enough."""
        bound = {"value": 0.8, "tolerance": 0.05, "direction": "higher"}
        (tmp_path / "b.json").write_text(json.dumps({"gold_quote_recall": bound}))
        assert read_baseline(tmp_path / "b.json").metrics["gold_quote_recall"].tolerance == 0.05

    def test_accepting_again_keeps_tolerances_and_the_choice_of_metrics(self, run: Run) -> None:
        """What somebody set by hand stays; values and outcomes are the new run's."""
        first = make_baseline(run(Honest))
        bound = first.metrics["citation_precision"].model_copy(update={"tolerance": 0.3})
        chosen = first.model_copy(update={"metrics": {"citation_precision": bound}})
        again = make_baseline(run(CitingEverything), earlier=chosen)
        assert set(again.metrics) == {"citation_precision"}
        assert again.metrics["citation_precision"].tolerance == 0.3
        assert again.metrics["citation_precision"].value < 0.5

    @pytest.mark.parametrize(
        "content",
        [
            "{",
            "[]",
            '{"metrics": {"x": {"value": 1}}}',
            '{"x": {"value": 1, "tolerance": -1, "direction": "higher"}}',
            '{"x": {"value": NaN, "tolerance": 0, "direction": "higher"}}',
            '{"metrics": {}, "cases": []}',
        ],
    )
    def test_a_bad_file_is_named(self, tmp_path: Path, content: str) -> None:
        """What is no baseline is one line that names the file."""
        (tmp_path / "bad.json").write_text(content)
        with pytest.raises(BadReport, match=r"bad\.json") as caught:
            read_baseline(tmp_path / "bad.json")
        assert "\n" not in str(caught.value)

    def test_another_kind_of_run_is_refused(self, run: Run) -> None:
        """A baseline of another mode, half or sample is no measure."""
        baseline = make_baseline(run(Honest))
        with pytest.raises(WrongUsage, match="mode 'quotes', this run has 'answer'"):
            check_gates(run(Honest, mode="answer"), baseline)
        with pytest.raises(WrongUsage, match="split 'all', this run has 'dev'"):
            check_gates(run(Honest, split="dev"), baseline)
