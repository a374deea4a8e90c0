"""The metrics of a run: how each is reduced from its cases to a value with an interval (pure)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from evals.calibration import calibration_error, risk_coverage_area
from evals.intervals import RESAMPLES, Reduce, Rows, measure, measure_difference
from evals.types import PERCENTS, STEPS, Case, Direction, Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A metric: the numbers that a case adds (None: it does not count), and how rows of them become one value.

    `absent` are the numbers of a case that counts in only one of two reports that are compared; None leaves it out.
    """

    name: str
    better: Direction
    numbers: Callable[[Case], tuple[float, ...] | None]
    reduce: Reduce
    absent: tuple[float, ...] | None = None


def ratio(rows: Rows) -> Rows:
    """The sum of parts over the sum of wholes; nan where nothing counts."""
    parts, wholes = rows[..., 0].sum(axis=1), rows[..., 1].sum(axis=1)
    values: Rows = np.divide(parts, wholes, out=np.full_like(parts, np.nan), where=wholes > 0)
    return values


def balance(rows: Rows) -> Rows:
    """The mean of refusal recall and 1 - false refusal; rows are (declined, answerable)."""
    refused, answerable = rows[..., 0], rows[..., 1]
    recall = ratio(np.stack([refused * (1 - answerable), 1 - answerable], axis=-1))
    false = ratio(np.stack([refused * answerable, answerable], axis=-1))
    return (recall + 1 - false) / 2


def harmonic(rows: Rows) -> Rows:
    """The harmonic mean of two ratios; rows are (part, whole) of the one and (part, whole) of the other."""
    one, other = ratio(rows[..., :2]), ratio(rows[..., 2:])
    total = one + other
    values: Rows = np.divide(2 * one * other, total, out=np.zeros_like(total), where=total > 0)
    return values


def percentile(rows: Rows, *, percent: float) -> Rows:
    """A percentile, linear between the two nearest cases."""
    return np.asarray(np.percentile(rows[..., 0], percent, axis=1))


def by_resample(rows: Rows, *, curve: Callable[[Rows, Rows], float]) -> Rows:
    """A function of scores and outcomes, for each resample."""
    return np.array([curve(each[:, 0], each[:, 1]) for each in rows])


def _share(case: Case, *, name: str) -> tuple[float, ...] | None:
    share = case.shares.get(name)
    return None if share is None or not share.whole else (float(share.part), float(share.whole))


def _precision_and_recall(case: Case) -> tuple[float, ...] | None:
    """The two sides of both shares; (0, 0) for one that does not count."""
    shares = (case.shares.get("extraction_precision"), case.shares.get("extraction_recall"))
    if shares == (None, None):
        return None
    return tuple(number for share in shares for number in ((share.part, share.whole) if share else (0.0, 0.0)))


def _scored(case: Case) -> tuple[float, ...] | None:
    return None if case.score is None or case.right is None else (case.score, float(case.right))


def _declined(case: Case) -> tuple[float, ...] | None:
    return None if case.status is None else (float(case.status == "insufficient_evidence"), float(case.answerable))


def _number(case: Case, *, read: Callable[[Case], float | None]) -> tuple[float, ...] | None:
    value = read(case)
    return None if value is None or case.error else (float(value),)


def _wall_ms(case: Case) -> float | None:
    return case.wall_ms


def _step_ms(case: Case, *, step: str) -> float | None:
    return case.steps_ms.get(step)


def _page_ms(case: Case) -> tuple[float, ...] | None:
    return _number(case, read=_wall_ms) if case.kind == "page" else None


def _of_share(name: str, better: Direction = "higher") -> Measure:
    return Measure(name=name, better=better, numbers=partial(_share, name=name), reduce=ratio, absent=(0.0, 0.0))


def _of_number(name: str, read: Callable[[Case], float | None], percent: float) -> Measure:
    return Measure(
        name=name, better="lower", numbers=partial(_number, read=read), reduce=partial(percentile, percent=percent)
    )


MEASURES: tuple[Measure, ...] = (
    *(
        _of_share(f"{name}@{depth}")
        for depth in ("4", "10", "6000c")
        for name in ("any_hit", "fact_recall", "all_facts")
    ),
    _of_share("mrr@10"),
    _of_share("map@10"),
    _of_share("ndcg@10"),
    _of_share("recall@10"),
    _of_share("article_mrr@10"),
    _of_share("citation_validity"),
    _of_share("gold_quote_recall"),
    _of_share("citation_recall"),
    _of_share("citation_precision"),
    _of_share("citations_per_claim", "lower"),
    _of_share("article_recall"),
    _of_share("article_precision"),
    _of_share("answer_cited"),
    _of_share("exact_match"),
    _of_share("token_f1"),
    _of_share("contains"),
    _of_share("majority_floor"),
    *(_of_share(f"closed_book_{name}") for name in ("exact_match", "token_f1", "contains")),
    _of_share("judge_faithfulness"),
    _of_share("judge_relevancy"),
    _of_share("refusal_recall"),
    _of_share("false_refusal", "lower"),
    Measure(name="balanced_accuracy", better="higher", numbers=_declined, reduce=balance),
    Measure(name="aurc", better="lower", numbers=_scored, reduce=partial(by_resample, curve=risk_coverage_area)),
    Measure(
        name="calibration_error", better="lower", numbers=_scored, reduce=partial(by_resample, curve=calibration_error)
    ),
    _of_share("attribution_errors", "lower"),
    _of_share("conflict_flagged"),
    _of_share("extraction_precision"),
    _of_share("extraction_recall"),
    Measure(
        name="extraction_f1",
        better="higher",
        numbers=_precision_and_recall,
        reduce=harmonic,
        absent=(0.0, 0.0, 0.0, 0.0),
    ),
    _of_share("pages_without_text", "lower"),
    _of_share("headline_accuracy"),
    _of_share("date_accuracy"),
    *(_of_number(f"latency_p{percent}_ms", _wall_ms, percent) for percent in PERCENTS),
    Measure(name="latency_max_ms", better="lower", numbers=_page_ms, reduce=partial(percentile, percent=100)),
    _of_number("first_quote_p50_ms", lambda case: case.first_quote_ms, 50),
    *(
        _of_number(f"{step}_p{percent}_ms", partial(_step_ms, step=step), percent)
        for step in STEPS
        for percent in PERCENTS
    ),
    _of_number("prompt_tokens_p50", lambda case: case.prompt_tokens, 50),
)
BETTER: dict[str, Direction] = {each.name: each.better for each in MEASURES}


def measure_cases(cases: Sequence[Case], *, seed: int, resamples: int = RESAMPLES) -> dict[str, Measured]:
    """Every metric that has a case to count, in the order of the contract's table. Failed cases count for none."""
    found: dict[str, Measured] = {}
    for each in MEASURES:
        rows = [numbers for numbers in map(each.numbers, cases) if numbers is not None]
        measured = measure(
            np.array(rows, dtype=np.float64), each.reduce, name=each.name, seed=seed, resamples=resamples
        )
        if measured is not None:
            found[each.name] = measured
    return found


def measure_changes(
    before: Sequence[Case], after: Sequence[Case], *, seed: int, resamples: int = RESAMPLES
) -> dict[str, Measured]:
    """For every metric the change between two runs over the cases that both have, with its paired interval."""
    others = {case.id: case for case in after}
    pairs = [(case, others[case.id]) for case in before if case.id in others]
    found: dict[str, Measured] = {}
    for each in MEASURES:
        rows = [(each.numbers(old), each.numbers(new)) for old, new in pairs]
        kept = [(old or each.absent, new or each.absent) for old, new in rows if old is not None or new is not None]
        both = [(old, new) for old, new in kept if old is not None and new is not None]
        olds, news = (np.array([pair[side] for pair in both], dtype=np.float64) for side in (0, 1))
        change = measure_difference(olds, news, each.reduce, name=each.name, seed=seed, resamples=resamples)
        if change is not None:
            found[each.name] = change
    return found
