"""Questions are read: kind, speaker, topic, names, parts and outlets."""

import pytest

from qa.question import MOST_OUTLETS, MOST_PARTS, content_stems, read_question

OUTLETS = ("Tarnby Post", "Velle Courier", "The Gull")
SPEAKERS = ("Marit Osk", "Jon Reke", "Lise Holt")


@pytest.mark.parametrize(
    ("question", "speaker", "stem"),
    [
        ("What did Marit Osk say about the pump house?", "Marit Osk", "pump"),
        ("How did Jon Reke describe the frost?", "Jon Reke", "frost"),
        ("What was Marit Osk’s reaction to the flood?", "Marit Osk", "flood"),
        ("According to Lise Holt, how many valves were changed?", "Lise Holt", "valv"),
        ("Did Jon Reke comment on the harvest?", "Jon Reke", "harvest"),
        ("What did Mayor Lise Holt say about the bridge?", "Lise Holt", "bridg"),
    ],
)
def test_words_of_a_person_are_asked_for(question: str, speaker: str, stem: str) -> None:
    """A question for somebody's words names the speaker without a title, and the topic without the speaker."""
    part = read_question(question, speakers=SPEAKERS).parts[0]
    assert part.kind == "said_about"
    assert part.speaker == speaker
    assert stem in part.stems
    assert not set(content_stems(speaker)) & set(part.stems)


@pytest.mark.parametrize(
    ("question", "speaker", "stem"),
    [
        ("How did Jon Reke take the loss of the orchard?", "Jon Reke", "orchard"),
        ("To what did Lise Holt liken the flood?", "Lise Holt", "flood"),
        ("What dig did Jon Reke make at the water board?", "Jon Reke", "dig"),
        ("Why is Jon Reke leaving the orchard, in his own words?", "Jon Reke", "orchard"),
        ("Why won’t Jon Reke sell, as he puts it?", "Jon Reke", "sell"),
        ("Does Jon Reke regard the frost as a disaster?", "Jon Reke", "disast"),
        ("What did orchard man Reke say about the frost?", "Reke", "frost"),
        ("What was Jon Reke’s first impression of the ferry?", "Jon Reke", "ferri"),
        ("What worried Lise Holt about the bridge?", "Lise Holt", "bridg"),
        ("lise holt on the bridge", "lise holt", "bridg"),
        ("mayor holt reaction to the flood", "holt", "flood"),
        ("Reke’s objection to the dam", "Reke", "dam"),
    ],
)
def test_attitudes_are_words_where_the_person_is_quoted(question: str, speaker: str, stem: str) -> None:
    """“Take” or “on” ask for the words of a person by name, whatever the case if the articles quote that person."""
    part = read_question(question, speakers=SPEAKERS).parts[0]
    assert (part.kind, part.speaker) == ("said_about", speaker)
    assert stem in part.stems
    assert read_question(question, speakers=()).parts[0].speaker in {None, speaker}


@pytest.mark.parametrize(
    "question",
    [
        "How many votes did Jon Reke take?",
        "How quickly did Jon Reke find the leak?",
        "What became of Jon Reke’s demand for damages?",
        "How many jobs would go under the plan that the Velle Bank refused?",
        "Which plan did the water board accept?",
        "When did Jon Reke leave?",
        "Why was Jon Reke dismissed?",
        "Was Jon Reke blamed for the flood?",
        "How was Lise Holt received?",
        "How did the widow of Jon Reke take the news?",
        "The attack on Jon Reke over the dam",
        "What is the bridge on the Velle?",
    ],
)
def test_deeds_are_no_words(question: str) -> None:
    """What a person or a body did is asked of the articles, not of that person."""
    assert read_question(question, speakers=(*SPEAKERS, "Velle Bank", "Tarnby Water Board")).parts[0].speaker is None


@pytest.mark.parametrize(
    "question",
    [
        "Jon Reke on \ue00099\ue000",
        "How did \ue0009\ue000 take the loss of Reke?",
        "\ue000",
        "What did \ue000Reke say?",
    ],
)
def test_marks_of_our_own_are_only_characters(question: str) -> None:
    """What is used to mark names means nothing in a question."""
    assert read_question(question, speakers=SPEAKERS).parts


def test_a_name_is_no_pattern() -> None:
    """A subject with a backslash takes the place of “he” as it stands."""
    read = read_question("What did the ma\\qyor say about the dam and what did he say about the mill?")
    assert len(read.parts) == 2


def test_a_role_may_speak() -> None:
    """Words of “the mayor” are asked for although no name stands there."""
    part = read_question("What did the mayor say about the bridge?").parts[0]
    assert part.speaker == "the mayor"


def test_a_role_keeps_its_noun() -> None:
    """A title after an adjective is what the person is, and no ornament of a name."""
    part = read_question("What did the Orlandian culture minister say about the wreck?").parts[0]
    assert part.speaker == "the Orlandian culture minister"


def test_a_surname_in_lower_case_is_known() -> None:
    """A speaker of the index is recognised whatever the case."""
    part = read_question("what did osk say about the valves", speakers=("Marit Oskens",)).parts[0]
    assert part.speaker is None
    part = read_question("what did reke say about the frost", speakers=SPEAKERS).parts[0]
    assert part.speaker is not None
    assert part.speaker.lower() == "reke"


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who said that the valves were worn out?", "who_said"),
        ("How many valves were changed?", "number"),
        ("When did the pump house reopen?", "when"),
        ("Where does the ferry land?", "where"),
        ("Who runs the pump house?", "who"),
        ("Why was the pump house closed?", "why"),
        ("Is the pump house open?", "yes_no"),
        ("Tell me of the frost in Velle", "other"),
    ],
)
def test_the_kind_is_told(question: str, kind: str) -> None:
    """Each kind of question is told by its words."""
    part = read_question(question).parts[0]
    assert part.kind == part.expects == kind
    assert part.speaker is None


def test_a_question_has_its_parts() -> None:
    """Two questions in one are two parts, and a pronoun in the second means the person of the first."""
    read = read_question("What did Marit Osk say about the valves, and when did she visit Velle?", speakers=SPEAKERS)
    assert len(read.parts) == 2
    assert read.parts[0].speaker == "Marit Osk"
    assert read.parts[1].kind == "when"
    assert "Marit Osk" in read.parts[1].text


def test_a_plain_and_makes_no_parts() -> None:
    """An “and” between things is no border between parts."""
    assert len(read_question("How many valves and pipes were changed?").parts) == 1


@pytest.mark.parametrize(
    ("question", "outlets"),
    [
        ("What did the Tarnby Post report on the frost?", ("Tarnby Post",)),
        ("What did the Courier report on the frost?", ("Velle Courier",)),
        ("What did the courier carry?", ()),
        ("What happened in Tarnby?", ()),
    ],
)
def test_outlets_are_known_by_name(question: str, outlets: tuple[str, ...]) -> None:
    """An outlet is named whole, or by “the” and its last word in upper case."""
    assert read_question(question, outlets=OUTLETS).outlets == outlets


def test_comparing_is_noticed() -> None:
    """A question that sets two things beside each other says so."""
    assert read_question("How do the figures of the Post and the Courier differ?").compares
    assert not read_question("Who runs the pump house?").compares


def test_nothing_to_read_is_still_one_part() -> None:
    """A question without a word has one part, without names or stems."""
    read = read_question(" ?! ")
    assert len(read.parts) == 1
    assert not read.parts[0].stems


def test_words_of_asking_carry_no_content() -> None:
    """Function words and words of asking are no content, and a word counts once."""
    assert content_stems("Tell me what they said about the valves and the valve") == ("valv",)


def test_what_is_looked_into_is_bounded() -> None:
    """However much a question asks and names, so many parts and outlets of it are read, and the next part is told."""
    names = [f"Paper {number}" for number in range(100)]
    asked = ["What did Marit Osk say about the pump house", *["Who sang"] * (MOST_PARTS - 1), "Who swam", "Who ran"]
    read = read_question(f"{'? '.join(asked)} in {', '.join(names)}?", outlets=names, speakers=SPEAKERS)
    assert len(read.parts) == MOST_PARTS
    assert read.unread == "Who swam"
    assert len(read.outlets) == MOST_OUTLETS
    assert read_question("? ".join(asked[:MOST_PARTS])).unread == ""
