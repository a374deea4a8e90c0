"""Tests of the pictures of a report's page."""

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from evals.calibration import risk_coverage_area, risk_coverage_curve
from evals.plots import (
    BAR_WIDTH,
    BINS,
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    STACK_WIDTH,
    TOP,
    WIDTH,
    Drawing,
    interval_bar,
    latency_plot,
    risk_coverage_plot,
    stacked_bar,
)


def parse(drawing: Drawing | None) -> ET.Element:
    """The drawing's tree: it is well-formed."""
    assert drawing is not None
    return ET.fromstring(drawing.markup)  # noqa: S314 - drawn by ourselves


def of_class(drawing: Drawing | None, name: str) -> list[ET.Element]:
    """The elements of a class."""
    return [each for each in parse(drawing).iter() if each.get("class") == name]


class TestRiskCoverage:
    """The risk-coverage curve."""

    def test_the_curve_by_hand(self) -> None:
        """Right, wrong, right by falling score: risks 0, 1/2, 1/3; their mean is the area."""
        scores, right = np.array([0.1, 0.9, 0.5]), np.array([1.0, 1.0, 0.0])
        curve = risk_coverage_curve(scores, right)
        assert curve == pytest.approx([0, 1 / 2, 1 / 3])
        assert curve.mean() == pytest.approx(risk_coverage_area(scores, right))

    def test_points_lie_where_the_values_are(self) -> None:
        """The line ends at coverage 1; a risk of the axis's top value lies at the top, 0 at the bottom."""
        (line,) = of_class(risk_coverage_plot(np.array([0.0, 0.5]), label="risk"), "curve")
        points = [tuple(map(float, pair.split(","))) for pair in line.get("points", "").split()]
        floor = HEIGHT - BOTTOM
        assert points == [(LEFT, floor), ((LEFT + WIDTH - RIGHT) / 2, floor), (WIDTH - RIGHT, TOP)]

    def test_an_axis_fits_its_values(self) -> None:
        """Small risks get a small axis, whole ones the whole."""
        for risk, top in ((0.0, "5 %"), (0.07, "10 %"), (0.2, "20 %"), (1.0, "100 %")):
            labels = {each.text for each in of_class(risk_coverage_plot(np.array([risk]), label="risk"), "label")}
            assert top in labels

    def test_nothing_is_drawn_of_nothing(self) -> None:
        """No cases, no picture."""
        empty = np.array([])
        assert risk_coverage_plot(risk_coverage_curve(empty, empty), label="risk") is None


class TestLatency:
    """The latency plot."""

    def test_percentiles_are_marked(self) -> None:
        """The percentiles p50, p90 and p99 are told, in the order of their places."""
        plot = latency_plot(np.arange(1.0, 102.0), label="time")
        assert [each.text for each in of_class(plot, "marked")] == ["p50 51 ms", "p90 91 ms", "p99 100 ms"]
        places = [float(each.get("x1", "nan")) for each in of_class(plot, "mark")]
        assert places == sorted(places)

    def test_columns_are_as_high_as_their_counts(self) -> None:
        """Three fast cases and one slow one: two columns, the second a third as high."""
        columns = of_class(latency_plot(np.array([10.0, 10.0, 10.0, 900.0]), label="time"), "column")
        heights = [float(each.get("height", "nan")) for each in columns]
        assert heights == pytest.approx([HEIGHT - TOP - BOTTOM, (HEIGHT - TOP - BOTTOM) / 3], abs=0.01)

    @pytest.mark.parametrize("times", [[5.0], [0.0, 0.0], [1.0, 1.0, 1.0], [0.001, 3_600_000.0], [1000.0, 2000.0]])
    def test_any_times_lie_inside_the_picture(self, times: list[float]) -> None:
        """One case, none that took time, equal ones, an hour: every column and mark is within the axes."""
        plot = latency_plot(np.array(times), label="time")
        for column in of_class(plot, "column"):
            assert LEFT <= float(column.get("x", "nan")) <= WIDTH - RIGHT
        for mark in of_class(plot, "mark"):
            assert LEFT <= float(mark.get("x1", "nan")) <= WIDTH - RIGHT
        assert 1 <= len(of_class(plot, "column")) <= BINS

    def test_nothing_is_drawn_of_nothing(self) -> None:
        """No times, no picture."""
        assert latency_plot(np.array([]), label="time") is None


class TestBars:
    """The small bars."""

    def test_an_interval_lies_at_its_numbers(self) -> None:
        """Dot, interval and bound are in the scale of 0 to 1; what is beyond is drawn at the edge."""
        bar = interval_bar(0.5, 0.25, 1.5, bound=0.75)
        (dot,), (interval,), (bound,) = (of_class(bar, name) for name in ("dot", "interval", "bound"))
        assert float(dot.get("cx", "nan")) == BAR_WIDTH / 2
        assert float(interval.get("x", "nan")) == BAR_WIDTH / 4
        assert float(interval.get("width", "nan")) == BAR_WIDTH * 3 / 4
        assert float(bound.get("x1", "nan")) == BAR_WIDTH * 3 / 4
        assert not of_class(interval_bar(0.5, 0.25, 1), "bound")

    def test_outcomes_share_the_width(self) -> None:
        """Three good of four begin at 0, the bad one at three quarters."""
        bar = stacked_bar([("right", 3, True), ("wrong", 1, False)])
        (good,), (bad,) = of_class(bar, "good-part"), of_class(bar, "bad-part")
        assert float(good.get("x", "nan")) == 0
        assert float(bad.get("x", "nan")) == STACK_WIDTH * 3 / 4
        assert stacked_bar([]) is None

    def test_texts_are_escaped(self) -> None:
        """Names and labels are text, whatever they hold."""
        evil = "<img src=x onerror=alert(1)>\"'&"
        for drawing in (stacked_bar([(evil, 1, True)]), risk_coverage_plot(np.array([0.5]), label=evil)):
            assert drawing is not None
            assert not re.search("<img", drawing.markup)
            assert {each.tag for each in parse(drawing).iter()} & {"img"} == set()
            assert drawing.__html__() == drawing.markup
