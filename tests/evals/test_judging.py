"""Tests of the judge: a real HTTP server on loopback says what a language model would."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from evals.__main__ import main
from evals.errors import WrongUsage
from evals.judging import Judge
from evals.reports import read_report
from evals.settings import JudgeSettings
from evals.types import GoldenQuestion, Share
from qa.types import Answer, Mode
from tests.evals.world import ARTICLES, Honest, Opening, cite, write_quotes
from tests.fakes.llm_servers import FakeServer, completion, serve

QUESTION = GoldenQuestion(id="1", kind="when", text="When does the mill close?", status="answered")
ANSWER = Answer(
    status="answered",
    mode="answer",
    answer="The mill closes in May.",
    citations=(cite("tarn-2", ARTICLES["tarn-2"], "It will close in May."),),
)


@pytest.fixture
def server() -> Iterator[FakeServer]:
    """A running server."""
    with serve() as running:
        yield running


def settings_for(server: FakeServer) -> JudgeSettings:
    """Settings that name it."""
    return JudgeSettings(judge_base_url=server.url, judge_model="invented")


@pytest.mark.parametrize(("reply", "part"), [("YES", 1), ("NO", 0)])
def test_the_judge_sees_the_answer_and_its_quotes(server: FakeServer, reply: str, part: float) -> None:
    """One question for each metric, with the quotes and nothing else of the archive."""
    server.say(completion(reply))
    judged = Judge(settings_for(server))(QUESTION, ANSWER)
    assert judged == {"judge_faithfulness": Share(part, 1), "judge_relevancy": Share(part, 1)}
    assert len(server.asked) == 2
    for asked in server.asked:
        assert "It will close in May." in str(asked.body)
        assert "Nobody asked the village" not in str(asked.body)


def test_a_judgement_leaves_no_event_loop_behind(server: FakeServer) -> None:
    """LlamaIndex's own synchronous calls would: one that is never closed, which whoever runs next is told of."""
    server.say(completion("YES"))
    loops: list[asyncio.AbstractEventLoop] = []

    class Recording(asyncio.DefaultEventLoopPolicy):
        def new_event_loop(self) -> asyncio.AbstractEventLoop:
            loops.append(super().new_event_loop())
            return loops[-1]

    before = asyncio.get_event_loop_policy()
    asyncio.set_event_loop_policy(Recording())
    try:
        Judge(settings_for(server))(QUESTION, ANSWER)
    finally:
        asyncio.set_event_loop_policy(before)
    assert loops
    assert all(loop.is_closed() for loop in loops)


def test_a_declined_question_is_not_judged(server: FakeServer) -> None:
    """There is nothing to judge, and nothing is sent."""
    declined = replace(ANSWER, status="insufficient_evidence", answer="", citations=())
    assert Judge(settings_for(server))(QUESTION, declined) == {}
    assert server.asked == []


@pytest.mark.parametrize("missing", ["judge_base_url", "judge_model"])
def test_a_judge_must_be_named(missing: str) -> None:
    """What to set is in the message."""
    named = {"judge_base_url": "http://127.0.0.1:1/v1", "judge_model": "invented"}
    settings = JudgeSettings.model_validate({key: value for key, value in named.items() if key != missing})
    with pytest.raises(WrongUsage, match=f"DATELINE_{missing.upper()}"):
        Judge(settings)


def test_a_judgement_is_advice(
    server: FakeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is reported, but no baseline holds it, and a bad one fails nothing."""

    class Speaking(Honest):
        def quoting(self, question: GoldenQuestion, mode: Mode, quotes: Sequence[str]) -> Answer:
            return replace(super().quoting(question, mode, quotes), answer="It is so.")

    server.say(completion("NO"))
    monkeypatch.setenv("DATELINE_JUDGE_BASE_URL", server.url)
    monkeypatch.setenv("DATELINE_JUDGE_MODEL", "invented")
    data, out, baseline = write_quotes(tmp_path / "data"), tmp_path / "out", tmp_path / "baseline.json"
    arguments = ["run", "quotes", "--data", str(data), "--mode", "answer", "--judge", "--out", str(out)]
    assert main([*arguments, "--accept", str(baseline)], opener=Opening(Speaking)) == 0
    assert read_report(out / "report.json").metrics["judge_faithfulness"].value == 0
    assert "judge_" not in baseline.read_text(encoding="utf-8").partition('"cases"')[0]
    assert "judge_relevancy" in capsys.readouterr().out
