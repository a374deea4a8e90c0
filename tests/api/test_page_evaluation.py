"""The page of the last evaluations, and the reports behind it."""

import json
import os
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.evaluations import DOCUMENT, PAGE, find_evaluations, read_page
from api.keys import KeyFile
from indexes.forgetting import EVALUATIONS
from tests.api.conftest import Client, Open
from tests.api.documents import check_problem

HTML = {"Accept": "text/html"}


def text_of(page: str) -> str:
    """What is read on the page."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def document(**changed: Any) -> dict[str, Any]:  # noqa: ANN401 - the fields of a report
    """A report as evaluations write it, some of its fields changed."""
    return {
        "suite": "own",
        "mode": "quotes",
        "settings": {"seed": 0},
        "index_build": "b_fake+0",
        "model": None,
        "n": 12,
        "metrics": {
            "gold_quote_recall": {"value": 0.75, "low": 0.5, "high": 0.9125, "n": 8},
            "citation_validity": {"value": 1.0, "low": 1.0, "high": 1.0, "n": 12},
            "latency_p50_ms": {"value": 1234.5, "low": None, "high": None, "n": 12},
            "aurc": {"value": None, "low": None, "high": None, "n": 0},
        },
        "cases": [{"id": "1"}],
        "gates": [
            {
                "metric": "citation_validity",
                "passed": True,
                "value": 1,
                "bound": 1,
                "direction": "min",
                "message": "ok",
            },
        ],
        **changed,
    }


def write(
    home: Path, name: str, told: object, *, page: str | None = "<h1>Every case</h1>", at: int = 1_900_000_000
) -> Path:
    """A report in its folder, written at a second of 2030."""
    folder = home / EVALUATIONS / name
    folder.mkdir(parents=True)
    path = folder / "report.json"
    path.write_text(told if isinstance(told, str) else json.dumps(told), encoding="utf-8")
    os.utime(path, (at, at))
    if page is not None:
        (folder / "report.html").write_text(page, encoding="utf-8")
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home of its own."""
    return tmp_path / "home"


@pytest.fixture
def service(open_client: Open, home: Path) -> Client:
    """A service over it."""
    return open_client(home=home)


def test_nothing_was_measured(service: Client) -> None:
    """Where nothing was measured the page says which commands do."""
    page = service.get("/evaluation")
    assert page.status_code == 200
    assert "python -m evals run seeds" in page.text
    assert "python -m evals run own --data DIR" in page.text


def test_figures(service: Client, home: Path) -> None:
    """Each report is shown with its day, its build, its metrics with intervals, and its gates; newest first."""
    write(home, "seeds-answer", document(suite="seeds", mode="answer", model="tiny", gates=[]), at=1_800_000_000)
    write(home, "own-quotes", document())
    said = text_of(service.get("/evaluation").text)
    assert said.index("own, quotes") < said.index("seeds, answer")
    for words in (
        *("12 questions, measured on 17 March 2030", "with build b_fake+0", "and tiny"),
        *("gold_quote_recall 0.750 0.500 to 0.912 8", "citation_validity 1.000", "latency_p50_ms 1,234", "aurc – 0"),
        *("The gate is passed", "2 more metrics"),
    ):
        assert words in said, words


def test_a_gate_that_failed(service: Client, home: Path) -> None:
    """A gate that failed is told in the words of the evaluation, which are no markup."""
    gate = {"metric": "x", "passed": False, "message": "x is <b>0.1</b>, below 0.2"}
    write(home, "own-quotes", document(gates=[gate, {**gate, "passed": True}]))
    page = service.get("/evaluation").text
    assert "1 gate of 2 failed" in text_of(page)
    assert "x is &lt;b&gt;0.1&lt;/b&gt;, below 0.2" in page


@pytest.mark.parametrize(
    "told",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 100_000,
        "{}",
        '{"suite": 1}',
        '{"suite": "own", "metrics": []}',
        "\x00",
        '"\\ud800"',
    ],
)
def test_a_damaged_report(service: Client, home: Path, told: str) -> None:
    """A report that cannot be read is named as such, and the others are shown."""
    write(home, "own-answer", told)
    write(home, "own-quotes", document())
    page = service.get("/evaluation")
    assert page.status_code == 200
    assert "This report cannot be read" in page.text
    assert "own, quotes" in page.text


def test_bytes_that_are_no_text(service: Client, home: Path) -> None:
    """A report of odd bytes is a damaged one."""
    (write(home, "own-quotes", "") / "report.json").write_bytes(b"\xff\xfe{")
    assert "This report cannot be read" in service.get("/evaluation").text


def test_a_report_is_read_again_when_it_changed(service: Client, home: Path) -> None:
    """A new run's figures are shown at once."""
    folder = write(home, "own-quotes", document())
    assert "12 questions" in service.get("/evaluation").text
    (folder / "report.json").write_text(json.dumps(document(n=13)), encoding="utf-8")
    assert "13 questions" in service.get("/evaluation").text


def test_the_report_itself(service: Client, home: Path) -> None:
    """The evaluation's page is served into a sandbox without the service's origin, is never kept, and loads nothing."""
    write(home, "own-quotes", document())
    response = service.get("/evaluation/own-quotes", headers=HTML)
    assert (response.status_code, response.text) == (200, "<h1>Every case</h1>")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    policy = response.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts; default-src 'none';")
    for never in ("allow-same-origin", "allow-forms", "connect-src", "'self'", "http"):
        assert never not in policy


@pytest.mark.parametrize(
    "name",
    ["own-answer", "..", "%2e%2e", "..%2f..%2fkeys.json", "own-quotes%2f..", "own-quotes%00", "reports", "x" * 5_000],
)
def test_names_come_from_the_listing(service: Client, home: Path, name: str) -> None:
    """Only a name that the listing has leads to a report; every other one is a 404, whatever it looks like."""
    write(home, "own-quotes", document())
    (home / "report.html").write_text("secret", encoding="utf-8")
    (home / EVALUATIONS.parent / "report.html").write_text("secret", encoding="utf-8")
    response = service.get(f"/evaluation/{name}")
    assert response.status_code == 404 or response.url.path == "/"  # a client leaves out dots by itself
    assert "secret" not in response.text


def test_links_and_strangers(home: Path, tmp_path: Path) -> None:
    """A link, a file, and a folder with another kind of name are no reports."""
    outside = write(tmp_path / "elsewhere", "own-quotes", document())
    (home / EVALUATIONS).mkdir(parents=True)
    (home / EVALUATIONS / "own-quotes").symlink_to(outside)
    (home / EVALUATIONS / "own-answer").write_text("{}", encoding="utf-8")
    write(home, "own quotes", document())
    write(home, "Own-quotes!", document())
    assert find_evaluations(home) == []
    assert read_page(home, "own-quotes") is None
    assert read_page(home, "own quotes") is None


def test_links_in_a_folder(home: Path, tmp_path: Path) -> None:
    """A report or a page that a link leads to is not read, wherever it leads."""
    outside = write(tmp_path / "elsewhere", "own-quotes", document())
    folder = home / EVALUATIONS / "own-quotes"
    folder.mkdir(parents=True)
    for name in (DOCUMENT, PAGE):
        (folder / name).symlink_to(outside / name)
    (found,) = find_evaluations(home)
    assert (found.document, found.has_page) == (None, False)
    assert read_page(home, "own-quotes") is None


def test_a_page_that_is_gone(service: Client, home: Path) -> None:
    """Figures without a page say why it is gone; asking for it is a 404."""
    write(home, "own-quotes", document(), page=None)
    page = service.get("/evaluation").text
    assert "Its page is gone" in page
    assert "data-report" not in page
    check_problem(service.get("/evaluation/own-quotes"), 404, "not-found")


def test_it_needs_a_key(open_client: Open, home: Path) -> None:
    """With keys neither the figures nor a report are for those without one."""
    write(home, "own-quotes", document())
    _, secret = KeyFile(home).add("desk", ["ask"])
    client = open_client(home=home)
    for path in ("/evaluation", "/evaluation/own-quotes"):
        check_problem(client.get(path), 401, "no-key")
        assert client.get(path, headers={"Authorization": f"Bearer {secret}"}).status_code == 200


@given(st.text(max_size=30))
def test_any_name(name: str) -> None:
    """No name leads out of the folder of the reports, or to an error."""
    assert read_page(Path("/nowhere"), name) is None
