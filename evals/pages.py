"""Writes a report as one self-contained web page."""

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from evals.calibration import risk_coverage_curve
from evals.measures import BETTER, measure_cases
from evals.plots import Drawing, interval_bar, latency_plot, risk_coverage_plot, stacked_bar
from evals.showing import OUTCOMES, show_cases
from evals.tables import format_value
from evals.types import GOOD_OUTCOMES, PERCENTS, STEPS, Measured, Report, Story

TEMPLATE = "report.html.jinja"
STYLE, SCRIPT = "report.css", "report.js"

HEADLINES = (
    *("gold_quote_recall", "citation_validity", "citation_recall", "citation_precision", "article_recall"),
    *("answer_cited", "exact_match", "token_f1", "contains", "majority_floor", "closed_book_contains"),
    *("refusal_recall", "false_refusal", "balanced_accuracy", "attribution_errors", "conflict_flagged"),
    *("any_hit@4", "any_hit@10", "fact_recall@10", "all_facts@10", "mrr@10", "ndcg@10", "recall@10"),
    *("extraction_f1", "headline_accuracy", "date_accuracy", "pages_without_text"),
)
"""The metrics shown first, and for each kind of question; the page folds the others away."""

RESAMPLES = 200
"""Draws for the intervals of a kind: they are looked at, no gate hangs on them."""

KINDS = 30
"""Kinds shown at most, the most frequent first."""

COVERAGES = (25, 50, 75, 100)


def render_page(
    report: Report, stories: Mapping[str, Story] = MappingProxyType({}), *, written: date | None = None
) -> str:
    """The page, with the stories of its cases by id; everything that comes from data is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("evals", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["value"] = format_value
    bounds = {gate.metric: gate.bound for gate in report.gates}
    style, script = (files("evals").joinpath("templates", name).read_text(encoding="utf-8") for name in (STYLE, SCRIPT))
    return environment.get_template(TEMPLATE).render(
        report=report,
        written=written,
        style=Drawing(style),
        style_hash=_hash(style),
        script=Drawing(script),
        script_hash=_hash(script),
        better=BETTER,
        bar=lambda name, metric: _bar(name, metric, bounds.get(name)),
        headlines={name: report.metrics[name] for name in HEADLINES if name in report.metrics},
        shown=show_cases(report.cases, stories, mode=report.mode),
        percents=PERCENTS,
        **_overview(report),
        **_plots(report),
    )


def write_page(report: Report, folder: Path, stories: Mapping[str, Story] = MappingProxyType({})) -> Path:
    """Write `report.html` into the folder; its path."""
    path = folder / "report.html"
    path.write_text(render_page(report, stories, written=date.today()), encoding="utf-8")  # noqa: DTZ011 - the reader's own day
    return path


def measure_kinds(report: Report) -> dict[str, dict[str, Measured]]:
    """The headline metrics of each kind of question, the most frequent kinds first."""
    seed = report.settings.get("seed")
    seed = seed if isinstance(seed, int) else 0
    kinds = Counter(case.kind for case in report.cases)
    found = {}
    for kind, _ in kinds.most_common(KINDS):
        cases = [case for case in report.cases if case.kind == kind]
        measured = measure_cases(cases, seed=seed, resamples=RESAMPLES)
        found[kind] = {name: measured[name] for name in HEADLINES if name in measured}
    return found


def _overview(report: Report) -> dict[str, Any]:
    kinds = measure_kinds(report)
    counts = Counter(case.outcome for case in report.cases)
    order = sorted(counts, key=lambda name: (name not in GOOD_OUTCOMES, -counts[name], name))
    steps = {
        step: [report.metrics.get(f"{step}_p{percent}_ms") for percent in PERCENTS]
        for step in ("latency", *STEPS)
        if f"{step}_p50_ms" in report.metrics
    }
    return {
        "kinds": kinds,
        "kind_names": [name for name in HEADLINES if any(name in measured for measured in kinds.values())],
        "kind_counts": Counter(case.kind for case in report.cases),
        "kind_good": Counter(case.kind for case in report.cases if case.outcome in GOOD_OUTCOMES),
        "outcomes": [(name, counts[name], name in GOOD_OUTCOMES, OUTCOMES.get(name, "")) for name in order],
        "outcome_bar": stacked_bar([(name, counts[name], name in GOOD_OUTCOMES) for name in order]),
        "settings": {name: value for name, value in report.settings.items() if value not in (None, False)},
        "steps": steps,
    }


def _plots(report: Report) -> dict[str, Any]:
    """The two plots, None where no case has what they need, and in words what they show."""
    scored = [(case.score, case.right) for case in report.cases if case.score is not None and case.right is not None]
    scores, right = (np.array([pair[side] for pair in scored], dtype=np.float64) for side in (0, 1))
    risks = risk_coverage_curve(scores, right)
    times = np.array([case.wall_ms for case in report.cases if case.wall_ms is not None and not case.error])
    at = [(percent, float(risks[-(-percent * len(risks) // 100) - 1])) for percent in COVERAGES] if len(risks) else []
    return {
        "area": float(np.mean(risks)) if len(risks) else None,
        "risks": at,
        "risk_plot": risk_coverage_plot(risks, label="Risk-coverage curve"),
        "latency_plot": latency_plot(times, label="How many questions took how long"),
        "timed": len(times),
    }


def _bar(name: str, metric: Measured, bound: float | None) -> Drawing | str:
    """The bar of a metric that is a share; nothing for milliseconds, tokens and numbers above 1."""
    if name.endswith("_ms") or max(metric.value, metric.high) > 1:
        return ""
    return interval_bar(metric.value, metric.low, metric.high, bound=bound)


def _hash(text: str) -> str:
    """What a Content-Security-Policy calls an inline script or style sheet."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
