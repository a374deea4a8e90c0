"""Dateline inside LlamaIndex's own pipelines."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from llama_index.core.llms import CompletionResponse, CustomLLM, LLMMetadata, MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine, RouterQueryEngine, SubQuestionQueryEngine
from llama_index.core.question_gen import LLMQuestionGenerator
from llama_index.core.response_synthesizers import get_response_synthesizer
from llama_index.core.schema import NodeRelationship, QueryBundle
from llama_index.core.selectors import LLMSingleSelector
from llama_index.core.tools import QueryEngineTool

from indexes.types import Article, Filters
from qa.answering import Answerer
from qa.bridging import Bridge, DatelineQueryEngine, DatelineRetriever
from qa.errors import InvalidQuestion, ModelUnavailable
from qa.models.scripted import ScriptedModel
from tests.fakes.reading import sources_over

MILL = Article(
    id="mill-1",
    title="Mill at Upper Tarn to close",
    text="The mill at Upper Tarn will close in May. “The river has beaten us,” owner Edda Crane said on Monday.",
    outlet="Tarn Post",
    published="2031-03-02",
    published_basis="stated",
    url="https://example.org/mill",
)
FERRY = Article(id="ferry", title="Ferry breaks down", text="The ferry to Sund broke down with 61 passengers on board.")
SHELF = (MILL, FERRY)
ASKED = "What did Edda Crane say about the river?"
Ask = Callable[[Any, str], Any]


def _bridge(model: ScriptedModel | None = None) -> Bridge:
    sources = sources_over(SHELF)
    return Bridge(Answerer(sources, model=model), sources.catalogue)


@pytest.fixture(params=["sync", "async"])
def retrieve(request: pytest.FixtureRequest) -> Ask:
    """Asks a retriever, in both of LlamaIndex's ways."""
    if request.param == "sync":
        return lambda retriever, asked: retriever.retrieve(asked)
    return lambda retriever, asked: asyncio.run(retriever.aretrieve(asked))


@pytest.fixture(params=["sync", "async"])
def query(request: pytest.FixtureRequest) -> Ask:
    """Asks a query engine, in both of LlamaIndex's ways."""
    if request.param == "sync":
        return lambda engine, asked: engine.query(asked)
    return lambda engine, asked: asyncio.run(engine.aquery(asked))


def test_nodes(retrieve: Ask) -> None:
    """A retrieved node says which article it is from, where it stands in it, and what is known of it."""
    nodes = retrieve(_bridge().retriever(), ASKED)
    node = nodes[0].node
    assert node.text == MILL.text[node.start_char_idx : node.end_char_idx]
    assert node.metadata == {
        "article_id": "mill-1",
        "start": 0,
        "end": len(MILL.text),
        "title": "Mill at Upper Tarn to close",
        "outlet": "Tarn Post",
        "published": "2031-03-02",
        "published_basis": "stated",
        "url": "https://example.org/mill",
    }
    assert node.ref_doc_id == "mill-1"
    assert node.relationships[NodeRelationship.SOURCE].node_id == "mill-1"
    assert [one.score for one in nodes] == sorted((one.score for one in nodes), reverse=True)
    assert all(one.score for one in nodes)


def test_what_is_unknown_is_left_out(retrieve: Ask) -> None:
    """An article without outlet or day has no such fields in its nodes."""
    node = retrieve(_bridge().retriever(), "ferry passengers")[0].node
    assert set(node.metadata) == {"article_id", "start", "end", "title", "published_basis"}


def test_limit_and_filters(retrieve: Ask) -> None:
    """Limit and filters reach the retriever."""
    bridge = _bridge()
    assert len(retrieve(bridge.retriever(limit=1), "mill and ferry")) == 1
    found = retrieve(bridge.retriever(filters=Filters(outlets=("Tarn Post",))), "mill and ferry")
    assert {one.node.metadata["article_id"] for one in found} == {"mill-1"}


def test_bad_questions() -> None:
    """A question that cannot be asked is our own error, with what to do."""
    for part, asked in ((_bridge().retriever().retrieve, " "), (_bridge().query_engine().query, "x" * 2_001)):
        with pytest.raises(InvalidQuestion, match="2,000"):
            part(asked)


def test_quotes(query: Ask) -> None:
    """Without a language model the response is the verified quotes; its source nodes are the citations."""
    response = query(_bridge().query_engine(), ASKED)
    assert (response.metadata["status"], response.metadata["mode"]) == ("answered", "quotes")
    source = response.source_nodes[0]
    assert source.node.text == MILL.text[source.node.metadata["start"] : source.node.metadata["end"]]
    assert source.node.text in str(response)
    assert source.node.metadata["speaker"] == "Edda Crane"
    assert source.node.metadata["article_id"] == "mill-1"
    assert source.node.metadata["number"] == 1
    assert 0 < source.score <= 1
    assert response.metadata["index_build"] == "b_memory+0"


def test_answer(query: Ask) -> None:
    """With a language model the response is the composed answer, whose marks count the source nodes."""
    bridge = _bridge(ScriptedModel([{"claims": []}]))
    response = query(bridge.query_engine(mode="answer"), ASKED)
    assert response.metadata["mode"] == "answer"
    assert response.metadata["model"] == "scripted"
    assert str(response).endswith(" [1]")
    assert response.source_nodes[0].node.text in str(response)


def test_declined(query: Ask) -> None:
    """A declined question has a text that says why, no source nodes, and the reason as data."""
    response = query(_bridge().query_engine(), "How many penguins live on the moon?")
    assert response.metadata["status"] == "insufficient_evidence"
    assert response.metadata["reason"] in str(response)
    assert response.metadata["reason_code"]
    assert response.source_nodes == []


def test_answer_without_model() -> None:
    """Mode answer without a language model is our own error."""
    with pytest.raises(ModelUnavailable, match="quotes"):
        _bridge().query_engine(mode="answer").query(ASKED)


def test_retriever_in_a_pipeline(query: Ask) -> None:
    """LlamaIndex's `RetrieverQueryEngine` composes from our nodes: its prompt has their text and headline, and no offsets."""
    engine = RetrieverQueryEngine.from_args(_bridge().retriever(), llm=MockLLM())
    response = query(engine, ASKED)
    assert MILL.text in str(response)  # the mock repeats its prompt
    assert "title: Mill at Upper Tarn to close" in str(response)
    assert "article_id" not in str(response)
    assert next(one.node.ref_doc_id for one in response.source_nodes) == "mill-1"


class Reply(CustomLLM):  # type: ignore[misc]  # LlamaIndex has no types here
    """A language model of LlamaIndex's that gives one reply, whatever it is asked."""

    reply: str

    @property
    def metadata(self) -> LLMMetadata:
        """What it is."""
        return LLMMetadata(model_name="reply")

    def complete(self, prompt: str, formatted: bool = False, **kwargs: object) -> CompletionResponse:
        """The reply."""
        return CompletionResponse(text=self.reply)

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: object) -> Any:  # noqa: ANN401
        """The reply, whole."""
        yield self.complete(prompt)


def _tool(engine: DatelineQueryEngine) -> QueryEngineTool:
    return QueryEngineTool.from_defaults(engine, name="archive", description="Answers from a news archive.")


def test_query_engine_behind_a_router(query: Ask) -> None:
    """LlamaIndex's `RouterQueryEngine` passes our response on whole: status, reason and citations."""
    llm = Reply(reply='[{"choice": 1, "reason": "news"}]')
    selector = LLMSingleSelector.from_defaults(llm=llm)
    engine = RouterQueryEngine(selector=selector, query_engine_tools=[_tool(_bridge().query_engine())], llm=llm)
    response = query(engine, ASKED)
    assert response.metadata["status"] == "answered"
    assert response.source_nodes[0].node.metadata["speaker"] == "Edda Crane"


def test_query_engine_for_sub_questions(query: Ask) -> None:
    """LlamaIndex's `SubQuestionQueryEngine` asks us its sub-questions and keeps our citations as sources."""
    questions = f'[{{"sub_question": "{ASKED}", "tool_name": "archive"}}]'
    engine = SubQuestionQueryEngine(
        question_gen=LLMQuestionGenerator.from_defaults(llm=Reply(reply=f"```json\n{questions}\n```")),
        response_synthesizer=get_response_synthesizer(llm=MockLLM()),
        query_engine_tools=[_tool(_bridge().query_engine())],
        verbose=False,
    )
    response = query(engine, "What was said, and by whom?")
    assert "The river has beaten us" in str(response)
    assert any(one.node.metadata.get("citation") for one in response.source_nodes)


def test_tool() -> None:
    """As LlamaIndex's tool the engine gives its text, and the whole response beside it."""
    output = _tool(_bridge().query_engine()).call(ASKED)
    assert "The river has beaten us" in str(output)
    assert output.raw_output.metadata["status"] == "answered"


def test_parts_are_what_llamaindex_takes() -> None:
    """The parts are LlamaIndex's own kinds of retriever and query engine, and take its bundles of a question."""
    bridge = _bridge()
    assert isinstance(bridge.retriever(), DatelineRetriever)
    assert bridge.retriever().retrieve(QueryBundle(ASKED))
    assert bridge.query_engine().query(QueryBundle(ASKED)).source_nodes


ALONE = """
from llama_index.core import Settings
before = dict(vars(Settings))
from tests.qa.test_bridging import ASKED, _bridge
bridge = _bridge()
bridge.retriever().retrieve(ASKED)
bridge.query_engine().query(ASKED)
print(dict(vars(Settings)) == before, [name for name, value in vars(Settings).items() if value is not None])
"""


def test_global_settings_stay() -> None:
    """LlamaIndex's global settings are neither read, which would fill them, nor changed."""
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=False, timeout=250)
    assert done.stdout.strip() == "True []", done.stderr
