"""Of several versions of one item in a file the newest is kept, and each older one is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexes.readers.drafts import Draft, Refusal
from indexes.readers.versions import Issue, issue_of, keep_newest, version_of


@pytest.mark.parametrize(
    ("value", "number"),
    [(3, 3), ("12", 12), (" 7 ", 7), ("2.1", None), (True, None), (None, None), ("9" * 5000, None), ("", None)],
)
def test_version_numbers(value: object, number: int | None) -> None:
    """Whole numbers and their digits are versions; anything else is none."""
    assert version_of(value) == number


def test_what_is_one_item() -> None:
    """A draft is known again by its id, else by its address, else not at all."""
    assert issue_of(Draft(text="", id="a", url="https://a.example/")).id == "a"
    assert issue_of(Draft(text="", url="https://a.example/")).id == "https://a.example/"
    assert issue_of(Draft(text="")).id is None


ISSUES = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", None]),
        st.one_of(st.none(), st.integers(0, 20)),
        st.sampled_from([None, "2031-05-10", "2031-05-11T08:00:00Z"]),
    ),
    max_size=12,
)


@given(ISSUES)
def test_one_of_each_id(drawn: list[tuple[str | None, int | None, str | None]]) -> None:
    """Each item comes out once, none that is newer is refused, and every part has its reading, in order."""
    issues = [
        Issue(reading=Draft(text="", id=given_id, part=part), id=given_id, version=version, time=time)
        for part, (given_id, version, time) in enumerate(drawn, start=1)
    ]
    readings = list(keep_newest(issues))
    assert [reading.part for reading in readings] == list(range(1, len(drawn) + 1))
    kept = [issue for issue, reading in zip(issues, readings, strict=True) if isinstance(reading, Draft)]
    assert len([issue for issue in kept if issue.id]) == len({issue.id for issue in issues if issue.id})
    for issue, reading in zip(issues, readings, strict=True):
        if isinstance(reading, Refusal):
            (newest,) = (other for other in kept if other.id == issue.id)
            assert (newest.version if newest.version is not None else -1) >= (issue.version or -1)
            assert f"#{newest.reading.part} is kept" in reading.reason
