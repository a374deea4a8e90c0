"""Furniture: lines that are no part of a story, and lines that only resemble them."""

import pytest

from indexes.furniture import is_banner, is_caption, is_furniture


@pytest.mark.parametrize(
    "line",
    [
        "Like this story? Share it with a friend!",
        "Follow the Courier on Facebook, Twitter and Instagram.",
        "Start your day with us. Sign up for the free daily newsletter.",
        "Twelve issues for the price of ten. Click here for more information.",
        "Filed under: Bridges |",
        "(Reporting by Ada Hall; editing by Bo Lind)",
        "Additional reporting by Ada Hall; editing by Bo Lind.",
        "Ada Hall and Bo Lind contributed to this report.",
        "ada.hall@courier.example",
        "twitter.com/adahall",
        "Comments",
        "4 min read",
        "DON'T MISS",
    ],
)
def test_furniture(line: str) -> None:
    """What speaks to the reader of the page, or points elsewhere, is furniture."""
    assert is_furniture(line)


@pytest.mark.parametrize(
    "line",
    [
        "“Sign up for the newsletter,” the mayor said.",
        "The mayor asked them to sign up for the choir.",
        "Reporting by the engineers found that half of the screws are loose.",
        "The rain contributed to this report of the harvest being late.",
        "Comments were not allowed.",
        "She follows the news on Facebook.",
        "He said that the town would share this story.",
        "x" * 500 + " contributed to this report.",
    ],
)
def test_story(line: str) -> None:
    """Sentences of a story that use the same words stay."""
    assert not is_furniture(line)


def test_captions_and_banners() -> None:
    """A credit in brackets ends a caption; a sentence in brackets does not, and neither is a banner."""
    assert is_caption("The new span in May. (credit: Canal Trust/Ada Hall)")
    assert not is_caption("It was late (the credit of the town was gone).")
    assert is_banner("Breaking News:")
    assert not is_banner("Breaking the ice took an hour.")
