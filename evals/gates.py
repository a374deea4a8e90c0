"""Holds a run against hard floors and an accepted baseline (pure, but for reading and writing the baseline's file)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from evals.errors import BadReport, WrongUsage
from evals.measures import BETTER, measure_changes
from evals.reports import case_json, parse_report, read_json
from evals.tables import format_value
from evals.types import GOOD_OUTCOMES, STEPS, Case, Direction, Gate, Measured, Report

HARD: dict[str, float] = {"citation_validity": 1.0, "attribution_errors": 0.0}
"""Bounds that no baseline can loosen, held wherever the metric is measured."""

TOLERANCES = {"answer": 0.1, "quotes": 0.02, "retrieval": 0.02, "extraction": 0.005}
"""What a metric may lose before its gate fails, where the baseline does not say: the LLM is not the same twice."""

UNGATED = (
    "latency_",
    "first_quote_",
    *(f"{step}_p" for step in STEPS),
    "prompt_tokens_",
    "majority_floor",
    "closed_book_",
    "judge_",
    "citations_per_claim",
)
"""Not accepted into a new baseline: they depend on the machine, or say nothing about the answers."""

ROUNDING = 5e-5
"""Accepted values are stored with four digits: what rounding took must not fail a gate."""

SAME = ("suite", "mode", "split", "limit", "seed", "retriever", "leave_out")

SEED = 0
"""Of the intervals of changes: the same run fails the same gates."""


class Bound(BaseModel):
    """An accepted value of a metric and how far a run may fall behind it."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    value: float
    tolerance: float = Field(ge=0)
    direction: Direction


class Baseline(BaseModel):
    """The accepted values; `run` says of what kind of run, `data` of what data, `cases` what each one came to then.

    A case that is given by its outcome alone, as older baselines have it, counts for no interval.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    run: dict[str, str | int | None] = Field(default_factory=dict)
    data: str | None = None
    metrics: dict[str, Bound]
    cases: dict[str, Case] = Field(default_factory=dict)

    @field_validator("cases", mode="before")
    @classmethod
    def _read_outcomes(cls, cases: object) -> object:
        if not isinstance(cases, dict):
            return cases
        return {
            key: {"id": key, "kind": "", "expected": "answered", "outcome": case} if isinstance(case, str) else case
            for key, case in cases.items()
        }

    @property
    def outcomes(self) -> dict[str, str]:
        """The outcome of each case, by id."""
        return {key: case.outcome for key, case in self.cases.items()}


def read_baseline(path: Path) -> Baseline:
    """An accepted baseline, plain `{metric: {value, tolerance, direction}}` or a stored report. Raises `BadReport`."""
    document = read_json(path)
    if isinstance(document.get("cases"), list):
        return make_baseline(parse_report(path, document))
    try:
        return Baseline.model_validate(document if "metrics" in document else {"metrics": document})
    except ValidationError as error:
        problem = error.errors()[0]
        field = ".".join(map(str, problem["loc"]))
        message = (
            f"{path}: field {field!r}: {problem['msg']}. Write a new one with `python -m evals run … --accept FILE`."
        )
        raise BadReport(message) from error


def make_baseline(report: Report, *, earlier: Baseline | None = None) -> Baseline:
    """The baseline that accepts a run. An earlier one keeps its choice of metrics and its tolerances."""
    kept = earlier.metrics if earlier else {}
    names = [
        name for name in report.metrics if (name in kept if kept else name not in HARD and not name.startswith(UNGATED))
    ]
    return Baseline(
        run=_kind(report),
        data=report.settings.get("data"),
        metrics={
            name: Bound(
                value=round(report.metrics[name].value, 4),
                tolerance=kept[name].tolerance if name in kept else TOLERANCES[report.mode],
                direction=kept[name].direction if name in kept else BETTER[name],
            )
            for name in names
        },
        cases={
            case.id: replace(case, wall_ms=None, first_quote_ms=None, steps_ms={}, prompt_tokens=None)
            for case in report.cases
        },
    )


def write_baseline(baseline: Baseline, path: Path) -> None:
    """Write the baseline as JSON, one metric and one case a line."""
    document: dict[str, Any] = baseline.model_dump()
    document["cases"] = {key: case_json(case) for key, case in baseline.cases.items()}
    lines = []
    for key, value in document.items():
        if isinstance(value, dict) and key != "run":
            items = ",\n".join(f"  {json.dumps(name)}: {json.dumps(item)}" for name, item in value.items())
            lines.append(f' "{key}": {{\n{items}\n }}')
        else:
            lines.append(f' "{key}": {json.dumps(value)}')
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def check_gates(report: Report, baseline: Baseline | None = None) -> tuple[Gate, ...]:
    """The hard floors, that no case failed, and each of the baseline's bounds.

    A gate of the baseline fails on a drop that is beyond the tolerance and beyond chance: the paired bootstrap interval
    of the change, over the cases that both have, leaves out 0. Where the baseline has no numbers of cases the tolerance
    decides alone. A metric that the baseline holds and the run did not measure fails its gate. Raises `WrongUsage` where
    the baseline is of another kind of run.
    """
    failed = [case.id for case in report.cases if case.outcome == "error"]
    gates = [
        Gate(
            metric="errors",
            passed=not failed,
            value=float(len(failed)),
            bound=0.0,
            direction="lower",
            message=f"{len(failed)} cases failed: {', '.join(failed)}" if failed else "no case failed",
        )
    ]
    gates += [
        _gate(report, name, bound=bound, direction=BETTER[name], why="the hard bound")
        for name, bound in HARD.items()
        if name in report.metrics
    ]
    if baseline is None:
        return tuple(gates)
    _check_kind(report, baseline)
    held = []
    for name, accepted in baseline.metrics.items():
        sign = -1 if accepted.direction == "higher" else 1
        why = f"accepted {format_value(accepted.value)}, tolerance {accepted.tolerance:g}: the bound"
        bound = accepted.value + sign * accepted.tolerance
        held.append(_gate(report, name, bound=bound, direction=accepted.direction, why=why))
    if all_passed(held):
        return (*gates, *held)
    changes = measure_changes(tuple(baseline.cases.values()), report.cases, seed=SEED)
    return (*gates, *(_excused(gate, changes.get(gate.metric)) for gate in held))


def _excused(gate: Gate, change: Measured | None) -> Gate:
    """A gate that failed on a drop which may be chance, as passed; both say how far the change can be relied on."""
    if gate.passed or gate.value is None or change is None:
        return gate
    told = f"{gate.message}; changed by {change.value:+.3f}, 95 % interval {change.low:+.3f} to {change.high:+.3f}"
    certain = change.high < 0 if gate.direction == "higher" else change.low > 0
    return replace(gate, passed=not certain, message=f"{told}: {'beyond' if certain else 'within'} chance")


def find_flips(before: Mapping[str, str], after: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """The cases whose outcome changed: (id, before, after), those that became bad first, in the order of `before`."""
    flips = [(key, old, after[key]) for key, old in before.items() if key in after and after[key] != old]
    return sorted(flips, key=lambda flip: (flip[2] in GOOD_OUTCOMES, flip[1] not in GOOD_OUTCOMES))


def outcomes(report: Report) -> dict[str, str]:
    """The outcome of each case, by id."""
    return {case.id: case.outcome for case in report.cases}


def all_passed(gates: Sequence[Gate]) -> bool:
    """Whether no gate failed."""
    return all(gate.passed for gate in gates)


def with_gates(report: Report, checked: Sequence[Gate]) -> Report:
    """The report with its gates."""
    return replace(report, gates=tuple(checked))


def _gate(report: Report, name: str, *, bound: float, direction: Direction, why: str) -> Gate:
    measured = report.metrics.get(name)
    if measured is None:
        return Gate(
            metric=name,
            passed=False,
            value=None,
            bound=bound,
            direction=direction,
            message=f"not measured: no case counts for it ({why} is {format_value(bound)})",
        )
    margin = 0.0 if name in HARD else ROUNDING
    passed = measured.value >= bound - margin if direction == "higher" else measured.value <= bound + margin
    sign = "≥" if direction == "higher" else "≤"
    message = f"{format_value(measured.value)} ({why} is {sign} {format_value(bound)})"
    return Gate(metric=name, passed=passed, value=measured.value, bound=bound, direction=direction, message=message)


def _kind(report: Report) -> dict[str, str | int | None]:
    known = {**report.settings, "suite": report.suite, "mode": report.mode}
    return {name: known.get(name) for name in SAME}


def _check_kind(report: Report, baseline: Baseline) -> None:
    now = _kind(report)
    other = [name for name, value in baseline.run.items() if now.get(name) != value]
    if other:
        name = other[0]
        message = f"the baseline was accepted with {name} {baseline.run[name]!r}, this run has {now.get(name)!r}."
        raise WrongUsage(f"{message} Run the same, or accept another baseline with --accept.")
