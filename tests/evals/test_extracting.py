"""The extraction suite: pages and labels are read, articles are scored, and reports hold no text."""

import gzip
import io
import json
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from evals.__main__ import main
from evals.errors import BadData, WrongUsage
from evals.extracting import choose_pages, measure_halves, page_report, score_pages
from evals.suites.article_extraction import (
    ARCHIVE,
    LABELS,
    LabelledPage,
    PageData,
    half_of,
    headline_hash,
    read_article_extraction,
    read_labels,
)

STORY = [
    "The mill at Upper Tarn closes in May, its owner told the council of the village on Monday evening.",
    "The river has beaten us, she said, after the third flood in two years had stopped the great wheel again.",
    "The bakery of the village buys its flour there and has not found another mill that grinds rye for it.",
]
PAGE = (
    '<html><head><meta property="article:published_time" content="2024-03-01"><title>Mill closes</title></head>'
    "<body><article><h1>Mill closes</h1>" + "".join(f"<p>{line}</p>" for line in STORY) + "</article></body></html>"
)


def labelled(
    page_id: str = "a", *, content: str = PAGE, days: tuple[str, ...] | None = ("2024-03-01",)
) -> LabelledPage:
    """A page with its labels."""
    return LabelledPage(
        id=page_id,
        content=content.encode(),
        true_text="\n\n".join(STORY),
        split=half_of(page_id),
        headline=headline_hash("Mill Closes"),
        days=days,
    )


def write_data(folder: Path, *, packed: bool) -> None:
    """The benchmark's files: one page, as an archive or unpacked."""
    files = {
        "./ground-truth.json": json.dumps({"a": {"articleBody": "\n\n".join(STORY), "url": "x"}}).encode(),
        "./html/a.html.gz": gzip.compress(PAGE.encode()),
    }
    if packed:
        with tarfile.open(folder / ARCHIVE, "w:gz") as archive:
            for name, content in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        return
    (folder / "html").mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)


def shares(page: LabelledPage) -> dict[str, float]:
    """What a page adds to each metric."""
    (case,) = score_pages([page])
    return {name: share.part for name, share in case.shares.items()}


def test_a_page_that_is_read_well() -> None:
    """Text, headline and day are held against the labels."""
    assert shares(labelled()) == {
        "pages_without_text": 0,
        "extraction_precision": 1,
        "extraction_recall": 1,
        "headline_accuracy": 1,
        "date_accuracy": 1,
    }


@pytest.mark.parametrize(
    ("days", "content", "right"),
    [
        (("2024-03-02",), PAGE, 0),
        (("2024-02-29", "2024-03-01"), PAGE, 1),
        ((), PAGE, 0),
        ((), PAGE.replace("2024-03-01", ""), 1),
        (("2024-03-01",), PAGE.replace("2024-03-01", ""), 0),
    ],
)
def test_days(days: tuple[str, ...], content: str, right: int) -> None:
    """A day is right that the page gives; where it gives none, no day is."""
    assert shares(labelled(content=content, days=days))["date_accuracy"] == right


def test_a_page_without_text() -> None:
    """A page that no article comes of has no precision, a recall of 0, and neither headline nor day."""
    (case,) = score_pages([labelled(content="<html><body></body></html>")])
    assert case.outcome == "no_text"
    assert case.error == "UnreadableSource"
    assert "extraction_precision" not in case.shares
    assert case.shares["extraction_recall"].part == 0
    assert case.shares["pages_without_text"].part == 1
    assert case.shares["headline_accuracy"].part == 0


def test_the_report() -> None:
    """F1 is that of the averages, each half is measured by itself, and no word of a page is in the report."""
    empty = labelled("b", content="<html><body></body></html>")
    data = PageData(pages=(labelled(), empty), fingerprint="f")
    cases = score_pages(data.pages)
    report = page_report(data, cases, split="all", limit=None, seed=0)
    assert report.metrics["extraction_precision"].value == 1
    assert report.metrics["extraction_recall"].value == 0.5
    assert report.metrics["extraction_f1"].value == pytest.approx(2 / 3)
    assert "mill" not in repr(report).casefold()
    halves = measure_halves(cases, seed=0)
    assert sum(metrics["pages_without_text"].n for metrics in halves.values()) == 2


def test_choosing() -> None:
    """Pages are chosen by half and number; none is a mistake in the call."""
    pages = tuple(replace(labelled(name), split="dev") for name in "abc")
    data = PageData(pages=pages, fingerprint="f")
    assert choose_pages(data, split="dev", limit=2) == pages[:2]
    with pytest.raises(WrongUsage, match="held_out"):
        choose_pages(data, split="held_out", limit=None)


@pytest.mark.parametrize("packed", [True, False])
def test_reading(packed: bool, tmp_path: Path) -> None:
    """Archive and unpacked folder give the same pages; a label is found by the page's id."""
    write_data(tmp_path, packed=packed)
    labels = tmp_path / "labels.jsonl"
    labels.write_text(json.dumps({"page": "a", "headline": headline_hash("Mill closes"), "days": ["2024-03-01"]}))
    (page,) = read_article_extraction(tmp_path, labels=labels).pages
    assert page == labelled()


@pytest.mark.parametrize(
    "truth", ["[]", "{}", '{"a": 1}', '{"a": {"articleBody": 1}}', "{", '{"b": {"articleBody": "x"}}']
)
def test_damaged_data(truth: str, tmp_path: Path) -> None:
    """Data that are not the benchmark's are refused by name."""
    write_data(tmp_path, packed=False)
    (tmp_path / "ground-truth.json").write_text(truth)
    with pytest.raises(BadData, match="again from"):
        read_article_extraction(tmp_path)


def test_damaged_archive(tmp_path: Path) -> None:
    """A damaged archive is refused by name."""
    (tmp_path / ARCHIVE).write_bytes(b"no archive")
    with pytest.raises(BadData, match="cannot be read"):
        read_article_extraction(tmp_path)


def test_the_sample_is_of_both_halves() -> None:
    """Forty pages are labelled, twenty of each half."""
    halves = [half_of(page_id) for page_id in read_labels(LABELS)]
    assert (halves.count("dev"), halves.count("held_out")) == (20, 20)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`run article_extraction` prints the metrics and both halves, and writes its reports; it takes no mode."""
    write_data(tmp_path, packed=True)
    run = ["run", "article_extraction", "--data", str(tmp_path), "--out", str(tmp_path / "out")]
    assert main(run) == 0
    shown = capsys.readouterr().out
    assert "extraction_f1" in shown
    assert "latency_max_ms" in shown
    assert half_of("a") in shown
    assert "mill" not in (tmp_path / "out" / "report.json").read_text().casefold()
    assert main([*run, "--mode", "quotes"]) == 2
    assert main(["list"]) == 0
    assert "article_extraction: " in capsys.readouterr().out
