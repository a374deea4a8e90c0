"""Writes metrics, gates and comparisons as plain text tables."""

from collections.abc import Mapping, Sequence

from evals.measures import BETTER
from evals.types import GOOD_OUTCOMES, Case, Gate, Measured, Report, Split

LARGE = 10


def format_value(value: float) -> str:
    """Three decimals for shares, one for milliseconds and tokens."""
    return f"{value:.1f}" if abs(value) >= LARGE else f"{value:.3f}"


def format_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns under their headings: the first to the left, the others to the right."""
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]
    lines = []
    for row in (header, ["-" * width for width in widths], *rows):
        others = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        lines.append("  ".join((row[0].ljust(widths[0]), *others)).rstrip())
    return "\n".join(lines)


def metrics_table(report: Report) -> str:
    """One line for each metric."""
    rows = [(name, *_numbers(metric), str(metric.n)) for name, metric in report.metrics.items()]
    return format_table(("metric", "value", "low", "high", "cases"), rows)


def beside_table(ours: Mapping[str, Measured], theirs: Mapping[str, Measured]) -> str:
    """Both values of each metric and the first divided by the second."""
    rows = [
        (
            name,
            format_value(ours[name].value),
            format_value(other.value),
            format_value(ours[name].value / other.value) if other.value else "",
        )
        for name, other in theirs.items()
        if name in ours
    ]
    return format_table(("metric", "ours", "theirs", "ratio"), rows)


def halves_table(halves: Mapping[Split, Mapping[str, Measured]], names: Sequence[str]) -> str:
    """Some metrics of each half, a line for each."""
    rows = [
        (half, *(format_value(metrics[name].value) if name in metrics else "" for name in names))
        for half, metrics in halves.items()
    ]
    return format_table(("half", *names), rows)


def outcomes_line(cases: Sequence[Case]) -> str:
    """How many cases ended how, good outcomes first."""
    counts: dict[str, int] = {}
    for case in cases:
        counts[case.outcome] = counts.get(case.outcome, 0) + 1
    order = sorted(counts, key=lambda name: (name not in GOOD_OUTCOMES, -counts[name], name))
    return ", ".join(f"{counts[name]} {name}" for name in order)


def gates_lines(gates: Sequence[Gate]) -> str:
    """One line for each gate."""
    return "\n".join(f"{'passed' if gate.passed else 'FAILED'}  {gate.metric}: {gate.message}" for gate in gates)


def comparison_table(before: Report, after: Report, changes: dict[str, Measured]) -> str:
    """Both values of each metric and the change over the cases of both reports; `*` where it is beyond chance."""
    rows = []
    for name in dict.fromkeys((*before.metrics, *after.metrics)):
        change = changes.get(name)
        values = [format_value(side.metrics[name].value) if name in side.metrics else "" for side in (before, after)]
        rows.append((name, *values, *(_change(name, change) if change else ("", "", "", ""))))
    return format_table(("metric", "A", "B", "B - A", "low", "high", ""), rows)


def flips_lines(flips: Sequence[tuple[str, str, str]]) -> str:
    """One line for each case whose outcome changed."""
    return "\n".join(f"  {key}: {old} → {new}" for key, old, new in flips)


def traces_lines(before: Case, after: Case) -> str:
    """Both traces of a case: status, gate's score and where its citations are; no text."""
    return f"  {after.id}\n    then {_trace(before)}\n    now  {_trace(after)}"


def _trace(case: Case) -> str:
    """What a case came to, on one line."""
    told = [case.outcome, case.status or "", f"({case.reason_code})" if case.reason_code else ""]
    told.append("" if case.score is None else f"score {format_value(case.score)}")
    spans = ", ".join(
        f"{span.article_id} {span.start}-{span.end}{''.join(f' {flag}' for flag in span.flags)}" for span in case.spans
    )
    return " ".join(part for part in (*told, f"[{spans}]" if spans else "") if part)


def _numbers(metric: Measured) -> tuple[str, str, str]:
    return format_value(metric.value), format_value(metric.low), format_value(metric.high)


def _change(name: str, change: Measured) -> tuple[str, str, str, str]:
    certain = change.low > 0 or change.high < 0
    better = (change.value > 0) == (BETTER[name] == "higher")
    return *_numbers(change), ("better *" if better else "worse *") if certain else ""
