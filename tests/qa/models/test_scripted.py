"""The scripted model replays its answers and keeps its prompts."""

import json

import pytest

from qa.errors import ModelFailed, ModelUnavailable
from qa.models.scripted import ScriptedModel
from qa.types import Message

ASKED = [Message(role="user", content="one two three")]
SCHEMA = {"type": "object"}


def test_answers_come_in_order() -> None:
    """Answers are given first to last, mappings as JSON with their own characters."""
    model = ScriptedModel(['{"a": 1}', {"b": "“two”"}])
    first = model.complete(ASKED, schema=SCHEMA, max_tokens=9)
    second = model.complete(ASKED, schema=SCHEMA, max_tokens=9)
    assert (first.text, json.loads(second.text)) == ('{"a": 1}', {"b": "“two”"})
    assert "“two”" in second.text
    assert (first.prompt_tokens, first.completion_tokens, model.left) == (3, 2, 0)


def test_prompts_are_kept() -> None:
    """What was asked can be read afterwards, also where the answer was an error."""
    model = ScriptedModel([ModelUnavailable("it sleeps; wake it")])
    with pytest.raises(ModelUnavailable, match="it sleeps"):
        model.complete(ASKED, schema=SCHEMA, max_tokens=7)
    (prompt,) = model.prompts
    assert (prompt.messages, prompt.schema, prompt.max_tokens) == (tuple(ASKED), SCHEMA, 7)


def test_an_empty_script_is_an_error() -> None:
    """A prompt for which nothing was scripted is a failure that says which one."""
    with pytest.raises(ModelFailed, match="no answer left for prompt 1"):
        ScriptedModel().complete(ASKED, schema=SCHEMA, max_tokens=9)


@pytest.mark.parametrize("answer", ["", "no JSON", "[1]", '{"cut": "of', '"a string"'])
def test_what_is_no_object_is_a_failure(answer: str) -> None:
    """A scripted answer that is no JSON object fails as it would from a real model."""
    with pytest.raises(ModelFailed, match="no JSON object"):
        ScriptedModel([answer]).complete(ASKED, schema=SCHEMA, max_tokens=9)


def test_a_long_answer_is_cut() -> None:
    """An answer longer than the limit fails as an unfinished one."""
    with pytest.raises(ModelFailed, match="did not finish"):
        ScriptedModel([{"a": "one two three"}]).complete(ASKED, schema=SCHEMA, max_tokens=2)
