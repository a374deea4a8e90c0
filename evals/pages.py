"""Writes a report as one self-contained web page."""

from pathlib import Path

from evals.tables import format_value
from evals.types import GOOD_OUTCOMES, Report

TEMPLATE = "report.html.jinja"


def render_page(report: Report) -> str:
    """The page; everything that comes from data is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("evals", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["value"] = format_value
    return environment.get_template(TEMPLATE).render(report=report, good=GOOD_OUTCOMES)


def write_page(report: Report, folder: Path) -> Path:
    """Write `report.html` into the folder; its path."""
    path = folder / "report.html"
    path.write_text(render_page(report), encoding="utf-8")
    return path
