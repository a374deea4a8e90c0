"""Tells from titles, words of kinship, given names and pronouns whether “he” or “she” can mean a person."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from indexes.named import NEUTRAL, PLACING, Named
from indexes.names import fold
from indexes.roles import Roles
from indexes.speech_verbs import SPOKE
from indexes.tokens import Tokens
from indexes.types import Span

Gender: TypeAlias = Literal["he", "she"]
_Told: TypeAlias = Literal["he", "she", "it"]

_HE_WORDS = frozenset(
    """
    mr sir lord chairman spokesman councilman congressman businessman policeman father brother king prince husband son
    grandfather grandson uncle nephew widower man fisherman alderman imam rabbi pope monsignor
    """.split()
)
_SHE_WORDS = frozenset(
    """
    mrs ms miss dame lady chairwoman spokeswoman councilwoman congresswoman businesswoman policewoman mother sister queen
    princess wife daughter grandmother granddaughter aunt niece widow woman actress duchess
    """.split()
)
_HE_NAMES = frozenset(
    """
    aaron abdul adam ahmed alan albert alejandro alexander alexei alfred ali andrea andreas andrei andrew andy anthony
    antonio antony arthur barack benjamin bernard bill bob boris brian bruce carlos charles chris christian christopher
    claude colin craig daniel david dennis derek diego dmitri dmitry donald douglas edward emmanuel eric erik ernest
    francois frank fred frederick gareth gary geoffrey george gerald giovanni giuseppe gordon graham greg gregory guillermo
    hamid harold harry hassan henry hugh hugo hussein ian igor ivan jack jacob jacques jair jake james jason javier jeff
    jeffrey jens jeremy jerry jim jimmy joao joe john jonathan jorge jose joseph joshua juan julian justin karl keith
    kenneth kevin khalid lars larry lawrence leo leonard liam louis lucas luis luiz luke mahmoud marco marcus mario mark
    martin matthew max mehmet michael miguel mike mikhail mohamed mohammed muhammad narendra nathan neil nicholas nick
    nicolas nigel noah oleg oliver olaf omar oscar otto pablo patrick paul pedro peter philip pierre rafael ralph raymond
    recep richard robert roberto rodney roger ronald rory roy russell ryan sam samuel scott sean sebastian sergei sergey
    silvio simon stefan stephen steve steven stuart ted terry thomas tim timothy tom tony trevor tyler victor viktor
    vincent vladimir volodymyr walter warren wayne william winston wolfgang xavier youssef yuri zachary
    """.split()
)
_SHE_NAMES = frozenset(
    """
    abigail agnes aisha alexandra alice alicia alison amanda amber amelia amy ana angela anita ann anna anne annette
    barbara beatrice beth betty brenda bridget camilla carla carol caroline catherine cathy charlotte cheryl chloe
    christina christine claire clara claudia condoleezza cynthia deborah debra denise diana diane donna dorothy edith
    elena eleanor elisabeth elizabeth ella ellen emily emma erica esther eva eve evelyn fatima fiona florence frances
    gabriela georgia gina giorgia gloria grace greta hannah harriet heather heidi helen helena hillary ida ingrid irene
    isabel isabella jacinda jane janet janice jean jennifer jessica jill joan joanna josephine joyce judith judy julia
    julie kamala karen katarina kate katherine kathleen kathy katie kelly kimberly kristen laura lauren leah leila lena
    leslie lily linda lisa liz lori louise lucia lucy lydia madeleine maria marie marina marjorie martha mary maryam
    megan melanie melissa michelle miriam monica nancy naomi natalia natalie natasha nicola nicole nina olena olga olivia
    pamela patricia paula penelope penny phoebe priti rachel rebecca renee rita rosa rosalind rose ruth sally samantha
    sandra sara sarah serena sharon shirley silvia simone sofia sonia sophia sophie stella stephanie susan susanna suzanne
    svetlana sylvia tamara tanya tatiana teresa theresa tina ursula valentina valerie vanessa vera veronica victoria
    virginia vivian wendy yasmin yulia yvonne zoe
    """.split()
)


_ITS = frozenset({"it", "its"})
_HIS, _HER = frozenset({"he", "his", "himself"}), frozenset({"she", "her", "herself"})
_OTHERS = PLACING | NEUTRAL | frozenset({"behind", "about", "before", "after", ",", "told", "asked", "against", "than"})
"""Words after which a pronoun means another than the one just named: “Vane, her owner”, “sitting behind her”."""
_NO_NOUNS = (
    PLACING
    | NEUTRAL
    | frozenset("that when if how what why who because after before on about as until than or but a the".split())
)
_BEFORE = 6
"""Words before a name among which its title or word of kinship is looked for."""


@dataclass(frozen=True, slots=True)
class Genders:
    """Which people are “he” and which “she”.

    `mononyms` are single names that pronouns show to be people's, `things` those that they show to be none.
    """

    genders: dict[str, Gender] = field(default_factory=dict)
    mononyms: set[str] = field(default_factory=set)
    things: set[str] = field(default_factory=set)


def find_genders(
    named: Named, roles: Roles, tokens: Tokens, sentences: Sequence[Span], *, is_person: Callable[[str], bool]
) -> Genders:
    """What titles tell; else what the pronouns in sentences about one person tell; else the given name."""
    likely = _told_by_sentences(named, tokens, sentences, is_person)
    agreed: dict[str, Gender] = {}
    for person, votes in likely.items():
        only = next(iter(votes)) if len(votes) == 1 else "it"
        if only != "it":
            agreed[person] = only
    by_name: dict[str, Gender] = {}
    certain: dict[str, Gender] = {}
    for k, name in enumerate(named.names):
        full = named.full(k)
        if told := gender_of_given_name(full):
            by_name[full] = told
        if full in named.places or not (" " in name.full or name.full in named.titled):
            continue
        if told := _told_around(named, roles, k):
            certain.setdefault(full, told)
    mononyms = {person for person in agreed if " " not in person and likely[person].total() > 1}
    things = named.things() | {thing for thing, votes in likely.items() if votes["it"]}
    return Genders({**by_name, **agreed, **certain}, mononyms, things)


def _of_word(word: str) -> Gender | None:
    return "he" if word in _HE_WORDS else "she" if word in _SHE_WORDS else None


def gender_of_given_name(name: str) -> Gender | None:
    """What the given name of a full name tells; None for a name of one word, and for one that is not known."""
    given, _, surname = fold(name).partition(" ")
    given = given.split("-")[0]
    if not surname:
        return None
    return "he" if given in _HE_NAMES else "she" if given in _SHE_NAMES else None


def _told_around(named: Named, roles: Roles, k: int) -> Gender | None:
    """“Mrs …”, “the professor’s sister, the doctor Annika Toll”, “Rurik Penhale, a spokesman for …”."""
    first, _ = named.extent(k)
    told = _of_word(named.low(first - 1).rstrip("."))
    if told:
        return told
    comma = next((i for i in range(first - 1, first - 1 - _BEFORE, -1) if not named.low(i).isalpha()), -1)
    if named.low(comma) == "," and (told := _of_word(named.low(comma - 1))):
        return told
    return next((_of_word(named.low(head)) for head in roles.behind(k)), None)


def _told_by_sentences(
    named: Named, tokens: Tokens, sentences: Sequence[Span], is_person: Callable[[str], bool]
) -> dict[str, Counter[_Told]]:
    """How often a pronoun in a sentence that names one person only says “he” and “she” of that person."""
    likely: dict[str, Counter[_Told]] = {}
    k = 0
    for sentence in sentences:
        mine: dict[str, int] = {}
        while k < len(named) and named.names[k].start < sentence.end:
            if named.names[k].start >= sentence.start and k not in named.doubtful and named.full(k) not in named.places:
                mine.setdefault(named.full(k), k)
            k += 1
        people = [name for name in mine if name and is_person(name)] or list(mine)
        if len(people) == 1:
            told = _told_by_pronouns(named, tokens, tokens.within(sentence), mine[people[0]])
            likely.setdefault(people[0], Counter()).update(told)
    return likely


def _told_by_pronouns(named: Named, tokens: Tokens, sentence: range, k: int) -> list[_Told]:
    """What the pronouns behind the only name of a sentence tell; nothing where one stands before it."""
    first, last = named.extent(k)
    low = tokens.low
    if any(low[i] in _HIS or low[i] in _HER for i in range(sentence.start, first)):
        return []
    found: list[_Told] = []
    for i in range(last + 1, sentence.stop):
        word, following = low[i], named.low(i + 1)
        if word == "that":
            break
        if word in _ITS and not found:
            found.append("it")
            break
        if (word not in _HIS and word not in _HER) or low[i - 1] in _OTHERS or following in SPOKE:
            continue
        if word != "her" or (following.isalpha() and following not in _NO_NOUNS):
            found.append("he" if word in _HIS else "she")
    return found
