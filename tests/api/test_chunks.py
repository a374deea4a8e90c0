"""The chunks of a streamed reply."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from api.chunks import Chunks
from api.following import PassagesFound, QuotesFound, Step
from indexes.types import Article
from qa.footnotes import write_reply
from qa.types import Answer, Citation, Claim, ClaimVerified

ARTICLE = Article(
    id="mill-1", title="Mill to close", text="The mill will close. It has 44 workers.", outlet="Tarn Post"
)


def _cite(quote: str, number: int) -> Citation:
    start = ARTICLE.text.index(quote)
    return Citation(
        number=number,
        id=f"c_{number}",
        quote=quote,
        start=start,
        end=start + len(quote),
        speaker=None,
        article=ARTICLE,
    )


FIRST, SECOND = _cite("The mill will close.", 1), _cite("It has 44 workers.", 2)
ANSWER = Answer(
    status="conflicting",
    mode="answer",
    answer="The mill closes. [1] It has 44 workers. [1][2]",
    claims=(Claim(text="The mill closes.", citations=(1,)), Claim(text="It has 44 workers.", citations=(1, 2))),
    citations=(FIRST, SECOND),
    reason="The articles give different values; each is cited.",
    prompt_tokens=312,
)
STEPS: Sequence[Step] = (
    PassagesFound((), {}),
    QuotesFound((FIRST, SECOND)),
    ClaimVerified("The mill closes.", (FIRST,)),
    ClaimVerified("It has 44 workers.", (FIRST, SECOND)),
    ANSWER,
)


def _tell(steps: Sequence[Step], *, counts: bool = False) -> list[dict[str, Any]]:
    """The chunks of the steps."""
    chunks = Chunks(key="chatcmpl-1", model="dateline", created=1, counts=counts)
    events = b"".join(chunks.tell(step) for step in steps).decode().split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""]
    return [json.loads(event.removeprefix("data: ")) for event in events[:-2]]


def _texts(chunks: Sequence[dict[str, Any]]) -> list[str]:
    return [chunk["choices"][0]["delta"]["content"] for chunk in chunks if chunk["choices"][0]["delta"]]


def test_several_claims() -> None:
    """Claims come one by one; put together with reason and footnotes they are the reply without a stream."""
    texts = _texts(_tell(STEPS))
    assert texts[:3] == ["", "The mill closes. [1]", " It has 44 workers. [1][2]"]
    assert len(texts) == 4
    assert "".join(texts) == write_reply(ANSWER)


def test_nothing_is_said_before_a_claim() -> None:
    """Passages and quotes open the reply once, with its role, and say nothing."""
    chunks = Chunks(key="chatcmpl-1", model="dateline", created=1, counts=False)
    assert b'"delta":{"role":"assistant","content":""}' in chunks.tell(STEPS[0])
    assert chunks.tell(STEPS[1]) == b""


def test_an_answer_that_turned_out_otherwise() -> None:
    """Where what was said is not how the answer begins, it is not said again, and the footnotes follow all the same."""
    other = replace(ANSWER, answer="The mill closes. [1]", claims=ANSWER.claims[:1], citations=(FIRST,), reason=None)
    text = "".join(_texts(_tell([*STEPS[:4], other])))
    assert text.startswith("The mill closes. [1] It has 44 workers. [1][2]\n\n[1] “The mill will close.”")


def test_tokens() -> None:
    """The tokens come after the end where they are wanted."""
    chunks = _tell(STEPS, counts=True)
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"] == {"prompt_tokens": 312, "completion_tokens": 0, "total_tokens": 312}
    assert chunks[-2]["dateline"]["status"] == "conflicting"
