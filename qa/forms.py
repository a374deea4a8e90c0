"""The forms in which people ask: for whose words and about what, or for what kind of thing. Pure."""

import re
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["said_about", "who_said", "who", "when", "where", "number", "why", "yes_no", "other"]

_SPEECH = (
    r"sa(?:y|ys|id|ying)|th(?:ink|inks|ought)|tell|tells|told|describe[sd]?|call(?:s|ed)?|warn(?:s|ed)?|promise[sd]?|announce[sd]?|claim(?:s|ed)?|"
    r"argue[sd]?|respon(?:d|ds|ded)|react(?:s|ed)?|comment(?:s|ed)?|compare[sd]?|accuse[sd]?|criticis?z?e[sd]?|prais(?:e|es|ed)|den(?:y|ies|ied)|"
    r"admit(?:s|ted)?|demand(?:s|ed)?|urge[sd]?|joke[sd]?|remark(?:s|ed)?|predict(?:s|ed)?|suggest(?:s|ed)?|explain(?:s|ed)?|justif(?:y|ies|ied)|"
    r"defend(?:s|ed)?|answer(?:s|ed)?|repl(?:y|ies|ied)|ask(?:s|ed)?|feel|feels|felt|view(?:s|ed)?|insist(?:s|ed)?|complain(?:s|ed)?|"
    r"declare[sd]?|state[sd]?|mention(?:s|ed)?|vow(?:s|ed)?|pledge[sd]?|apologi[sz]e[sd]?|boast(?:s|ed)?|write|writes|wrote|confirm(?:s|ed)?|"
    r"talk(?:s|ed)?|remember(?:s|ed)?|recall(?:s|ed)?|sp(?:eak|eaks|oke)|mock(?:s|ed)?"
)
_WHO = r"(?P<speaker>[^?,;:]{2,60}?)"
_NOUNS = r"(?:words?|views?|opinions?|comments?|reactions?|responses?|remarks?|statements?|verdicts?|answers?|repl(?:y|ies)|take|position|stance|thoughts?|explanations?|message|criticisms?|warnings?|description)"  # noqa: E501 - one pattern on one line
ABOUT = r"(?:about|on|of|over|regarding|concerning|to|for|at|as|with|when|after|that)"
SAID_ABOUT = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^(?:what|how|why|which|when|where)\b[^?]*?\b(?:did|does|do|has|have|had|would|could|is|was)\s+{_WHO}\s+(?:\w+ly\s+|also\s+|ever\s+|first\s+|then\s+|later\s+|once\s+|still\s+|have\s+to\s+|have\s+|been\s+)*(?:{_SPEECH})\b\s*(?P<topic>.*)$",
        rf"^(?:what|which)\s+(?:\w+\s+)?(?:reasons?|explanation|answer|reply|estimate|account|description|words?|warning|advice)\s+(?:did|does|has|have)\s+{_WHO}\s+(?:give|gave|given|use|used|offer|have)\b\s*(?P<topic>.*)$",
        rf"^what\s+(?:\w+\s+)?(?:praise|criticism|reason|word|advice|message|opinion|comment|complaint|joke|excuse|hope|plan)s?\s+(?:did|does|has|have)\s+{_WHO}\s+(?:have|offer|make|made|give|find)\b\s*(?P<topic>.*)$",
        rf"^what\s+(?:did|does)\s+{_WHO}\s+(?:make\s+of|have\s+to\s+say)\b\s*(?P<topic>.*)$",
        rf"^how\s+(?:did|does)\s+{_WHO}\s+(?:rate|assess|judge|see|characteri[sz]e|sum\s+up|portray|put|phrase|justify|answer|explain)\b\s*(?P<topic>.*)$",
        r"^what\s+impression\s+did\s+(?P<topic>.+?)\s+(?:make|leave)\s+(?:on|with)\s+(?P<speaker>[^?,;:]{2,60})$",
        rf"^{_WHO},\s*what\s+(?:was|is|were|are)\s+(?:his|her|their|its)\s+(?:\w+\s+)?{_NOUNS}\s*(?P<topic>.*)$",
        rf"^(?:did|does|has|have)\s+{_WHO}\s+(?:\w+ly\s+|ever\s+)?(?:{_SPEECH})\b\s*(?P<topic>.*)$",
        rf"^what\s+(?:was|were|is|are)\s+{_WHO}['’]s?\s+(?:\w+\s+)?{_NOUNS}\s*(?P<topic>.*)$",
        rf"^what\s+(?:was|were|is|are)\s+the\s+(?:\w+\s+)?{_NOUNS}\s+(?:of|from|by)\s+{_WHO}\s+(?P<topic>(?:on|about|to|regarding|over|when|after)\b.*)$",
        rf"^(?:in|from)\s+{_WHO}['’]s?\s+(?:own\s+)?(?:words?|view|opinion),?\s*(?P<topic>.*)$",
        rf"^(?:according\s+to)\s+{_WHO},\s*(?P<topic>.*)$",
        r"^(?P<topic>.*?),?\s+according\s+to\s+(?P<speaker>[^?,;:]{2,60})$",
        rf"^{_WHO}['’]s?\s+{_NOUNS}\s+(?P<topic>(?:on|about|to|regarding|over)\b.*)$",
        rf"^{_WHO}\s+(?:quotes?|statements?|comments?)\s+(?P<topic>(?:on|about|regarding)\b.*)$",
        rf"^(?P<topic>.*?)\s+(?:did|does)\s+{_WHO}\s+(?:{_SPEECH})$",
    )
)
_ATTITUDE = (
    r"judge[sd]?|characteri[sz]e[sd]?|define[sd]?|excuse[sd]?|illustrate[sd]?|liken(?:s|ed)?|concede[sd]?|confess(?:es|ed)?|advise[sd]?|"
    r"recommend(?:s|ed)?|regard(?:s|ed)?|worr(?:y|ies|ied)|regret(?:s|ted)?|object(?:s|ed)?|plead(?:s|ed)?|retort(?:s|ed)?|welcome[sd]?|"
    r"thank(?:s|ed)?|blame[sd]?|dismiss(?:es|ed)?|accept(?:s|ed)?|receive[sd]?|take|took|look\s+back|sound(?:s|ed)?|experience[sd]?|wish(?:es|ed)?|"
    r"hope[sd]?|want(?:s|ed)?|believe[sd]?|fear(?:s|ed)?|expect(?:s|ed)?|sum(?:s|med)?\s+up|portray(?:s|ed)?|appeal(?:s|ed)?|hit\s+back|"
    r"dampen(?:s|ed)?|counter(?:s|ed)?|reject(?:s|ed)?|understand|understood|refuse[sd]?|trust(?:s|ed)?|stand\s+up|rule[sd]?\s+out"
)
_UTTERED = (
    rf"(?:{_NOUNS}|messages|descriptions|impressions?|memor(?:y|ies)|reasons?|pleas?|objections?|feelings?|forecasts?|arguments?|retorts?|"
    r"excuses?|promises?|advice|hopes?|fears?|regrets?|jokes?|digs?|compliments?|testimony|apolog(?:y|ies)|demands?|praise|judge?ments?|"
    r"complaints?|predictions?|recommendations?|attitude|quotes?)"
)
MARK = "\ue000"
_MARKED = rf"(?P<who>[^?,;:]{{0,40}}?){MARK}(?P<name>\d+){MARK}"
NAMED_SAYS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^(?:what|how|why)\b[^?]*?\b(?:did|does|do|has|had|is|was|would|won['’]t|doesn['’]t|didn['’]t)\s+{_MARKED}\s+(?P<topic>.*?),?\s+(?:in\s+(?:his|her|their)\s+own\s+words|as\s+(?:he|she|they)\s+puts?\s+it)$",
        rf"^(?:(?:to|of|with)\s+)?(?:what|how(?!\s+(?:many|much|long|old|often|far|quickly))|why)\b[^?]*?\b(?:did|does|do|has|had|would)\s+{_MARKED}\s+(?:not\s+|\w+ly\s+)?(?P<topic>(?:{_ATTITUDE}|{_SPEECH})\b.*)$",
        rf"^(?:what|which)\s+(?P<noun>(?:\w+\s+){{0,2}}?{_UTTERED})\s+(?:did|does|had|has)\s+{_MARKED}\s+(?:make|have|give|pay|put\s+forward|offer|voice|raise|express|use|take)\b\s*(?P<topic>.*)$",
        rf"^what\s+(?:was|were|is|are)\s+{_MARKED}['’]s?\s+(?P<topic>(?:\w+\s+){{0,2}}?{_UTTERED}\b.*)$",
        rf"^(?:did|does)\s+{_MARKED}\s+(?P<topic>(?:{_ATTITUDE})\b.*)$",
        rf"^what\s+(?:worr(?:ies|ied)|annoy(?:s|ed)|please[sd]|surprise[sd]|trouble[sd])\s+{_MARKED}\s+(?P<topic>(?:about|in|when|at)\b.*)$",
        rf"^{_MARKED}(?:['’]s?)?\s+(?:on|about|over|regarding|explaining|describing)\s+(?P<topic>.*)$",
        rf"^{_MARKED}(?:['’]s?)?\s+(?P<topic>(?:\w+\s+)?{_UTTERED}\b.*)$",
    )
)
"""Asks for somebody's words only where the subject is a person by name: a verb like “take” is no speech by itself."""
ASKED_NOUN = re.compile(
    r"^(?:what|which|how|why|when|where)\s+(?P<noun>(?!did|does|do|has|have|had|was|were|is|are)[\w -]{3,40}?)"
    r"\s+(?:did|does|do|has|have|had)\b",
    re.IGNORECASE,
)
_WHO_SAID = re.compile(
    rf"^(?:who|whose|which\s+\w+(?:\s+\w+)?)\s+(?:was\s+it\s+(?:who|that)\s+)?(?:has\s+|have\s+|had\s+|publicly\s+|\w+ly\s+)*(?:{_SPEECH}|called|blamed|likened|spoke|quoted|complained)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\b(?:how\s+(?:many|much|old|long|far|big|large|high|tall|fast|deep|heavy|often|few|wide)|what\s+(?:number|share|percentage|percent|proportion|amount|sum|price|cost|score|result|figure|total|margin|age|size)|what\s+(?:was|is|were|are)\s+the\s+(?:\w+\s+)?(?:number|share|percentage|amount|price|cost|score|turnout|total|death\s+toll|toll|margin|size|budget|population|attendance|salary|reward|fine|fee|distance|height|length|depth|speed|age))\b",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\b(?:when|what\s+(?:day|date|time|year|month|week)|which\s+(?:day|date|year|month|week)|since\s+when|until\s+when|at\s+what\s+time|on\s+what\s+(?:day|date))\b",
    re.IGNORECASE,
)
_WHERE = re.compile(
    r"\b(?:where|(?:in|at|from|to)\s+(?:which|what)\s+(?:city|town|country|place|street|village|room|building|port|stadium|ground|hall)|(?:which|what)\s+(?:city|town|country|place|village|venue|street|ground))\b",
    re.IGNORECASE,
)
_YES_NO = re.compile(r"^(?:is|are|was|were|did|does|do|has|have|had|will|would|can|could|should)\b", re.IGNORECASE)
PARTS = re.compile(
    r"\?\s+(?=\S)|,?\s+and\s+(?=(?:what|who|whom|when|where|why|which|how(?:\s+(?:many|much|long|old))?)\s+(?:did|does|do|is|was|were|are|has|have|had|would|will|many|much|long|old|\w+\s+(?:did|does|was|is|were)))",
    re.IGNORECASE,
)
SETTING = re.compile(
    r"^(?P<scene>[^?]{10,}?[.!])\s+(?P<asked>(?:and |but |so )?(?:what|who|when|where|why|how|which)\b.*)$",
    re.IGNORECASE,
)
COMPARED = re.compile(
    r"\b(?:compare|compared|differ|differs|difference|both|than|versus|vs|agree|disagree|same|change[sd]?|between|each|respectively)\b",
    re.IGNORECASE,
)


def kind_of(text: str) -> Kind:  # noqa: PLR0911 - one case a line
    """The kind of thing that a question asks for, by its first sign."""
    if _WHO_SAID.search(text):
        return "who_said"
    if _NUMBER.search(text):
        return "number"
    if _WHEN.search(text):
        return "when"
    if _WHERE.search(text):
        return "where"
    if re.search(r"\b(?:who|whom|whose)\b", text, re.IGNORECASE):
        return "who"
    if re.search(r"\bwhy\b", text, re.IGNORECASE):
        return "why"
    return "yes_no" if _YES_NO.search(text) else "other"
