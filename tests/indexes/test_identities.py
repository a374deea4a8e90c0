"""An article keeps its id from build to build, and two articles never share one by accident."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexes.identities import identify, readable_url


def test_given_id_comes_first() -> None:
    """The id given is kept as it is, whatever the address."""
    assert identify(given="bridge-01", url="https://a.example/x", source="s/x.txt") == "bridge-01"


def test_address_comes_before_source() -> None:
    """The same address in two files is one article."""
    one, two = (identify(given=None, url="https://a.example/x", source=source) for source in ("s/a.txt", "s/b.txt"))
    assert one == two


@pytest.mark.parametrize(
    "url",
    ["https://A.example/x?id=1", "https://a.example/x?id=1#top", "https://a.example/x?utm_source=mail&id=1&fbclid=2"],
)
def test_addresses_of_one_page(url: str) -> None:
    """Host case, fragments and tracking parameters do not make another article; other parameters do."""
    assert identify(given=None, url=url, source="s") == identify(given=None, url="https://a.example/x?id=1", source="s")
    assert identify(given=None, url=url, source="s") != identify(given=None, url="https://a.example/x?id=2", source="s")


@given(st.text(min_size=1), st.text())
def test_ids_fit_an_address(given_id: str, source: str) -> None:
    """No id holds a slash or a control character or is over 200 characters: every one can stand in an address."""
    for name in (identify(given=given_id, url=None, source=source), identify(given=None, url=None, source=source)):
        assert 1 <= len(name) <= 200
        assert "/" not in name
        assert name not in {".", ".."}
        name.encode()


@pytest.mark.parametrize("given_id", ["2024/03/bridge", "..", "x" * 201, "a\nb"])
def test_ids_that_do_not_fit_are_hashed(given_id: str) -> None:
    """An id that cannot stand in an address is replaced by its hash, the same each time."""
    name = identify(given=given_id, url=None, source="s")
    assert re.fullmatch(r"a_[0-9a-f]{16}", name)
    assert name == identify(given=given_id, url="https://a.example/", source="t")


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "/news/x", "https://", "https://a b.example/", "http://[bad/", ""]
)
def test_addresses_that_are_none(url: str) -> None:
    """Only whole web addresses are kept: a page links to them."""
    assert readable_url(url) is None
