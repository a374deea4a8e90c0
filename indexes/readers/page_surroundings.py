"""Takes out of a page's tree what a reader does not take for the story: captions, share bars, notices, lists of stories."""

import re
from dataclasses import dataclass
from typing import Any

# Class names and ids are matched as whole words.
_BESIDE = frozenset({"nav", "figcaption", "button", "dialog"})
_BESIDE_WORDS = re.compile(
    r"(?:^|[\s_-])(?:caption|wp-caption|share|sharing|social|cookies?|consent|newsletter|related|read-?more|promo|advert"
    r"(?:isement)?|breadcrumbs?|rollover|tooltip|pop-?up|popover|flyout|dropdown|side-?bar|rail|right|right-?col(?:umn)?"
    r"|recirc(?:ulation)?|recommended|recommendations?|most-?(?:read|popular|viewed)|trending|more-?(?:stories|news)"
    r"|outbrain|taboola|also-?read|see-?also|up-?next|read-?next|author-?(?:bio|box|card|info)|about-?(?:the-?)?author"
    r"|disqus)(?:$|[\s_-])",
    re.IGNORECASE,
)
_POINTER = re.compile(
    r"\W{0,5}(?:do(?:n['’]t| not) miss|read (?:more|also|next|this)|see (?:also|more)|also read|related|recommended"
    r"|more (?:from|on|about|in|stories)\b|you (?:may|might) also|click here|view (?:more|all)|trending|must[- ]read"
    r"|top stories|(?:see|also|more|watch(?: now| also| more)?)\s*[:>|])",
    re.IGNORECASE,
)
_POINTERS = ("p", "li", "div", "h2", "h3", "h4", "h5", "h6")
_ROLES = frozenset({"dialog", "navigation"})
_NEVER = frozenset({"html", "body", "article", "main"})
_LONG_PARAGRAPH = 65
_FEWEST_PARAGRAPHS = 3
_LONGEST_POINTER = 350
_MOSTLY = 0.5
_LINKED_POINTER = 0.4


@dataclass(slots=True)
class _Inside:
    """What an element holds: characters that are no white space, those in links, long paragraphs; the story's mark."""

    characters: int = 0
    linked: int = 0
    paragraphs: int = 0
    marked: bool = False

    @property
    def holds_story(self) -> bool:
        """Whether the headline or several long paragraphs are in it, whatever its name says."""
        return self.marked or self.paragraphs >= _FEWEST_PARAGRAPHS

    def is_mostly_links(self, share: float) -> bool:
        """Whether at least a share of the words are links."""
        return self.linked >= share * self.characters > 0


def drop_surroundings(tree: Any) -> None:  # noqa: ANN401 - lxml has no types
    """Takes captions, share bars, notices and lists of stories out of the tree, but nothing that holds a story."""
    elements = list(tree.iter())
    for element, inside in zip(elements, _measured(elements), strict=True):
        tag = element.tag
        beside = tag in _BESIDE or (
            tag not in _NEVER and not inside.holds_story and (element.get("role") in _ROLES or _is_named(element))
        )
        if beside and element.getparent() is not None:
            element.drop_tree()


def find_tables_beside(tree: Any) -> list[Any]:  # noqa: ANN401 - lxml has no types
    """The tables that do not hold the story."""
    elements = list(tree.iter())
    measured = zip(elements, _measured(elements), strict=True)
    return [element for element, inside in measured if element.tag == "table" and not inside.holds_story]


def drop_pointers(tree: Any) -> None:  # noqa: ANN401 - lxml has no types
    """Takes out blocks that begin as `Read more` does and consist of links for a good part."""
    elements = list(tree.iter())
    for element, inside in zip(elements, _measured(elements), strict=True):
        if (
            element.tag in _POINTERS
            and inside.characters <= _LONGEST_POINTER
            and not inside.marked
            and inside.is_mostly_links(_LINKED_POINTER)
            and element.getparent() is not None
            and _POINTER.match(" ".join(element.text_content().split()))
        ):
            element.drop_tree()


def _is_named(element: Any) -> bool:  # noqa: ANN401 - lxml has no types
    return _BESIDE_WORDS.search(f"{element.get('class', '')} {element.get('id', '')}") is not None


def _measured(elements: list[Any]) -> list[_Inside]:
    """What each of the elements (a whole tree, in its order) holds; from the leaves up, so each word is read once."""
    found = {element: _Inside() for element in elements}
    for element in reversed(elements):
        inside = found[element]
        inside.characters += _length(element.text)
        if element.tag == "a":
            inside.linked = inside.characters
            inside.paragraphs = 0
        elif element.tag == "p" and inside.characters >= _LONG_PARAGRAPH and not inside.is_mostly_links(_MOSTLY):
            inside.paragraphs += 1
        parent = found.get(element.getparent())
        if parent is not None:
            parent.characters += inside.characters + _length(element.tail)
            parent.linked += inside.linked
            parent.paragraphs += inside.paragraphs
            parent.marked = parent.marked or inside.marked or element.tag in {"article", "h1"}
    return list(found.values())


def _length(text: str | None) -> int:
    return len("".join(text.split())) if text else 0
