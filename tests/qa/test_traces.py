"""Each answer's trace is kept, found again by its id, and holds no article's text."""

import json
import re
import sqlite3
import threading
from contextlib import closing
from contextvars import copy_context
from pathlib import Path

import pytest

from indexes.types import Article
from qa.askers import asked_by
from qa.citations import cite
from qa.evidence import Candidate, Features
from qa.question import read_question
from qa.selecting import as_evidence
from qa.traces import KEPT, Traces, new_trace_id, read_trace
from qa.types import Answer, Claim, Question

TEXT = "The pump house at Tarnby reopened on Monday. Forty valves were changed by the engineers."
ARTICLE = Article(id="pump-house", title="Pump house reopens", text=TEXT)
CANDIDATE = Candidate(article=ARTICLE, start=0, end=44, speaker=None, features=Features(cover_rest=0.5), score=0.9)
QUESTION = Question(text="When did the pump house reopen?")


def answered(trace_id: str) -> Answer:
    """An answer with one citation."""
    citations, _ = cite([as_evidence(CANDIDATE)])
    return Answer(
        status="answered",
        mode="quotes",
        claims=(Claim(text="On Monday.", citations=(1,)),),
        citations=citations,
        index_build="b_x+0",
        trace_id=trace_id,
        score=0.9,
    )


def record(traces: Traces, trace_id: str) -> None:
    """Keep one trace."""
    traces.record(answered(trace_id), QUESTION, read_question(QUESTION.text), {QUESTION.text: [CANDIDATE]})


def test_a_trace_is_found_again(tmp_path: Path) -> None:
    """A trace holds the question, what was understood, the candidates with their features, and the answer."""
    traces = Traces(tmp_path / "home" / "traces.sqlite")
    record(traces, "t_1")
    trace = traces.find("t_1")
    traces.close()
    assert trace is not None
    assert trace["question"]["text"] == QUESTION.text
    assert trace["read"]["parts"][0]["kind"] == "when"
    assert trace["status"] == "answered"
    assert trace["index_build"] == "b_x+0"
    assert trace["citations"][0]["article_id"] == ARTICLE.id
    kept = trace["candidates"][QUESTION.text][0]
    assert (kept["article_id"], kept["start"], kept["end"]) == (ARTICLE.id, 0, 44)
    assert kept["features"] == CANDIDATE.features.vector()


def test_an_unknown_trace_is_none(tmp_path: Path) -> None:
    """An id that was never given out finds nothing."""
    traces = Traces(tmp_path / "traces.sqlite")
    assert traces.find("t_unknown") is None
    traces.close()


def test_traces_outlive_the_process(tmp_path: Path) -> None:
    """What was recorded is there when the file is opened again, and closing twice does nothing."""
    traces = Traces(tmp_path / "traces.sqlite")
    record(traces, "t_1")
    traces.close()
    traces.close()
    again = Traces(tmp_path / "traces.sqlite")
    assert again.find("t_1") is not None
    again.close()


def test_no_article_text_is_copied(tmp_path: Path) -> None:
    """Candidates and citations are ids and offsets: the words stay in the catalogue."""
    traces = Traces(tmp_path / "traces.sqlite")
    record(traces, "t_1")
    trace = traces.find("t_1")
    traces.close()
    assert "Forty valves" not in json.dumps(trace)
    assert "reopened on Monday" not in json.dumps(trace)


def test_the_oldest_traces_go_first(tmp_path: Path) -> None:
    """No more traces pile up than are kept, give or take a sweep, and the newest stay."""
    path = tmp_path / "traces.sqlite"
    Traces(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        rows = ((f"t_old_{number}", "2024-01-01T00:00:00.000+00:00", "{}") for number in range(KEPT))
        connection.executemany("INSERT INTO traces VALUES (?, ?, ?)", rows)
    traces = Traces(path)
    for number in range(100):
        record(traces, f"t_new_{number}")
    assert traces.find("t_old_99") is None
    assert traces.find("t_old_100") is not None
    assert traces.find("t_new_99") is not None
    traces.close()


def test_many_threads_may_record(tmp_path: Path) -> None:
    """Traces that several threads record at once are all kept."""
    traces = Traces(tmp_path / "traces.sqlite")

    def record_some(first: int) -> None:
        for number in range(5):
            record(traces, f"t_{first}_{number}")

    threads = [threading.Thread(target=record_some, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(traces.find(f"t_{first}_{n}") for first in range(4) for n in range(5))
    traces.close()


def test_a_trace_says_who_asked(tmp_path: Path) -> None:
    """A trace holds the key that asked, in whatever thread the answer was made, and nobody where there is none."""
    path = tmp_path / "traces.sqlite"
    traces = Traces(path)
    record(traces, "t_nobody")
    with asked_by("k_1"):
        copy_context().run(record, traces, "t_copied")
        with asked_by(None):
            record(traces, "t_inside")
        record(traces, "t_mine")
    record(traces, "t_after")
    traces.close()
    found = {one: read_trace(path, one) for one in ("t_nobody", "t_copied", "t_inside", "t_mine", "t_after")}
    askers = {one: trace["asker"] for one, trace in found.items() if trace}
    assert askers == {"t_nobody": None, "t_copied": "k_1", "t_inside": None, "t_mine": "k_1", "t_after": None}


def test_reading_makes_no_file(tmp_path: Path) -> None:
    """A trace is read with its id and time while the file is open elsewhere; where no file is, none is made."""
    path = tmp_path / "a #?% é" / "traces.sqlite"
    assert read_trace(path, "t_1") is None
    assert not path.parent.exists()
    traces = Traces(path)
    record(traces, "t_1")
    trace = read_trace(path, "t_1")
    assert trace is not None
    assert (trace["id"], trace["status"]) == ("t_1", "answered")
    assert trace["created"].endswith("+00:00")
    assert read_trace(path, "t_2") is None
    traces.close()


def test_ids_cannot_be_guessed() -> None:
    """Every trace id is new, and long."""
    ids = {new_trace_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(re.fullmatch(r"t_[0-9a-f]{24}", trace_id) for trace_id in ids)


def test_a_full_disk_costs_the_trace_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where no more can be written, the answer goes out without its trace, and the log says so."""
    traces = Traces(tmp_path / "traces.sqlite")
    pages = traces._connection.execute("PRAGMA page_count").fetchone()[0]
    traces._connection.execute(f"PRAGMA max_page_count = {pages}")
    for number in range(9):
        record(traces, f"t_{number}")
    assert traces.find("t_8") is None
    assert "the trace of an answer is not kept" in caplog.text
    traces._connection.execute("PRAGMA max_page_count = 100000")
    record(traces, "t_later")
    assert traces.find("t_later") is not None
    traces.close()
