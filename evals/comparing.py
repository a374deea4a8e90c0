"""Compares two reports case by case (pure)."""

from dataclasses import dataclass

from evals.errors import WrongUsage
from evals.gates import find_flips, outcomes
from evals.measures import measure_changes
from evals.types import Measured, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What changed from one report to another, over the cases that both have."""

    changes: dict[str, Measured]
    flips: tuple[tuple[str, str, str], ...]
    common: int
    only_before: int
    only_after: int


def compare_reports(before: Report, after: Report, *, seed: int = 0) -> Comparison:
    """The change of every metric with its paired bootstrap interval, and the cases whose outcome changed.

    Raises `WrongUsage` for reports of two suites, or of a ranking and of answers, or without a common case.
    """
    if before.suite != after.suite:
        raise WrongUsage(f"the reports are of two suites, {before.suite!r} and {after.suite!r}. Give two of one suite.")
    if (before.mode == "retrieval") != (after.mode == "retrieval"):
        raise WrongUsage(f"modes {before.mode!r} and {after.mode!r} have no metric in common. Give two of one mode.")
    old, new = outcomes(before), outcomes(after)
    common = old.keys() & new.keys()
    if not common:
        raise WrongUsage("the reports have no case in common. Give two runs over the same questions.")
    return Comparison(
        changes=measure_changes(before.cases, after.cases, seed=seed),
        flips=tuple(find_flips(old, new)),
        common=len(common),
        only_before=len(old) - len(common),
        only_after=len(new) - len(common),
    )
