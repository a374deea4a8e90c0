"""Reads `.md`: one article a file, its fields in YAML front matter, its text without markup."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from indexes.errors import UnreadableSource
from indexes.readers.decoding import decode
from indexes.readers.drafts import Reading, draft_of

_COMMENT_OR_TAG = re.compile(
    r"<!--.*?-->|</?(?:a|abbr|b|blockquote|br|cite|code|del|div|em|figcaption|figure|h[1-6]|hr|i|iframe|img|ins|li|mark"
    r"|ol|p|q|s|script|section|small|span|strong|style|sub|sup|table|tbody|td|th|thead|tr|u|ul|video)(?:\s[^<>]*)?/?>",
    re.IGNORECASE | re.DOTALL,
)
# Hostile markup takes the parser half a minute for this much; honest articles take milliseconds.
LONGEST_MARKDOWN = 1_000_000
_FRONT_MATTER = re.compile(r"\A\s*---\s*\n")


def read_markdown(content: bytes) -> Iterator[Reading]:
    """The one article of a Markdown file. Raises `UnreadableSource`."""
    text = decode(content)
    if len(text) > LONGEST_MARKDOWN:
        raise UnreadableSource(
            f"Markdown of {len(text):,} characters; at most {LONGEST_MARKDOWN:,} are read: split it into articles",
        )
    fields, body = _front_matter(text)
    try:
        tokens = MarkdownIt("commonmark").parse(body)
    except RecursionError:
        raise UnreadableSource("Markdown nested too deeply: an article is plain paragraphs") from None
    headline = _headline(tokens)
    draft = draft_of(fields, text=_text_of(tokens))
    yield draft if draft.title else replace(draft, title=headline)


def _front_matter(text: str) -> tuple[dict[str, object], str]:
    """The fields and the text below them; no fields where the file does not begin with `---`."""
    if not _FRONT_MATTER.match(text):
        return {}, text
    import frontmatter
    from yaml import YAMLError  # type: ignore[import-untyped]

    try:
        post = frontmatter.loads(text)
    except RecursionError:
        raise UnreadableSource("front matter nested too deeply: use plain fields") from None
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 2}" if mark else ""
        problem = getattr(error, "problem", None) or "a character that YAML does not allow"
        raise UnreadableSource(f"front matter is not valid YAML{place}: {problem}") from None
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        # PyYAML reads `2024-02-30` as a date and then fails to make one.
        raise UnreadableSource(f"front matter has a value that cannot be read: {error}") from None
    return dict(post.metadata), str(post.content)


def _headline(tokens: Sequence[Token]) -> str | None:
    """The first heading, where it is of the first level and nothing but headings stands above it."""
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            return " ".join(_inline_text(inline).split()) or None if opening.tag == "h1" else None
        if opening.type == "paragraph_open":
            return None
    return None


def _text_of(tokens: Sequence[Token]) -> str:
    """The words of each block as a paragraph of its own."""
    paragraphs: list[str] = []
    number = ""
    for token in tokens:
        match token.type:
            case "inline":
                paragraphs.append(number + _inline_text(token))
                number = ""
            case "list_item_open":
                # The number of a list's item is on the page: "1. " stays, a bullet goes.
                number = f"{token.info}{token.markup} " if token.info else ""
            case "code_block" | "fence":
                paragraphs.append(token.content)
            case "html_block":
                paragraphs.append(_COMMENT_OR_TAG.sub(" ", token.content))
            case _:
                pass
    return "\n\n".join(paragraphs)


def _inline_text(token: Token) -> str:
    words: list[str] = []
    for child in token.children or []:
        match child.type:
            case "text" | "code_inline":
                words.append(child.content)
            case "softbreak":
                words.append(" ")
            case "hardbreak":
                words.append("\n")
            case "html_inline":
                # Not a tag that HTML knows, so the writer meant the characters: "<SRD>".
                words.append(_COMMENT_OR_TAG.sub("", child.content))
            case _:
                pass
    return "".join(words)
