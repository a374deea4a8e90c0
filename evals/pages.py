"""Writes a report as one self-contained web page."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from evals.tables import format_value
from evals.types import GOOD_OUTCOMES, Report, Story

TEMPLATE = "report.html.jinja"


def render_page(report: Report, stories: Mapping[str, Story] = MappingProxyType({})) -> str:
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
    return environment.get_template(TEMPLATE).render(report=report, stories=stories, good=GOOD_OUTCOMES)


def write_page(report: Report, folder: Path, stories: Mapping[str, Story] = MappingProxyType({})) -> Path:
    """Write `report.html` into the folder; its path."""
    path = folder / "report.html"
    path.write_text(render_page(report, stories), encoding="utf-8")
    return path
