"""The words by which news prose says that somebody spoke or wrote."""

SPOKE = frozenset(
    """
    said says say told tells added adds insisted insists argued argues warned warns joked jokes quipped tweeted posted
    wrote writes replied replies asked asks answered answers announced announces declared declares claimed claims noted
    notes explained explains confirmed confirms denied denies admitted admits acknowledged acknowledges stressed
    stresses conceded concedes recalled recalls complained complains promised promises pledged pledges urged urges called
    calls described describes accused accuses criticised criticises criticized criticizes praised praises remarked remarks
    suggested suggests predicted predicts estimated estimates testified testifies shouted continued continues concluded
    concludes maintained maintains observed observes commented comments demanded demands vowed vows welcomed welcomes
    thanked dismissed dismisses rejected rejects repeated repeats responded responds stated states emphasised emphasises
    emphasized emphasizes cautioned cautions lamented laments boasted countered counters retorted objected protested
    agreed agrees disagreed muttered read reads put puts labelled labeled branded likened mocked blamed blames apologised
    apologized hinted signalled appealed advised advises instructed reiterated reiterates revealed reveals summed cracked
    spoke speaks whispered exclaimed cried laughed began begins recounted wondered mused sighed pleaded texted
    contended contends asserted asserts alleged alleges proclaimed clarified elaborated messaged captioned issued shared reported
    """.split()
)
"""Forms that, with a subject, introduce or follow words in quotation marks."""

INVERTED = SPOKE - frozenset(
    "reported told tells say put puts called calls described describes welcomed thanked labelled labeled branded blamed issued".split()
)
"""Those whose subject may follow: “…,” said the mayor."""

OPENING = frozenset({"said", "says", "added", "adds", "wrote", "tweeted"})
"""Those with which a sentence may begin: Said Stowe: “…”."""

REPORTS = frozenset(
    """
    said says added adds insisted insists argued argues warned warns announced announces declared declares claimed claims
    noted notes explained explains confirmed confirms denied denies admitted admits acknowledged acknowledges stressed
    stresses conceded concedes recalled recalls complained complains promised promises pledged pledges urged urges accused
    accuses criticised criticises criticized criticizes praised praises suggested suggests predicted predicts estimated
    estimates testified maintained maintains demanded demands vowed vows stated states repeated emphasised emphasized
    cautioned countered disagreed blamed blames apologised apologized hinted reiterated revealed advised
    contended asserted alleged described describes told tells
    """.split()
)
"""Forms after which the words of a speaker are told, whether or not “that” stands before them."""

REPORTS_THAT = REPORTS | frozenset(
    "replied answered responded objected protested wrote writes remarked concluded joked agreed".split()
)
"""Forms that tell a speaker's words where “that”, “whether” or a question word stands before these."""

TELL = frozenset("told tells reminded assured informed warned urged advised promised".split())
"""Forms whose object is the listener."""

BASE = frozenset(
    "say tell ask add write call joke argue warn insist claim admit describe quip complain explain".split()
)
"""Forms that speak after “used to”, “would” or “went on to”."""

GERUNDS = frozenset(
    """
    saying adding telling asking arguing insisting warning joking writing quipping noting calling describing explaining
    tweeting declaring claiming stressing promising announcing replying recalling likening branding stating shouting
    """.split()
)
"""Forms whose subject is that of the sentence: he resigned, saying …"""

WORDS = frozenset(
    """
    claim statement remark comment assertion promise warning description words verdict quip boast complaint accusation
    assessment declaration phrase joke prediction insistence answer reply response plea argument suggestion message
    """.split()
)
"""Nouns for what somebody said: Lorrimer’s claim that …"""

DOCUMENTS = frozenset("statement letter message note post tweet email e-mail text caption".split())
"""Things that “read” or “say” something for their author."""

SENT = frozenset("from by".split())
"""Words between a document and its author: a statement from X, a letter signed by X."""

TALKS = frozenset("said says told tells added adds recalled wrote explained explains".split())
"""Forms by which somebody without a name is heard, whom “he” or “she” can mean in the next sentence."""

ANSWERS = frozenset("answered answers replied replies responded responds retorted countered".split())
"""Forms by which the one who was asked speaks."""

NAMING = frozenset(
    "so-called dubbed titled entitled nicknamed headlined named term phrase word slogan song film book play album hit".split()
)
"""Words before marks that hold a name or a term, and no speech."""
