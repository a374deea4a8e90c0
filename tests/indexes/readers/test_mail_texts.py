"""What a mail's sender did not write for it goes by whole lines; what its display name says is read with care."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexes.readers.mail_texts import bare_subject, read_text, unfold
from indexes.readers.senders import read_sender

QUOTED = "Thanks for this.\n\nOn Fri, 1 Mar 2024, Ada Hall\n<ada@x.example> wrote:\n\n> The bridge is closed.\n>\n> Really.\n"


@pytest.mark.parametrize(
    ("text", "subject", "kept"),
    [
        (QUOTED, "x", "Thanks for this."),
        ("Yes.\n> The bridge is closed.\nNo.", "Re: Bridge", "Yes.\n\nNo."),
        ("> Read more\nThe story.", "Newsletter", "> Read more\nThe story."),
        ("> Only this.", "Re: Bridge", "> Only this."),
        ("On Monday Ada Hall wrote:\nThe bridge is closed.", "x", "On Monday Ada Hall wrote:\nThe bridge is closed."),
        ("The story.\n\n-- \nAda Hall\nPress office", "x", "The story."),
        ("The story.\n-- \n" + "A long line of the story. " * 10, "x", None),
        ("The story.\n-- \n" + "line\n" * 40, "x", None),
        ("The story.\nUnsubscribe: https://x.example/u\nView this email in your browser", "x", "The story."),
        ("Unsubscribe", "x", "Unsubscribe"),
        (
            "Fine.\n\n-----Original Message-----\nFrom: Bo Lind\nSent: Monday\nSubject: Bridge\n\nOld.",
            "RE: Bridge",
            "Fine.",
        ),
    ],
)
def test_what_is_not_the_mails_own(text: str, subject: str, kept: str | None) -> None:
    """Quoted mails, signatures and mailing furniture go where they are plain to see; else every line stays."""
    assert read_text(text, subject=subject).text.strip() == (text if kept is None else kept).strip()


def test_flowed_text() -> None:
    """Lines that flow are one paragraph; a signature's mark does not flow."""
    assert unfold("The bridge \nis closed.\nNew one.\n-- \nAda", joins_words=False) == (
        "The bridge is closed.\nNew one.\n-- \nAda"
    )
    assert unfold("The bri \ndge.\n> a \n> b", joins_words=True) == "The bridge.\n> ab"


def test_long_names_of_senders() -> None:
    """A name of a hundred words names nobody."""
    assert read_sender("Ada " * 100, "") == (None, ())


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Re: Fwd: AW: Bridge", "Bridge"),
        ("RE[2]: Bridge", "Bridge"),
        ("Reopened: bridge", "Reopened: bridge"),
        ("", ""),
    ],
)
def test_subjects(subject: str, bare: str) -> None:
    """Marks of replies and forwarding are no part of a headline; words that only begin like them are."""
    assert bare_subject(subject) == bare


def test_quotations_without_end() -> None:
    """A text of nothing but quotations, or of beginnings of them, is read in a time that grows with its length."""
    for line in ("> a\n", "On a b c d wrote\n", "On a b c d wrote:\n\n", "-- \n", "Begin forwarded message:\n\n"):
        assert read_text(line * (100_000 // len(line)) + "x", subject="Re: Bridge").text


LINES = st.sampled_from(
    [
        "> a",
        ">",
        "",
        "Words.",
        "-- ",
        "On Friday Ada Hall wrote:",
        "Begin forwarded message:",
        "From: a",
        "Date: b",
        "--",
    ]
)


@given(st.lists(LINES, max_size=12), st.sampled_from(["x", "Re: x", "Fwd: x"]))
def test_lines_are_only_taken_away(lines: list[str], subject: str) -> None:
    """Of a mail's words, those that stay are its own, in their order, and never none where there were any."""
    kept = read_text("\n".join(lines), subject=subject).text
    words = iter("".join(lines))
    assert all(character in words for character in kept.replace("\n", ""))
    assert any(map(str.isalnum, kept)) == any(map(str.isalnum, "".join(lines)))
