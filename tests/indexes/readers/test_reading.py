"""Files and folders are read whole: every article or a reason, and one bad file never stops the rest."""

import gzip
import json
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from indexes.errors import UnreadableSource
from indexes.readers.articles import LONGEST_TEXT
from indexes.readers.markdown_files import LONGEST_MARKDOWN
from indexes.readers.reading import LARGEST_FILE, READERS, read_sources
from indexes.types import Article, Outcome

STORY = (
    "The bridge closes\n\nThe bridge over the canal is closed until Easter, the town said.\n\n“It is old,” she said.\n"
)


def read(*paths: Path) -> tuple[list[Article], list[Outcome]]:
    """The articles and the outcomes of a run."""
    results = list(read_sources(paths))
    return [r for r in results if isinstance(r, Article)], [r for r in results if isinstance(r, Outcome)]


def refusal(path: Path) -> Outcome:
    """The one outcome of a file that gives nothing else."""
    read_articles, outcomes = read(path)
    assert read_articles == []
    (outcome,) = outcomes
    assert outcome.kind == "rejected"
    assert outcome.reason
    assert "\n" not in outcome.reason
    return outcome


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """A folder with an article of each format and what lies beside articles."""
    folder = tmp_path / "seeds"
    (folder / "local").mkdir(parents=True)
    (folder / "local" / "a.txt").write_text(STORY)
    (folder / "local" / "b.md").write_text("---\ntitle: Budget\n---\nThe council voted.\n")
    (folder / "c.html").write_text("<article><h1>Cup</h1><p>Rovers won the cup on Saturday.</p></article>")
    record = {"title": "Storm", "text": "The storm came at night."}
    (folder / "d.json").write_text(json.dumps(record))
    (folder / "e.jsonl").write_text("\n".join(json.dumps({**record, "id": f"s{n}"}) for n in (1, 2)))
    with gzip.open(folder / "f.jsonl.gz", "wt") as packed:
        packed.write(json.dumps({**record, "id": "s3"}) + "\n")
    for beside in ("README.md", "readme.txt", "LICENSE.txt", "questions-1.jsonl", "quotations.jsonl", ".hidden.txt"):
        (folder / beside).write_text("no article")
    (folder / ".git").mkdir()
    (folder / ".git" / "x.txt").write_text(STORY)
    return folder


def test_folder(seeds: Path) -> None:
    """Every format is read, in the order of names; documentation, questions and hidden files are passed over."""
    read_articles, outcomes = read(seeds)
    assert outcomes == []
    assert [article.source for article in read_articles] == [
        "seeds/c.html",
        "seeds/d.json",
        "seeds/e.jsonl#1",
        "seeds/e.jsonl#2",
        "seeds/f.jsonl.gz#1",
        "seeds/local/a.txt",
        "seeds/local/b.md",
    ]
    assert [article.title for article in read_articles][-2:] == ["The bridge closes", "Budget"]


def test_same_ids_from_everywhere(seeds: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder gives the same ids whether named relatively, absolutely, or from inside; so do its single files."""
    expected, _ = read(seeds)
    monkeypatch.chdir(tmp_path)
    for path in (Path("seeds"), Path("./seeds/"), Path("seeds/local/.."), seeds):
        assert read(path)[0] == expected
    (single,), _ = read(Path("seeds/local/a.txt"))
    assert single in expected
    monkeypatch.chdir(seeds)
    assert read(Path())[0] == expected


def test_each_file_once(seeds: Path) -> None:
    """A file that is given twice, or lies in a folder that is given too, is read once."""
    once, _ = read(seeds)
    twice, outcomes = read(seeds, seeds / "local", seeds / "d.json")
    assert twice == once
    assert outcomes == []


def test_folders_of_one_name(tmp_path: Path) -> None:
    """Different files with the same path in two folders of one name are two articles."""
    for place in ("one", "two"):
        (tmp_path / place / "seeds").mkdir(parents=True)
        (tmp_path / place / "seeds" / "a.txt").write_text(f"{STORY}\n\nIn {place}.")
    read_articles, outcomes = read(tmp_path / "one" / "seeds", tmp_path / "two" / "seeds")
    assert outcomes == []
    assert len({article.id for article in read_articles}) == 2


def test_path_that_does_not_exist(tmp_path: Path) -> None:
    """A path that does not exist is refused before anything is read."""
    with pytest.raises(UnreadableSource, match=r"none\.txt.*does not exist"):
        read_sources([tmp_path / "none.txt"])


def test_one_bad_file(seeds: Path) -> None:
    """A file that cannot be read is one rejected outcome, and the rest is read as before."""
    before, _ = read(seeds)
    (seeds / "bad.json").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    after, outcomes = read(seeds)
    assert after == before
    assert [(outcome.source, outcome.kind) for outcome in outcomes] == [("seeds/bad.json", "rejected")]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.xyz", b"words", "unsupported format '.xyz'; supported: .txt, .md"),
        ("noending", b"words", "unsupported format 'noending'"),
        ("a.txt", b"", "no words"),
        ("a.txt", b" \n* * *\n", "no words"),
        ("a.txt", b"\0\1\2\3" * 50, "binary data"),
        ("a.txt", b"\xff\xfe\x00\xd8", "not text"),
        ("a.md", b"---\ntitle: [open\n---\nWords.", "front matter is not valid YAML at line"),
        ("a.md", b"---\npublished: 2024-02-30\n---\nWords.", "front matter has a value"),
        ("a.md", b"---\na: " + b"[" * 3000 + b"\n---\nWords.", "front matter"),
        ("a.html", b"", "not a web page"),
        ("a.html", b"<html><body><p>Words." + b"<div>" * 3000 + b"deep", "nested"),
        ("a.html", b"<script>var words;</script>", "no words"),
        ("a.json", b"{", "not valid JSON"),
        ("a.json", b"[" * 100_000, "nested too deeply"),
        ("a.json", b'{"text": ' + b"1" * 5000 + b"}", "not valid JSON"),
        ("a.json", b"null", "not an article"),
        ("a.json", b'{"title": "T"}', "no field `text`"),
        ("a.jsonl.gz", gzip.compress(b'{"text": "Words."}')[:-9], "damaged gzip"),
        ("a.xml", b"<html/>", "the root <html> holds no articles"),
        ("a.rss", b"<rss>", "not well-formed XML"),
        ("a.atom", b"<!DOCTYPE feed [<!ENTITY a 'b'>]><feed>&a;</feed>", "defines entities"),
        (
            "a.doc",
            b"words",
            "supported: .txt, .md, .html, .htm, .json, .jsonl, .jsonl.gz, .xml, .rss, .atom, .pdf, .docx, .eml",
        ),
        ("a.pdf", b"words", "not a PDF file"),
        ("a.docx", b"words", "not a readable Word document"),
        ("a.eml", b"words", "not a mail"),
        ("a.EML", b"Subject: x\n\n \n", "without text"),
    ],
)
def test_refusals(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    """What cannot be read says why, in one line, with the file's name as its source."""
    (tmp_path / name).write_bytes(content)
    outcome = refusal(tmp_path / name)
    assert outcome.source == f"{tmp_path.name}/{name}"
    assert reason in (outcome.reason or "")


def test_too_large(tmp_path: Path) -> None:
    """A file over the limit is refused without being read whole, and so is a text over the limit."""
    with (tmp_path / "a.json").open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    (tmp_path / "b.txt").write_text("x" * (LONGEST_TEXT + 1))
    (tmp_path / "c.md").write_text("x" * (LONGEST_MARKDOWN + 1))
    assert "larger than 64 MiB" in (refusal(tmp_path / "a.json").reason or "")
    assert "2,000,001 characters" in (refusal(tmp_path / "b.txt").reason or "")
    assert "1,000,001 characters" in (refusal(tmp_path / "c.md").reason or "")


def test_links(tmp_path: Path) -> None:
    """Links out of the folder and to nowhere are refused; those inside are followed once, in circles too."""
    folder = tmp_path / "seeds"
    (folder / ".store").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text(STORY)
    (folder / "a.txt").write_text(STORY)
    (folder / ".store" / "kept").write_text(f"Kept\n\n{STORY}")
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "nowhere.txt").symlink_to(folder / "gone.txt")
    (folder / "again.txt").symlink_to(folder / "a.txt")
    (folder / "kept.txt").symlink_to(folder / ".store" / "kept")
    (folder / "circle").symlink_to(folder)
    (folder / "outside").symlink_to(tmp_path)
    read_articles, outcomes = read(folder)
    assert [article.source for article in read_articles] == ["seeds/a.txt", "seeds/kept.txt"]
    assert [(outcome.source, (outcome.reason or "").split(":")[0]) for outcome in outcomes] == [
        ("seeds/nowhere.txt", "a link that leads nowhere"),
        ("seeds/out.txt", "a link that leads out of the folder"),
        ("seeds/outside", "a link that leads out of the folder"),
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipe(tmp_path: Path) -> None:
    """A named pipe is refused and not waited for."""
    os.mkfifo(tmp_path / "a.txt")
    assert "not a regular file" in (refusal(tmp_path / "a.txt").reason or "")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_no_permission(seeds: Path) -> None:
    """A file and a folder that may not be read are one rejected outcome each."""
    (seeds / "c.html").chmod(0)
    (seeds / "local").chmod(0)
    try:
        read_articles, outcomes = read(seeds)
    finally:
        (seeds / "local").chmod(0o700)
    assert len(read_articles) == 4
    assert {outcome.source for outcome in outcomes} == {"seeds/c.html", "seeds/local"}


def test_odd_file_names(tmp_path: Path) -> None:
    """File names of any bytes are read, and their sources can be printed and stored."""
    folder = os.fsencode(tmp_path / "s")
    (tmp_path / "s").mkdir()
    for name in (b"a\xff.txt", b"line\nbreak.txt", "ünï “x”.TXT".encode()):
        with open(os.path.join(folder, name), "w") as file:  # noqa: PTH118, PTH123 - a name that is no text
            file.write(STORY + name.decode(errors="replace"))
    read_articles, outcomes = read(tmp_path / "s")
    assert len(read_articles) == 3
    assert outcomes == []
    for article in read_articles:
        assert (article.source or "").isprintable()
        (article.source or "").encode()


PIECES = st.sampled_from(
    [
        "---\n",
        "title: x\n",
        "published: 2024-03-01\n",
        "<p>",
        "</p>",
        "<article>",
        "<h1>",
        "<script>",
        "{",
        "}",
        "[",
        "]",
        '"text": "Words."',
        '"id": 7',
        ",",
        "\n",
        "\n\n",
        "# ",
        "> ",
        "* ",
        "1. ",
        "<!--",
        "-->",
        "&#0;",
        "\x00",
        "\ufeff",
        "“”",
        "Friday, 3rd May 2024",
        "By Ada Hall",
        "– x –",
        "null",
        "1e999",
        "\\ud800",
        "<q>",
        "<br>",
        "<table><tr><td>",
        "<rss><channel><item>",
        "</item></channel></rss>",
        "<description>",
        "</description>",
        "<nitf>",
        "</nitf>",
    ],
)
CONTENTS = st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=20).map("".join).map(str.encode))


@pytest.mark.parametrize("ending", READERS)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(CONTENTS)
@example(b"\x1f\x8b")
@example(b'{"text": "Words.", "id": "\\ud800/", "url": "http://[", "date": NaN, "author": [[[[[[{}]]]]]]}')
def test_any_bytes(ending: str, content: bytes) -> None:
    """Whatever bytes a file holds, it gives articles or reasons, and exactly one for each thing that it should hold."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"a{ending}")
        path.write_bytes(content)
        results = list(read_sources([path]))
    if ending == ".jsonl" and not content.startswith(b"\x1f\x8b"):
        assert len(results) == sum(1 for line in content.split(b"\n") if line.strip())
    elif ending in {".txt", ".md", ".html", ".htm", ".pdf", ".docx", ".eml"}:
        assert len(results) == 1
    elif ending in {".xml", ".rss", ".atom"}:
        assert results
    for result in results:
        if isinstance(result, Article):
            assert result.text
            assert result.title
            json.dumps(
                [result.id, result.title, result.text, result.outlet, result.authors], ensure_ascii=False
            ).encode()
        else:
            assert result.kind == "rejected"
            assert result.reason
