"""Tells from titles, words of kinship and given names whether “he” or “she” can mean a person."""

from typing import Literal, TypeAlias

from indexes.names import fold

Gender: TypeAlias = Literal["he", "she"]

HE_WORDS = frozenset(
    """
    mr sir lord chairman spokesman councilman congressman businessman policeman father brother king prince husband son
    grandfather grandson uncle nephew widower man fisherman alderman imam rabbi pope monsignor
    """.split()
)
SHE_WORDS = frozenset(
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


def gender_of_word(word: str) -> Gender | None:
    """What a title or a word of kinship tells."""
    return "he" if word in HE_WORDS else "she" if word in SHE_WORDS else None


def gender_of_given_name(name: str) -> Gender | None:
    """What the first word of a name of several words tells."""
    words = fold(name).split()
    if len(words) < 2:  # noqa: PLR2004
        return None
    given = words[0].split("-")[0]
    return "he" if given in _HE_NAMES else "she" if given in _SHE_NAMES else None
