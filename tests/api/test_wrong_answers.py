"""A reader says that an answer is wrong: what is kept of it, what is refused, and who may file it."""

import errno
import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.keys import KeyFile
from api.reporting import LONGEST_NOTE, WrongAnswer, _pattern
from api.wiring import Builds
from indexes.building import build_index
from indexes.complaints import CASES, FOLDER, MOST, SHARE, UNDECIDED, forget_reports, keep_report
from indexes.errors import NotKept
from indexes.settings import IndexSettings
from qa.settings import QaSettings
from tests.api.conftest import Client, Open
from tests.api.documents import check_problem
from tests.fakes.answering import ARTICLES
from tests.fakes.archive import RECORDS, write_records
from tests.fakes.changing import FakeArchive
from tests.fakes.encoders import HashingEncoder

HOSTILE = '</script><img src=x onerror=alert(1)>\u2028{{ 7*7 }}\n{"id": "r_forged"}'


def trace(**changed: Any) -> dict[str, Any]:  # noqa: ANN401 - the fields of a trace
    """The trace of an answer about the pump house; some of its fields, or of its question's, changed."""
    question: dict[str, Any] = {
        "text": "And what did it cost?",
        "mode": None,
        "limit": 10,
        "filters": {
            "outlets": [],
            "authors": [],
            "article_ids": [],
            "published_from": None,
            "published_to": None,
        },
        "history": [{"question": "When did the pump house reopen?", "answer": "On Monday."}],
        "reference_date": None,
    }
    question |= {name: changed.pop(name) for name in list(changed) if name in question}
    return {
        "id": "t_1",
        "created": "2031-01-01T00:00:00.000+00:00",
        "asker": None,
        "question": question,
        "read": {"text": "What did the repair of the pump house cost?", "parts": [], "outlets": [], "compares": False},
        "passages": [{"id": "pump-house:0", "article_id": "pump-house", "score": 1.0}],
        "candidates": {
            "cost": [
                {"article_id": "undated", "start": 0, "end": 9, "speaker": None, "score": 0.1 * n, "features": [n]}
                for n in range(5)
            ]
        },
        "status": "insufficient_evidence",
        "reason_code": "not_mentioned",
        "claims": [],
        "citations": [],
        "score": 0.2,
        "dropped": 0,
        "index_build": "b_fake+0",
        "model": None,
        "timings_ms": {"total": 3},
        **changed,
    }


RIGHT = {"trace_id": "t_1", "expected": "quote", "quote": "The repair cost 212,000 crowns.", "note": "It is there."}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home of its own."""
    return tmp_path / "home"


@pytest.fixture
def service(open_client: Open, opener: FakeArchive, home: Path) -> Client:
    """A service that has answered once."""
    opener.traces["t_1"] = trace()
    return open_client(home=home)


def kept(home: Path, name: str = CASES) -> list[dict[str, Any]]:
    """The reports in a file."""
    path = home / FOLDER / name
    return [json.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []


def test_the_right_words_become_a_case(service: Client, home: Path) -> None:
    """Right words become a golden question, as it was understood, with the article, the note and the trace beside it."""
    response = service.post("/page/wrong", json=RIGHT)
    assert response.status_code == 201, response.text
    filed = response.json()
    assert (filed["decided"], filed["why"]) == (True, None)
    (case,) = kept(home)
    assert case["id"] == filed["report"]
    assert (case["kind"], case["status"]) == ("reported", "answered")
    assert case["question"] == "What did the repair of the pump house cost?"
    assert (case["gold_quotes"], case["article_ids"]) == (["The repair cost 212,000 crowns."], ["pump-house"])
    assert (case["note"], case["reporter"]) == ("It is there.", None)
    assert case["trace"]["question"]["text"] == "And what did it cost?"
    assert [one["score"] for one in case["trace"]["candidates"]["cost"]] == [0.0, 0.1, 0.2]
    assert "features" not in json.dumps(case)
    assert kept(home, UNDECIDED) == []


def test_its_owner_alone_reads_it(service: Client, home: Path) -> None:
    """The folder and the file are their owner's alone, and no file that was being written is left."""
    service.post("/page/wrong", json=RIGHT)
    folder = home / FOLDER
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name for path in folder.iterdir()} <= {CASES, ".lock"}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in folder.iterdir())


@pytest.mark.parametrize(
    ("quote", "article", "stored"),
    [
        ("“We changed every valve — all forty of them,”", None, "We changed every valve — all forty of them,"),
        ('"we changed every valve"', None, None),
        ("  We changed\nevery   valve - all forty", "pump-house", "We changed every valve — all forty"),
        ('"It was one night," said Jon Reke.', "orchard/frost", "It was one night,” said Jon Reke."),
        ("lost a third of their apples to frost", None, "lost a third of their apples to frost"),
        ("lost a third of their apples to frost", "pump-house", None),
        ("ost a third of their app", None, "ost a third of their app"),
        ("Frost takes a third of the apples", None, None),
        (".* every valve .+", None, None),
    ],
)
def test_where_the_words_stand(
    service: Client, home: Path, quote: str, article: str | None, stored: str | None
) -> None:
    """Right words are looked for letter by letter, whatever kind of marks and white space; what is kept is the stored text."""
    body = {"trace_id": "t_1", "expected": "quote", "quote": quote} | ({"article_id": article} if article else {})
    response = service.post("/page/wrong", json=body)
    if stored is None:
        check_problem(response, 422, "quote-missing")
        assert kept(home) == []
    else:
        assert response.status_code == 201, response.text
        assert kept(home)[0]["gold_quotes"] == [stored]
        texts = {one.id: one.text for one in ARTICLES}
        assert all(stored in texts[one] for one in kept(home)[0]["article_ids"])


def test_declining_would_have_been_right(service: Client, home: Path) -> None:
    """Where the archive does not answer, the case says that declining is right."""
    assert service.post("/page/wrong", json={"trace_id": "t_1", "expected": "declined"}).status_code == 201
    (case,) = kept(home)
    assert case["status"] == "insufficient_evidence"
    assert "gold_quotes" not in case


@pytest.mark.parametrize("expected", [None, "unknown"])
def test_a_note_alone_waits_for_an_editor(service: Client, home: Path, expected: str | None) -> None:
    """Where nobody knows what is right, the report is kept where the suite does not read, and says what is missing."""
    body = {"trace_id": "t_1", "expected": expected, "note": "This is old news."}
    filed = service.post("/page/wrong", json=body).json()
    assert filed["decided"] is False
    assert "gold_quotes" in filed["why"]
    assert kept(home) == []
    (report,) = kept(home, UNDECIDED)
    assert "status" not in report
    assert (report["undecided"], report["note"]) == (filed["why"], "This is old news.")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"filters": {"outlets": ["Tarnby Post"]}}, "filters"),
        ({"filters": {"outlets": [], "published_from": "2031-01-01"}}, "filters"),
        ({"reference_date": "2031-01-01"}, "another day"),
    ],
)
def test_what_a_golden_question_cannot_say(
    service: Client, opener: FakeArchive, home: Path, changed: dict[str, Any], said: str
) -> None:
    """A question with filters, or asked as of another day, waits for an editor, with what the reader gave as right."""
    opener.traces["t_1"] = trace(**changed)
    filed = service.post("/page/wrong", json=RIGHT).json()
    assert filed["decided"] is False
    assert said in filed["why"]
    (report,) = kept(home, UNDECIDED)
    assert report["gold_quotes"] == [RIGHT["quote"]]


@pytest.mark.parametrize(
    ("changed", "slug", "status"),
    [
        ({"note": "x" * (LONGEST_NOTE + 1)}, "invalid-body", 422),
        ({"quote": "x y" * 500}, "invalid-body", 422),
        ({"quote": "valve"}, "invalid-body", 422),
        ({"quote": None}, "invalid-body", 422),
        ({"quote": "?? !!"}, "invalid-body", 422),
        ({"expected": "declined"}, "invalid-body", 422),
        ({"expected": "declined", "quote": None, "article_id": "pump-house"}, "invalid-body", 422),
        ({"expected": "maybe"}, "invalid-body", 422),
        ({"expected": None, "quote": None, "note": " \n"}, "invalid-body", 422),
        ({"question": "Another one?"}, "invalid-body", 422),
        ({"note": "half \ud800"}, "invalid-body", 422),
        ({"trace_id": ""}, "invalid-body", 422),
        ({"trace_id": "t_2"}, "unknown-answer", 404),
        ({"article_id": "../keys.json"}, "unknown-article", 404),
        ({"quote": "words that nobody wrote"}, "quote-missing", 422),
    ],
)
def test_what_is_refused(service: Client, home: Path, changed: dict[str, Any], slug: str, status: int) -> None:
    """What does not hold together, or stands nowhere, is refused with what is wrong, and nothing is kept."""
    body = {key: value for key, value in {**RIGHT, **changed}.items() if value is not None}
    response = service.post("/page/wrong", content=json.dumps(body), headers={"Content-Type": "application/json"})
    check_problem(response, status, slug)
    assert not (home / FOLDER).exists()


def test_pages_of_others_file_nothing(service: Client, home: Path) -> None:
    """A page of another site files nothing: neither as JSON from its origin, nor as a form."""
    foreign = service.post("/page/wrong", json=RIGHT, headers={"Origin": "https://evil.example"})
    check_problem(foreign, 403, "foreign-origin")
    check_problem(service.post("/page/wrong", data={"trace_id": "t_1"}), 415, "unsupported-media-type")
    assert not (home / FOLDER).exists()


def test_for_the_one_who_asked(service: Client, opener: FakeArchive, home: Path) -> None:
    """The key that asked may file, and `admin`; to another key the answer does not exist, and without one it is a 401."""
    keys = KeyFile(home)
    (asker, mine), (_, other), (editor, admin) = (
        keys.add("a", ["ask"]),
        keys.add("b", ["ask"]),
        keys.add("c", ["admin"]),
    )
    opener.traces["t_1"] = trace(asker=asker.id)

    def file(secret: str, **changed: str) -> Any:  # noqa: ANN401 - a response of the test client
        return service.post("/page/wrong", json=RIGHT | changed, headers={"Authorization": f"Bearer {secret}"})

    check_problem(service.post("/page/wrong", json=RIGHT), 401, "no-key")
    check_problem(file(other), 404, "unknown-answer")
    assert file(mine).status_code == 201
    assert file(admin, note="I agree.").status_code == 201
    assert [case["reporter"] for case in kept(home)] == [asker.id, editor.id]


def test_hostile_words_stay_words(service: Client, home: Path, logs: list[dict[str, Any]]) -> None:
    """Whatever a note holds, it is one line of JSON and no other report; nothing of it is logged."""
    assert service.post("/page/wrong", json=RIGHT | {"note": HOSTILE}).status_code == 201
    (case,) = kept(home)
    assert case["note"] == HOSTILE
    said = repr(logs)
    assert case["id"] in said
    for word in ("onerror", "forged", "crowns", "pump house"):
        assert word not in said


def test_filed_twice(service: Client, home: Path) -> None:
    """The same report again, also at the same time, is one case; other words about the same answer are another."""
    with ThreadPoolExecutor(4) as pool:
        filed = list(pool.map(lambda _: service.post("/page/wrong", json=RIGHT).json()["report"], range(4)))
    assert len(set(filed)) == len(kept(home)) == 1
    service.post("/page/wrong", json=RIGHT | {"note": "Another."})
    assert len(kept(home)) == 2


def test_many_at_once(service: Client, home: Path) -> None:
    """Of reports that come at the same time none is lost."""
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda number: service.post("/page/wrong", json=RIGHT | {"note": f"{number}"}), range(12)))
    assert sorted(int(case["note"]) for case in kept(home)) == list(range(12))


def test_what_an_editor_wrote_stays(service: Client, home: Path) -> None:
    """Lines that an editor wrote, also such as are no JSON, are kept as they are; a last one without its end gets one."""
    (home / FOLDER).mkdir(parents=True)
    (home / FOLDER / CASES).write_bytes(b'{"id":   "by hand"}\n# later\xff\n{"id": "r_2"}')
    service.post("/page/wrong", json=RIGHT)
    lines = (home / FOLDER / CASES).read_bytes().split(b"\n")
    assert lines[:3] == [b'{"id":   "by hand"}', b"# later\xff", b'{"id": "r_2"}']
    assert json.loads(lines[3])["kind"] == "reported"


def test_no_more_than_so_many(service: Client, home: Path) -> None:
    """When the file is full the report is refused, and the file stays as it was."""
    (home / FOLDER).mkdir(parents=True)
    full = "".join(f'{{"id": "r_{number}"}}\n' for number in range(MOST))
    (home / FOLDER / CASES).write_text(full, encoding="utf-8")
    document = check_problem(service.post("/page/wrong", json=RIGHT), 507, "report-not-kept")
    assert CASES in document["detail"]
    assert (home / FOLDER / CASES).read_text(encoding="utf-8") == full


def test_a_share_for_each_key(home: Path) -> None:
    """Who has filed as many as one key may waits for an editor; others, and those without a key, still file."""
    (home / FOLDER).mkdir(parents=True)
    own = "".join(f'{{"id": "r_{number}", "reporter": "k_1"}}\n' for number in range(SHARE))
    (home / FOLDER / CASES).write_text(own + '{"id": "of another", "note": "k_1"}\n[1]\nk_1\n', encoding="utf-8")
    with pytest.raises(NotKept, match="1,000 reports of this key wait"):
        keep_report(home, {"id": "r_new", "reporter": "k_1"}, decided=True)
    keep_report(home, {"id": "r_new", "reporter": "k_1"}, decided=False)
    keep_report(home, {"id": "r_other", "reporter": "k_2"}, decided=True)
    keep_report(home, {"id": "r_nobody", "reporter": None}, decided=True)
    lines = (home / FOLDER / CASES).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines[-2:]] == ["r_other", "r_nobody"]


def test_whole_words_come_first() -> None:
    """Words that also stand inside others are found where they are whole."""
    text = "The piano moreover stood still, and there was no more of it."
    match = _pattern("“no more ” ", whole=True).search(text)
    assert match is not None
    assert match.start() == text.index("no more of it")
    assert _pattern("no more", whole=True).search("The piano moreover stood still.") is None
    assert _pattern("no more").search("The piano moreover stood still.") is not None


def test_a_disk_that_refuses(service: Client, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk is full the reader is told that nothing is kept, without a path, and the file stays as it was."""
    service.post("/page/wrong", json=RIGHT)
    before = (home / FOLDER / CASES).read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    response = service.post("/page/wrong", json=RIGHT | {"note": "Another."})
    document = check_problem(response, 507, "report-not-kept")
    assert "No space left" in document["detail"]
    assert str(home) not in response.text
    assert (home / FOLDER / CASES).read_bytes() == before
    assert {path.name for path in (home / FOLDER).iterdir()} <= {CASES, ".lock"}


def test_a_long_conversation(service: Client, opener: FakeArchive, home: Path) -> None:
    """A conversation too long to be kept is left out, which the report tells; the question as understood stays."""
    opener.traces["t_1"] = trace(history=[{"question": "Why?", "answer": "x" * 20_000}] * 10)
    assert service.post("/page/wrong", json=RIGHT).status_code == 201
    (case,) = kept(home)
    assert (case["trace"]["question"]["history"], case["trace"]["question"]["history_left_out"]) == ([], True)


def test_a_report_too_long(home: Path) -> None:
    """A report of more bytes than are kept is refused, whatever it is made of."""
    with pytest.raises(NotKept, match="bytes"):
        keep_report(home, {"id": "r_1", "note": "x" * 70_000}, decided=True)


def test_without_an_index(open_client: Open, opener: FakeArchive, home: Path) -> None:
    """Without an index nothing can be looked up, which is said."""
    opener.traces["t_1"] = trace()
    opener.mark = None
    check_problem(open_client(home=home).post("/page/wrong", json=RIGHT), 503, "no-index")


@given(st.sampled_from(ARTICLES), st.integers(0, 200), st.integers(2, 200), st.sampled_from([" ", "\n", "  \t"]))
def test_words_of_an_article_are_found(article: Any, start: int, length: int, space: str) -> None:  # noqa: ANN401
    """Whatever is copied from a text is found in it, also with other white space."""
    copied = article.text[start : start + length].strip("“”’ ")
    if len(copied.split()) < 2:
        return
    match = _pattern(space.join(copied.split())).search(article.text)
    assert match is not None
    assert match[0].split() == copied.split()


@given(st.text(max_size=300))
def test_any_quote(quote: str) -> None:
    """Whatever is given as right words is no pattern: it is refused, or found only where it stands."""
    try:
        told = WrongAnswer(trace_id="t", expected="quote", quote=quote)
    except ValueError:
        return
    match = _pattern(told.quote or "").search(quote)
    assert match is not None


def test_forgetting_by_name_and_by_words(home: Path) -> None:
    """A report goes with an article that it names anywhere, or that it has seven words in a row of; others stay."""
    text = "The heron stood on one leg, as herons do, and looked at the miller."
    reports: list[dict[str, Any]] = [
        {"trace": {"citations": [{"article_id": "heron"}]}},
        {"article_ids": ["mill", "heron"]},
        {"note": "It says “stood on ONE leg as herons do and looked”."},
        {"trace": {"question": {"history": [{"answer": "the heron stood on one leg"}]}}},
        {"note": "heron"},
        {"note": "herons do"},
    ]
    for number, fields in enumerate(reports):
        keep_report(home, {"id": f"r_{number}", **fields}, decided=bool(number % 2))
    assert forget_reports(home, ["heron"], [text]) == 4
    assert [one["id"] for one in (*kept(home), *kept(home, UNDECIDED))] == ["r_3", "r_5"]


@pytest.mark.encoder
def test_an_article_that_is_deleted_meanwhile(home: Path) -> None:
    """A report that was under way when its article was deleted goes when the build is let go that it looked in."""
    index = IndexSettings(home=home)
    records = write_records(home.parent / "archive.jsonl", RECORDS)
    build_index([records], settings=index, encoder=HashingEncoder())
    builds = Builds(index, QaSettings(), model=None, model_state="off")
    builds._encoder = HashingEncoder()
    opened = builds.open()
    builds.delete("ferry")
    for report, article in (("r_ferry", "ferry"), ("r_fair", "fair")):
        keep_report(home, {"id": report, "article_ids": [article]}, decided=True)
    opened.close()
    assert [case["id"] for case in kept(home)] == ["r_fair"]
