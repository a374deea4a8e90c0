"""The builds of a home as the service opens them: in any order, and closed in any order."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from api.wiring import Builds
from indexes.building import build_index
from indexes.forgetting import TRACES
from indexes.settings import IndexSettings
from qa.settings import QaSettings
from qa.traces import Traces
from tests.fakes.encoders import HashingEncoder
from tests.qa.test_traces import ARTICLE, record


@pytest.mark.encoder
def test_builds_are_closed_in_any_order(tmp_path: Path) -> None:
    """What an answer under way records of an article deleted meanwhile goes when its build is closed, whichever closed before."""
    home = tmp_path / "home"
    source = tmp_path / "articles.jsonl"
    told = {"id": ARTICLE.id, "title": ARTICLE.title, "text": ARTICLE.text}
    other = {"id": "ferry", "title": "Ferry", "text": "The ferry broke down on Friday with forty people on board."}
    source.write_text(f"{json.dumps(told)}\n{json.dumps(other)}\n", encoding="utf-8")
    build_index([source], settings=IndexSettings(home=home), encoder=HashingEncoder())
    builds = Builds(IndexSettings(home=home), QaSettings(traces=False), model=None, model_state="off")
    builds._encoder = HashingEncoder()
    lent, replaced = builds.open(), builds.open()
    replaced.close()
    builds.delete(ARTICLE.id)
    with closing(Traces(home / TRACES)) as traces:
        record(traces, "t_1")
    lent.close()
    assert builds.find_trace("t_1") is None
