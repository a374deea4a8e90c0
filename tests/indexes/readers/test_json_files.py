"""JSON and JSON Lines: the field names in common use, one refusal for each bad record."""

import gzip
import io
import json

import pytest

from indexes.errors import UnreadableSource
from indexes.readers.drafts import Draft, Reading, Refusal
from indexes.readers.json_files import LONGEST_LINE, read_json, read_json_lines


def only(*records: object) -> Draft:
    """The draft of the only record."""
    (reading,) = read_json(json.dumps(records[0]).encode())
    assert isinstance(reading, Draft)
    return reading


def lines(content: bytes) -> list[Reading]:
    """The readings of a JSON Lines file."""
    return list(read_json_lines(io.BytesIO(content)))


@pytest.mark.parametrize("text", ["text", "body", "content", "articleBody"])
@pytest.mark.parametrize("title", ["title", "headline"])
@pytest.mark.parametrize("day", ["published", "published_at", "date", "datePublished", "publish_date"])
def test_names_of_text_title_and_date(text: str, title: str, day: str) -> None:
    """Text, headline and date are found under each of their names."""
    draft = only({text: "Words.", title: "T", day: "2024-03-01"})
    assert (draft.text, draft.title, draft.published) == ("Words.", "T", "2024-03-01")


@pytest.mark.parametrize("outlet", ["source", "outlet", "publisher"])
@pytest.mark.parametrize("author", ["author", "byline"])
@pytest.mark.parametrize("url", ["url", "link"])
def test_names_of_outlet_author_and_address(outlet: str, author: str, url: str) -> None:
    """Outlet, author and address are found under each of their names."""
    draft = only({"text": "Words.", outlet: "The Courier", author: "By Ada Hall", url: "https://a.example/x"})
    assert (draft.outlet, draft.authors, draft.url) == ("The Courier", ("Ada Hall",), "https://a.example/x")


@pytest.mark.parametrize("updated", ["updated", "updated_at", "modified", "dateModified"])
@pytest.mark.parametrize("section", ["section", "category", "articleSection"])
def test_names_of_update_and_section(updated: str, section: str) -> None:
    """The last change and the section are found under each of their names; a change at publication is none."""
    draft = only({"text": "Words.", "date": "2024-03-01", updated: "2024-03-02T08:00:00Z", section: ["Local", "Sport"]})
    assert (draft.updated, draft.section) == ("2024-03-02T08:00:00Z", "Local")
    assert only({"text": "Words.", "date": "2024-03-01", updated: "1 March 2024", section: 7}).updated is None


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("Ada Hall and Bo Lind", ("Ada Hall", "Bo Lind")),
        (["Ada Hall", "Bo Lind"], ("Ada Hall", "Bo Lind")),
        ({"@type": "Person", "name": "Ada Hall"}, ("Ada Hall",)),
        ([{"name": "Ada Hall"}, {"name": "Bo Lind"}], ("Ada Hall", "Bo Lind")),
        (None, ()),
        (7, ()),
    ],
)
def test_authors(author: object, names: tuple[str, ...]) -> None:
    """Authors may be text, a list, or objects with a name."""
    assert only({"text": "Words.", "author": author}).authors == names


def test_json_ld() -> None:
    """An article as schema.org describes it is read as it is."""
    record = {
        "@type": "NewsArticle",
        "headline": "T",
        "articleBody": "Words.",
        "publisher": {"@type": "Organization", "name": "The Courier"},
        "inLanguage": "en_GB",
    }
    draft = only(record)
    assert (draft.title, draft.outlet, draft.language) == ("T", "The Courier", "en-GB")


@pytest.mark.parametrize("given", [("a/b", "a/b"), (7, "7"), (True, None), ("", None), ({"$oid": "x"}, None)])
def test_ids(given: tuple[object, str | None]) -> None:
    """Text and whole numbers are ids; anything else is none."""
    assert only({"text": "Words.", "id": given[0]}).id == given[1]


def test_fields_that_make_no_sense() -> None:
    """An ambiguous date, an address that is none and a language that is none are left out; the article stays."""
    draft = only({"text": "Words.", "date": "03/04/2023", "url": "javascript:x", "language": "the English one"})
    assert (draft.published, draft.url, draft.language) == (None, None, None)


@pytest.mark.parametrize(
    "text",
    [["One.", "Two."], "<p>One.</p>\n<p>Two.</p>", {"rendered": "<div>One.<br><br>Two.</div>"}],
)
def test_forms_of_text(text: object) -> None:
    """Text may be a list of paragraphs or HTML, as exports have it."""
    assert only({"content": text}).text.split() == ["One.", "Two."]
    assert "\n\n" in only({"content": text}).text


def test_angle_brackets_are_not_markup() -> None:
    """Text with angle brackets that are no HTML stays as it is."""
    assert only({"text": "Standard Oil <SRD> & 3 < 4"}).text == "Standard Oil <SRD> & 3 < 4"


@pytest.mark.parametrize("wrap", [list, lambda records: {"status": "ok", "articles": records}])
def test_lists(wrap: type) -> None:
    """A list of articles, bare or under `articles`, gives each with its ordinal; a bad one is refused by itself."""
    good: object = {"text": "Words."}
    readings = list(read_json(json.dumps(wrap([good, "x", good])).encode()))
    assert [reading.part for reading in readings] == [1, 2, 3]
    assert [type(reading) for reading in readings] == [Draft, Refusal, Draft]


def test_bad_lines() -> None:
    """A bad line is refused with its number, empty lines count but are passed over, and the rest goes on."""
    readings = lines(b'\xef\xbb\xbf{"text": "One."}\n\n{"text": \n[1]\n\xff\xfe\n{"text": "Two."}')
    assert [(reading.part, type(reading)) for reading in readings] == [
        (1, Draft),
        (3, Refusal),
        (4, Refusal),
        (5, Refusal),
        (6, Draft),
    ]


def test_long_lines() -> None:
    """A line over the limit is refused and passed over."""
    readings = lines(b'{"text": "One."}\n' + b"x" * (2 * LONGEST_LINE + 1) + b'\n{"text": "Two."}\n')
    assert [(reading.part, type(reading)) for reading in readings] == [(1, Draft), (2, Refusal), (3, Draft)]


def test_packed_without_end() -> None:
    """A file made to unpack without end is given up early; what came before counts."""
    blank = b" " * (1 << 20) + b"\n"
    packed = gzip.compress(b'{"text": "One."}\n' + blank * 70, compresslevel=1)
    readings = read_json_lines(io.BytesIO(packed))
    assert isinstance(next(readings), Draft)
    with pytest.raises(UnreadableSource, match="unpacks to far more"):
        next(readings)


def test_packed_whatever_the_ending() -> None:
    """Compression is seen in the file, not in its name."""
    assert lines(gzip.compress(b'{"text": "One."}')) == lines(b'{"text": "One."}')
