"""Near copies come into one group, whatever the order, and the groups stay right as articles come and go."""

import random
import time
from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from indexes.copy_groups import group_copies, regroup
from indexes.near_copies import Signature, signature_of
from tests.indexes.test_near_copies import DISCLAIMER, invent


def sign(texts: Mapping[str, str]) -> dict[str, Signature]:
    """The signatures of texts."""
    return {article_id: signature_of(text) for article_id, text in texts.items()}


def group(texts: Mapping[str, str]) -> Mapping[str, str]:
    """The groups of texts."""
    return group_copies(sign(texts).items(), read=texts.__getitem__)


def vary(seed: int, kept: int, start: int) -> str:
    """A version of one of a few stories: so many of its 100 words from a place on, the rest another's."""
    words, other = invent(100, seed=seed).split(), invent(100, seed=50 + kept).split()
    return " ".join(words[start : start + kept] + other[: (100 - kept) // 2])


versions = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=3),
    st.builds(vary, st.integers(0, 2), st.integers(40, 100), st.integers(0, 30)),
    max_size=9,
)

STORY = invent(300, seed=1)
ARCHIVE = {
    "m-full": STORY,
    "a-cut": " ".join(STORY.split()[:160]),
    "z-wire": "TARNBY (NNA) - " + STORY + " Reporting by Lise Holt.",
    "other": invent(300, seed=2),
    "none": "",
    "empty": "",
}


def test_copies_are_grouped_under_their_smallest_id() -> None:
    """Three printings of a story, one cut, are a group; other articles, and those without words, are in none."""
    assert group(ARCHIVE) == dict.fromkeys(("a-cut", "m-full", "z-wire"), "a-cut")


def test_nothing_has_no_groups() -> None:
    """Of no articles, and of one, nothing is grouped."""
    assert group({}) == {}
    assert group({"a": STORY}) == {}


@given(versions, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=20)
def test_the_order_does_not_matter(texts: dict[str, str], chance: random.Random) -> None:
    """Groups are the same for any order of the articles; each is named by its smallest member and has two or more."""
    found = group(texts)
    shuffled = list(sign(texts).items())
    chance.shuffle(shuffled)
    assert group_copies(shuffled, read=texts.__getitem__) == found
    for name in set(found.values()):
        members = [article_id for article_id in found if found[article_id] == name]
        assert min(members) == name
        assert len(members) > 1


@given(versions, versions, st.sets(st.text("abcdef", min_size=1, max_size=3)))
@settings(deadline=None, max_examples=30)
def test_a_change_comes_to_the_same_as_starting_anew(
    texts: dict[str, str], put: dict[str, str], removed: set[str]
) -> None:
    """After articles are added, replaced and removed the groups are those of the articles that there are now."""
    after = {**{key: text for key, text in texts.items() if key not in removed}, **put}
    changed = (removed & texts.keys()) | put.keys()
    found = regroup(sign(after), known=group(texts), changed=changed, read=after.__getitem__)
    assert found == group(after)


def test_removing_the_fullest_printing_leaves_the_others_together() -> None:
    """Where the text that stood for a group is gone, the next fullest stands for it."""
    left = {key: text for key, text in ARCHIVE.items() if key != "z-wire"}
    found = regroup(sign(left), known=group(ARCHIVE), changed=["z-wire"], read=left.__getitem__)
    assert found == group(left) == {"a-cut": "a-cut", "m-full": "a-cut"}


def test_an_unknown_change_changes_nothing() -> None:
    """An id that neither was nor is an article is passed over."""
    assert regroup(sign(ARCHIVE), known=group(ARCHIVE), changed=["who?"], read=ARCHIVE.__getitem__) == group(ARCHIVE)


def test_many_changes_are_made_at_once() -> None:
    """Where hundreds of articles change, the result is the same."""
    texts = {f"{place:03}": STORY if place % 2 else invent(60, seed=place) for place in range(300)}
    found = regroup(sign(texts), known={}, changed=texts.keys(), read=texts.__getitem__)
    assert found == {key: "001" for key in texts if int(key) % 2}


def test_no_chain_swallows_an_archive() -> None:
    """Versions that each differ a little from the one before do not all come into one group."""
    words = invent(2_000, seed=9).split()
    texts = {f"{place:02}": " ".join(words[place * 10 : place * 10 + 200]) for place in range(60)}
    found = group(texts)
    sizes = [list(found.values()).count(name) for name in set(found.values())]
    assert sizes
    assert max(sizes) <= 12


def test_an_outlets_standing_lines_group_nothing() -> None:
    """A hundred articles that share what is printed below them stay apart."""
    assert group({f"{place:03}": invent(80, seed=place) + " " + DISCLAIMER for place in range(100)}) == {}


def test_a_story_printed_hundreds_of_times_is_grouped_in_bounded_time() -> None:
    """Five hundred copies are each compared with one text, and each text is read a few times at most."""
    texts = {f"{place:04}": STORY for place in range(500)}
    reads = []

    def read(article_id: str) -> str:
        reads.append(article_id)
        return texts[article_id]

    signatures = dict.fromkeys(texts, signature_of(STORY))
    begun = time.process_time()
    found = group_copies(signatures.items(), read=read)
    assert time.process_time() - begun < 30
    assert set(found.values()) == {"0000"}
    assert len(reads) < 2 * len(texts)
