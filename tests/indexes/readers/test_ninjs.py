"""Records of ninjs become articles, or say which field stands in the way."""

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexes.readers.drafts import Draft, Reading, Refusal
from indexes.readers.json_files import read_json, read_json_lines
from indexes.readers.ninjs import is_ninjs
from tests.indexes.readers.news_documents import Story, ninjs_1, ninjs_3


def readings(*records: object) -> list[Reading]:
    """What a JSON file with these records holds."""
    return list(read_json(json.dumps(records).encode()))


def only(record: object) -> Draft:
    """The draft of the only record."""
    (draft,) = readings(record)
    assert isinstance(draft, Draft)
    return draft


def reason(record: object) -> str:
    """Why the only record is no article."""
    (refusal,) = readings(record)
    assert isinstance(refusal, Refusal)
    return refusal.reason


@pytest.mark.parametrize(
    ("record", "recognised"),
    [
        ({"uri": "u", "type": "text", "headline": "T"}, True),
        ({"uri": "u", "body_text": "Words."}, True),
        ({"uri": "u", "body_html": "<p>Words.</p>"}, True),
        ({"uri": "u", "bodies": []}, True),
        ({"uri": "u", "versionCreated": "2031-05-10"}, True),
        ({"$standard": {"name": "ninjs", "version": "1.3"}}, True),
        ({"uri": "u", "title": "T", "body": "Words.", "type": "text"}, False),
        ({"uri": "u", "headline": "T", "text": "Words.", "pubstatus": "usable"}, False),
        ({"title": "T", "text": "Words."}, False),
        ({"uri": 7, "bodies": []}, False),
        ({"uri": "u", "headline": "T", "type": "NewsArticle"}, False),
        ({"body_text": "Words.", "id": "x"}, False),
    ],
)
def test_what_is_ninjs(record: dict[str, object], recognised: bool) -> None:
    """A record is ninjs by fields that only ninjs has beside `uri`; other exports are read as before."""
    assert is_ninjs(record) == recognised


def test_bodies() -> None:
    """Of several bodies the marked up one is the text, else the plain one; captions and tables are not part of it."""
    story = Story()
    figure = "<figure><img src='x'><figcaption>A bridge.</figcaption></figure><table><tr><td>1</td></tr></table>"
    marked = only(ninjs_1(story, {"body_xhtml": f"<p>One.</p>{figure}<p>Two.</p>", "body_text": "One. Two."}))
    assert marked.text.split() == ["One.", "Two."]
    assert only(ninjs_1(story, {"body_xhtml": " ", "body_text": "3 < 4 &amp; 5\n\nB"})).text == "3 < 4 &amp; 5\n\nB"
    assert only(ninjs_3(story, {"bodies": [{"value": "Plain <b>words</b>."}]})).text == "Plain <b>words</b>."
    nitf = {"contentType": "application/nitf+xml", "value": "<nitf/>"}
    assert only(ninjs_3(story, {"bodies": [nitf, {"role": "main", "value": "Words."}]})).text == "Words."


def test_people() -> None:
    """Those who are named as authors wrote the item; those it is about did not."""
    about = {"name": "Orla Finch", "rel": "about"}
    record = ninjs_3(Story(), {"by": None, "people": [about, {"name": "Bo Lind", "rel": "author"}]})
    assert only(record).authors == ("Bo Lind",)
    assert only(ninjs_3(Story(), {"by": None, "people": [about]})).authors == ()


def test_outlet() -> None:
    """The outlet is the source of the information, else who holds the copyright."""
    assert (
        only(ninjs_1(Story(), {"infosource": None, "copyrightholder": "Narwick Holdings"})).outlet == "Narwick Holdings"
    )


def test_addresses() -> None:
    """A rendition that is a page is the address, else the identifier where it is a web address; pictures are not."""
    page = {"href": "https://courier.example/bridge", "mimetype": "text/html"}
    picture = {"href": "https://courier.example/bridge.jpg", "mimetype": "image/jpeg"}
    assert (
        only(ninjs_1(Story(), {"renditions": {"main": picture, "web": page}})).url == "https://courier.example/bridge"
    )
    web = [{"name": "web", "href": "https://courier.example/2", "contentType": "text/html"}]
    assert only(ninjs_3(Story(), {"renditions": web})).url == "https://courier.example/2"
    draft = only(ninjs_3(Story(id="https://courier.example/items/3")))
    assert (draft.id, draft.url) == ("https://courier.example/items/3", "https://courier.example/items/3")
    assert only(ninjs_1(Story())).url is None


def test_dates() -> None:
    """A first version was never updated; without the first version's time that of this one is the publication's."""
    draft = only(ninjs_1(Story(), {"versioncreated": Story().published}))
    assert (draft.published, draft.updated) == (Story().published, None)
    draft = only(ninjs_1(Story(), {"firstcreated": None}))
    assert (draft.published, draft.updated) == (Story().updated, None)
    assert only(ninjs_1(Story(), {"firstcreated": "soon", "versioncreated": "03/04/2031"})).published is None


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"pubstatus": "withheld"}, "withheld by its outlet (`pubstatus` is 'withheld')"),
        ({"pubstatus": "canceled"}, "cancelled by its outlet (`pubstatus` is 'canceled')"),
        ({"pubstatus": "draft"}, "`pubstatus` is 'draft'; usable, withheld or canceled is expected"),
        ({"pubstatus": 3}, "`pubstatus` is of the kind int; text is expected"),
        ({"type": "picture"}, "an item of the type 'picture': only texts are indexed"),
        ({"type": "poem"}, "`type` is 'poem'; text is expected"),
        ({"uri": "  "}, "no `uri`"),
        ({"headline": ["T"]}, "`headline` is of the kind list; text is expected"),
        ({"language": True}, "`language` is of the kind bool; text is expected"),
        ({"version": 1.5}, "`version` is of the kind float; text or a whole number is expected"),
        ({"infosources": {}}, "`infosources` is of the kind dict; a list is expected"),
        ({"body_text": 7}, "`body_text` is of the kind int; text is expected"),
        ({"bodies": "Words."}, "`bodies` is of the kind str; a list is expected"),
        ({"bodies": [{"role": "main"}]}, "a body without a `value` of text"),
        ({"body_text": None, "body_xhtml": "<p> </p>"}, "no words in its bodies"),
        ({"body_xhtml": "<b>" * 300}, "nested more than 200 deep"),
    ],
)
def test_refusals(more: dict[str, object], expected: str) -> None:
    """What is held back, is no text, or is not as ninjs has it, is refused with the field and its value."""
    assert expected in reason(ninjs_1(Story(), more))


def test_versions_in_a_list() -> None:
    """Of several versions in a list the newest is the article, wherever it stands, and a cancelled one takes all back."""
    old, new = ninjs_1(Story(version=2)), ninjs_3(Story(version=10, paragraphs=["New."]))
    for records, kept in (((old, new), 1), ((new, old), 0)):
        given = readings(*records)
        assert [type(reading) for reading in given].index(Draft) == kept
        refusal = given[1 - kept]
        assert isinstance(refusal, Refusal)
        assert refusal.reason == f"an older version of {Story().id!r} in the same file: #{kept + 1} is kept"
    cancelled = ninjs_1(Story(version=11), {"pubstatus": "canceled"})
    assert [type(reading) for reading in readings(old, new, cancelled)] == [Refusal, Refusal, Refusal]


def test_json_lines() -> None:
    """Lines of ninjs are read one by one, and a bad one does not stop the rest."""
    records = [ninjs_1(Story()), ninjs_1(Story(), {"pubstatus": "withheld"}), ninjs_3(Story(id="other"))]
    file = io.BytesIO("\n".join(map(json.dumps, records)).encode())
    assert [type(reading) for reading in read_json_lines(file)] == [Draft, Refusal, Draft]


NAMES = st.sampled_from(
    "uri type version versionCreated pubstatus bodies headlines body_text by people renditions".split()
)
VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just("usable"), st.just("text")
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["name", "value", "rel", "href"]), inner, max_size=3),
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.dictionaries(NAMES, VALUES))
def test_any_record(record: dict[str, object]) -> None:
    """Whatever values the fields of ninjs have, there is an article or a reason, and nothing else."""
    (reading,) = readings({"uri": "u", **record})
    assert isinstance(reading, Draft) or reading.reason
