"""Writes the page of recipes from its Markdown source, `recipes.md` beside this file; tests run each recipe as it stands there."""

import re
from collections.abc import Mapping
from functools import cache
from html import escape
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt

from api.reference import write_page

SOURCE = Path(__file__).with_suffix(".md")


SHOWN = "http://127.0.0.1:8000"
"""The address in the recipes."""


def write_recipes(address: str) -> str:
    """The page, with the address of the service in its recipes. Each heading can be linked to by its words."""
    return _write().replace(SHOWN, escape(address.rstrip("/")))


@cache
def _write() -> str:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(SOURCE.read_text(encoding="utf-8"))
    for opening, words in pairwise(tokens):
        if opening.type == "heading_open":
            opening.attrSet("id", "-".join(re.findall(r"\w+", words.content.lower())))
    return write_page("Dateline: recipes", str(parser.renderer.render(tokens, parser.options, {})))


def read_recipes() -> Mapping[str, str]:
    """The programs by their names, which stand behind the language of each block."""
    tokens = MarkdownIt("commonmark").parse(SOURCE.read_text(encoding="utf-8"))
    blocks = [(token.info.split(), token.content) for token in tokens if token.type == "fence"]
    return {info[1]: content for info, content in blocks if len(info) > 1}
