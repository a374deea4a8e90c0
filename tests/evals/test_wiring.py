"""Tests of a run over a real index with the real encoder."""

import json
from pathlib import Path
from typing import Any

import pytest

from evals.__main__ import main
from tests.evals.world import RECORDS, write_quotes
from tests.fakes.fiction import articles as fiction

pytestmark = pytest.mark.encoder


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the little archive in `data`, and a home of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path / "home"))
    write_quotes(tmp_path / "data")
    return tmp_path


def run(place: Path, *arguments: str) -> dict[str, Any]:
    """Run the little archive's questions; the stored report."""
    main(["run", "quotes", "--data", str(place / "data"), "--out", str(place / "out"), *arguments])
    document: dict[str, Any] = json.loads((place / "out" / "report.json").read_text())
    return document


def test_a_run_builds_its_own_index_and_leaves_the_current_one_alone(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first run builds below `evals/`, the second opens that build; no current index appears."""
    first = run(place, "--mode", "retrieval")
    assert "index: encode" in capsys.readouterr().err
    second = run(place, "--mode", "retrieval", "--retriever", "lexical")
    assert "index: encode" not in capsys.readouterr().err
    assert first["index_build"] == second["index_build"]
    assert [path.name for path in (place / "home").iterdir()] == ["evals"]
    assert first["settings"]["encoder"] == "all-minilm-l6-v2"
    assert second["settings"]["retriever"] == "lexical"


@pytest.mark.parametrize("retriever", ["fused", "dense", "lexical"])
def test_each_retriever_finds_the_facts(place: Path, retriever: str) -> None:
    """Three short articles are within the first ten passages, and the golden articles are where the facts are."""
    report = run(place, "--mode", "retrieval", "--retriever", retriever)
    assert report["problems"] == []
    assert report["metrics"]["any_hit@10"]["value"] == 1
    assert report["metrics"]["latency_p50_ms"]["value"] > 0


def test_quotes_mode_asks_the_real_answerer(place: Path) -> None:
    """Every question is answered or declined by the product, and every citation is valid."""
    report = run(place)
    assert report["n"] == len(RECORDS)
    assert report["model"] is None
    assert report["metrics"]["citation_validity"]["value"] == 1
    assert {case["outcome"] for case in report["cases"]} & {"right", "declined"}


def test_answer_mode_without_a_model(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where no language model is wanted, asking for its answers is one line and exit 1; nothing is written."""
    monkeypatch.setenv("DATELINE_LLM", "quotes")
    assert main(["run", "quotes", "--data", str(place / "data"), "--mode", "answer", "--out", str(place / "out")]) == 1
    problems = [line for line in capsys.readouterr().err.splitlines() if line.startswith("evals: ")]
    assert len(problems) == 1
    assert "language model" in problems[0]
    assert not (place / "out").exists()


def test_bench_builds_beside(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The rate is that of a build from nothing, which leaves nothing behind; each engine is timed where that is asked."""
    assert main(["bench", "--suite", "quotes", "--data", str(place / "data"), "--limit", "2", "--engines"]) == 0
    printed = capsys.readouterr().out
    assert "passages_per_second" in printed
    assert "torch fp32: question_ms" in printed
    assert "openvino fp32: passages_per_second" in printed
    assert not [path for path in (place / "home" / "evals").iterdir() if path.name.startswith("bench-")]


def test_bench_beside_llama_index(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """LlamaIndex indexes as many passages as ours has, both are timed, and neither index is left behind."""
    articles = place / "articles.jsonl"
    articles.write_text("\n".join(json.dumps(one) for one in fiction(4)), encoding="utf-8")
    arguments = ["bench", "--beside", "llama_index", "--articles", str(articles), "--out", str(place / "out")]
    assert main(arguments) == 0
    numbers = json.loads((place / "out" / "bench.json").read_text(encoding="utf-8"))["numbers"]
    assert numbers["beside_passages"] >= 4
    assert numbers["ratio"] == pytest.approx(numbers["llama_index_seconds"] / numbers["dateline_seconds"], rel=0.1)
    assert "processor_ratio" in capsys.readouterr().out
    assert list((place / "home" / "evals").iterdir()) == []


def test_bench_of_articles_is_beside_something(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Articles without a word of what they are for are wrong usage."""
    assert main(["bench", "--articles", str(place)]) == 2
    assert "--beside llama_index" in capsys.readouterr().err
