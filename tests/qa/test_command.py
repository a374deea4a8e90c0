"""The command `python -m qa`: one answer on the terminal or as JSON, and how it exits."""

import json
from pathlib import Path

import pytest

from indexes.building import build_index
from qa.__main__ import main
from tests.fakes.archive import RECORDS, settings_at, write_records

pytestmark = pytest.mark.encoder

ABOUT_RIVER = "What did Edda Crane say about the river?"


@pytest.fixture(scope="module", name="home")
def fixture_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an index of the little archive."""
    home = tmp_path_factory.mktemp("home")
    build_index((write_records(home / "archive.jsonl"),), settings=settings_at(home))
    return home


@pytest.fixture(autouse=True)
def _settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_HOME", str(home))
    monkeypatch.setenv("DATELINE_LLM", "quotes")


def test_an_answer_as_a_reader_sees_it(capsys: pytest.CaptureFixture[str]) -> None:
    """The quote, who says it, where and when, and its offsets."""
    assert main([ABOUT_RIVER]) == 0
    out = capsys.readouterr().out
    assert "[1] " in out
    assert "“The river has beaten us,” owner Edda Crane said on Monday." in out
    assert "Edda Crane; Mill at Upper Tarn to close · Tarn Post · 2031-03-02 (stated) · mill-1 " in out


def test_an_answer_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Each citation's offsets lead to its quote in the article."""
    assert main([ABOUT_RIVER, "--json", "--mode", "quotes"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["status"] == "answered"
    texts = {record.get("id"): record["text"] for record in RECORDS}
    for citation in document["citations"]:
        text = texts[citation["article"]["id"]]
        assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_other_printings_stand_below_a_citation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A story of three outlets is cited once, from the earliest; the others' outlets and days follow, or their titles."""
    text = RECORDS[0]["text"] + " " + " ".join(f"Sack {place} went to baker {place * 3}." for place in range(30))
    days = {"Tarn Post": "2031-03-03", "Velle Courier": "2031-03-02"}
    records: list[dict[str, str]] = [
        {"id": outlet, "title": "Mill", "text": f"{outlet}. {text}", "outlet": outlet, "published": day}
        for outlet, day in days.items()
    ]
    records.append({"id": "undated", "title": "Mill to close", "text": f"{text} The end."})
    build_index((write_records(tmp_path / "archive.jsonl", records),), settings=settings_at(tmp_path))
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path))
    assert main([ABOUT_RIVER]) == 0
    out = capsys.readouterr().out
    assert out.count("The river has beaten us") == 1
    assert " · Velle Courier · 2031-03-02 (stated)" in out
    assert "\n    also: Tarn Post (2031-03-03), Mill to close (no date)" in out
    assert main([ABOUT_RIVER, "--json"]) == 0
    also = json.loads(capsys.readouterr().out)["citations"][0]["also"]
    assert [one["id"] for one in also] == ["Tarn Post", "undated"]
    assert list(also[0]) == ["id", "title", "outlet", "published", "published_basis", "url"]


def test_a_declined_question_is_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    """The reason stands first."""
    assert main(["What did Ada Vind say about dragons?"]) == 0
    assert capsys.readouterr().out.startswith("Declined (")


@pytest.mark.parametrize(
    "filters", [("--outlet", "Velle Courier"), ("--from", "2031-03-03"), ("--to", "2031-03-01")], ids=str
)
def test_filters_leave_articles_out(filters: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """An outlet and days, as over HTTP."""
    assert main([ABOUT_RIVER, *filters]) == 0
    assert "mill-1" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "problem", "code"),
    [
        ((" ",), "the question is empty", 2),
        (("x" * 2001,), "2,001 characters", 2),
        ((ABOUT_RIVER, "--mode", "answer"), "no language model", 1),
    ],
)
def test_what_cannot_be_answered_fails(
    arguments: tuple[str, ...], problem: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line on standard error, which says what to do."""
    assert main(arguments) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert problem in captured.err
    assert captured.err.startswith("dateline: ")
    assert captured.err.count("\n") == 1


def test_no_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What to run is said; with --debug the traceback too."""
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path))
    assert main([ABOUT_RIVER, "--debug"]) == 1
    err = capsys.readouterr().err
    assert "Traceback" in err
    assert "python -m indexes build" in err


@pytest.mark.parametrize("arguments", [(), (ABOUT_RIVER, "--from", "May 10"), (ABOUT_RIVER, "--mode", "dream")])
def test_wrong_usage(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 and the usage."""
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert "usage: python -m qa" in capsys.readouterr().err
