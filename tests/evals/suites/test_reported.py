"""What readers filed over HTTP is a folder of data for the suite `own`."""

import json
from pathlib import Path

from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import ApiSettings
from evals.__main__ import main
from evals.suites.own import read_own
from indexes.complaints import FOLDER
from tests.api.test_wrong_answers import RIGHT, trace
from tests.evals.world import Opening
from tests.fakes.answering import SharedWordsAnswerer
from tests.fakes.changing import FakeArchive


def file(home: Path) -> None:
    """Three reports of one answer: the right words, that nothing answers, and a note that nobody can score."""
    archive = FakeArchive(SharedWordsAnswerer())
    archive.traces["t_1"] = trace()
    with TestClient(create_app(archive, ApiSettings(home=home)), base_url="http://localhost") as client:
        for body in (
            RIGHT,
            {"trace_id": "t_1", "expected": "declined", "note": 'No. {"status": "answered"}\n\u2028'},
            {"trace_id": "t_1", "expected": "unknown", "note": "Odd."},
        ):
            assert client.post("/page/wrong", json=body).status_code == 201


def test_filed_reports_are_golden_questions(tmp_path: Path) -> None:
    """The suite reads what was filed as it is; what is undecided is not among it."""
    file(tmp_path)
    data = read_own(tmp_path / FOLDER)
    assert [(one.kind, one.status) for one in data.questions] == [
        ("reported", "answered"),
        ("reported", "insufficient_evidence"),
    ]
    assert data.questions[0].gold_quotes == ("The repair cost 212,000 crowns.",)
    assert data.questions[0].article_ids == ("pump-house",)
    assert {one.text for one in data.questions} == {"What did the repair of the pump house cost?"}


def test_the_suite_runs_on_what_was_filed(tmp_path: Path) -> None:
    """`python -m evals run own` on the folder ends well, with a case for each decided report."""
    file(tmp_path)
    arguments = ["run", "own", "--data", str(tmp_path / FOLDER), "--mode", "quotes", "--out", str(tmp_path / "out")]
    assert main(arguments, opener=Opening()) == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert (report["suite"], report["n"]) == ("own", 2)
    assert {case["kind"] for case in report["cases"]} == {"reported"}


def test_an_editor_decides(tmp_path: Path) -> None:
    """A report that waits becomes a case when `status` is added and its line is moved; its other fields do no harm."""
    file(tmp_path)
    folder = tmp_path / FOLDER
    (line,) = (folder / "undecided.jsonl").read_text(encoding="utf-8").splitlines()
    decided = json.loads(line) | {"status": "insufficient_evidence"}
    with (folder / "questions.jsonl").open("a", encoding="utf-8") as cases:
        cases.write(json.dumps(decided) + "\n")
    assert len(read_own(folder).questions) == 3
