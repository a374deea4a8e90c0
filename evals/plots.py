"""Draws the pictures of a report's page as inline SVG (pure).

Colours are classes that the page's style sheet fills in, so that one drawing serves light, dark and paper.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from evals.types import PERCENTS

WIDTH, HEIGHT = 400, 244
LEFT, RIGHT, TOP, BOTTOM = 40, 12, 48, 36
BAR_WIDTH, BAR_HEIGHT = 160, 14
STACK_WIDTH, STACK_HEIGHT = 1000, 22
BINS = 24
ROW = 14
LEAST_MS = 0.01
"""Where the logarithmic axis begins at the earliest."""
_STEPS = (1, 2, 5)
_NICE_RISKS = (0.05, 0.1, 0.2, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Drawing:
    """Markup that was drawn here, every text in it escaped: a template writes it as it stands."""

    markup: str

    def __html__(self) -> str:
        """What a template that escapes asks for."""
        return self.markup


def interval_bar(value: float, low: float, high: float, *, bound: float | None = None) -> Drawing:
    """A value between 0 and 1 as a dot on its interval, and where its gate's bound lies; the numbers stand beside it."""
    left, right = (_clip(each) * BAR_WIDTH for each in (low, high))
    parts = [
        _element("rect", kind="track", x=0, y=5, width=BAR_WIDTH, height=4, rx=2),
        _element("rect", kind="interval", x=left, y=3, width=max(right - left, 1), height=8, rx=2),
    ]
    if bound is not None:
        at = _clip(bound) * BAR_WIDTH
        parts.append(_element("line", kind="bound", x1=at, x2=at, y1=0, y2=BAR_HEIGHT))
    parts.append(_element("circle", kind="dot", cx=_clip(value) * BAR_WIDTH, cy=7, r=4))
    box = f"-5 0 {BAR_WIDTH + 10} {BAR_HEIGHT}"
    return Drawing(_element("svg", *parts, kind="bar", viewBox=box, aria_hidden="true"))


def stacked_bar(parts: Sequence[tuple[str, int, bool]]) -> Drawing | None:
    """How many of all are what: (name, count, whether that is good), in order; None where nothing is counted."""
    total = sum(count for _, count, _ in parts)
    if not total:
        return None
    starts = accumulate((count for _, count, _ in parts), initial=0)
    rows = [
        _element(
            "rect",
            _element("title", escape(f"{name}: {count}")),
            kind="good-part" if good else "bad-part",
            x=STACK_WIDTH * start / total,
            y=0,
            width=max(STACK_WIDTH * count / total - 2, 1),
            height=STACK_HEIGHT,
        )
        for (name, count, good), start in zip(parts, starts, strict=False)
    ]
    box = f"0 0 {STACK_WIDTH} {STACK_HEIGHT}"
    return Drawing(_element("svg", *rows, kind="stack", viewBox=box, preserveAspectRatio="none", aria_hidden="true"))


def risk_coverage_plot(risks: NDArray[np.float64], *, label: str) -> Drawing | None:
    """The risk at each coverage 1/n … 1, with the area below it; None where there are no cases."""
    if not len(risks):
        return None
    top = next(each for each in _NICE_RISKS if each >= min(float(np.max(risks)), 1.0) - 1e-9)
    coverages = np.arange(1, len(risks) + 1) / len(risks)
    corners = [(_x(0), _y(float(risks[0]) / top))]
    corners += [(_x(float(at)), _y(float(risk) / top)) for at, risk in zip(coverages, risks, strict=True)]
    line = " ".join(f"{_number(x)},{_number(y)}" for x, y in corners)
    floor = f"{_number(_x(1))},{_number(_y(0))} {_number(_x(0))},{_number(_y(0))}"
    parts = [
        *(mark for share in (0, 0.5, 1) for mark in _across(share, f"{100 * share * top:g} %")),
        *(_below(share, f"{100 * share:g} %") for share in (0, 0.25, 0.5, 0.75, 1)),
        _element("polygon", kind="area", points=f"{line} {floor}"),
        _element("polyline", kind="curve", points=line),
        _element("circle", kind="dot", cx=corners[-1][0], cy=corners[-1][1], r=4),
        _text("share of the questions answered, surest first", x=_x(0.5), y=HEIGHT - 3, anchor="middle"),
        _text("wrong among them", x=2, y=TOP - 16, anchor="start"),
    ]
    return _plot(parts, label)


def latency_plot(times_ms: NDArray[np.float64], *, label: str) -> Drawing | None:
    """How many cases took how long, on a logarithmic axis, with percentiles marked; None where there are no cases."""
    if not len(times_ms):
        return None
    times = np.maximum(times_ms, LEAST_MS)
    low, high = _decades(float(times.min()), float(times.max()))
    edges = np.geomspace(low, high, BINS + 1)
    edges[0], edges[-1] = low, high
    counts, _ = np.histogram(times, bins=edges)
    span = np.log(high / low)
    bars = [
        _element(
            "rect",
            kind="column",
            x=_x(number / BINS) + 0.5,
            y=_y(count / counts.max()),
            width=(WIDTH - LEFT - RIGHT) / BINS - 1,
            height=_y(0) - _y(count / counts.max()),
        )
        for number, count in enumerate(counts)
        if count
    ]
    marks = []
    for row, percent in enumerate(PERCENTS):
        value = float(np.percentile(times_ms, percent))
        share = float(np.log(max(value, LEAST_MS) / low) / span)
        at, middle = _x(share), share > 1 / 2
        marks.append(_element("line", kind="mark", x1=at, x2=at, y1=ROW * row + 2, y2=_y(0)))
        marks.append(
            _text(
                f"p{percent} {_milliseconds(value)}",
                x=at - 4 if middle else at + 4,
                y=ROW * row + 12,
                anchor="end" if middle else "start",
                kind="marked",
            )
        )
    halves = (0, 1) if counts.max() % 2 else (0, 0.5, 1)
    parts = [
        *(mark for share in halves for mark in _across(share, f"{share * counts.max():g}")),
        *bars,
        *(_below(float(np.log(tick / low) / span), _milliseconds(tick)) for tick in _ticks(low, high)),
        *marks,
        _text("time for a question (logarithmic)", x=_x(0.5), y=HEIGHT - 3, anchor="middle"),
    ]
    return _plot(parts, label)


def _plot(parts: Sequence[str], label: str) -> Drawing:
    return Drawing(_element("svg", *parts, kind="plot", viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label=label))


def _decades(low: float, high: float) -> tuple[float, float]:
    """The nearest 1, 2 or 5 times a power of ten on either side, never the same."""
    steps = [step * 10.0**power for power in range(-3, 9) for step in _STEPS]
    first = max((step for step in steps if step <= low), default=steps[0])
    last = min((step for step in steps if step >= high and step > first), default=max(high, steps[-1]))
    return first, last


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers from low to high; only powers of ten where there would be many."""
    many = np.log10(high / low) > len(_STEPS)
    ticks = [step * 10.0**power for power in range(-3, 9) for step in (_STEPS[:1] if many else _STEPS)]
    return [tick for tick in ticks if low <= tick * (1 + 1e-9) and tick <= high * (1 + 1e-9)]


def _milliseconds(value: float) -> str:
    return f"{value / 1000:.3g} s" if value >= 1000 else f"{value:.3g} ms"  # noqa: PLR2004 - a thousand is a second


def _across(share: float, text: str) -> tuple[str, str]:
    """A line across the plot at a share of its height, with what it stands for."""
    at = _y(share)
    return (
        _element("line", kind="grid", x1=LEFT, x2=WIDTH - RIGHT, y1=at, y2=at),
        _text(text, x=LEFT - 5, y=at + 4, anchor="end"),
    )


def _below(share: float, text: str) -> str:
    anchor = "end" if share > 0.97 else "middle"  # noqa: PLR2004 - the last label would be cut at the edge
    return _text(text, x=_x(share) + (RIGHT if anchor == "end" else 0), y=HEIGHT - BOTTOM + 15, anchor=anchor)


def _x(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _clip(value: float) -> float:
    return min(max(value, 0.0), 1.0)


def _text(text: str, *, x: float, y: float, anchor: str, kind: str = "label") -> str:
    return _element("text", escape(text), kind=kind, x=x, y=y, text_anchor=anchor)


def _element(name: str, *inner: str, kind: str = "", **attributes: float | str) -> str:
    """An element with a class; `inner` is markup, values of attributes are escaped here."""
    named = {"class": kind, **attributes} if kind else attributes
    written = "".join(
        f' {key.replace("_", "-")}="{escape(value) if isinstance(value, str) else _number(value)}"'
        for key, value in named.items()
    )
    return f"<{name}{written}>{''.join(inner)}</{name}>"


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
