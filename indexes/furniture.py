"""Knows the lines that are no part of a story: banners, captions, credits, share bars, pointers to other stories."""

import re

from indexes.dates import read_dateline

_LONGEST_CAPTION = 700
_LONGEST_FURNITURE = 450
_END = 200

_BANNER = re.compile(
    r"(?:breaking(?:\s+news)?|live(?:\s+updates?)?|latest(?:\s+news)?|just\s+in|developing(?:\s+story)?|exclusive"
    r"|news\s+alert|alert|updated?|watch|video|photos?|gallery)\s*[:!|–—-]*",
    re.IGNORECASE,
)
_AGENCY = r"(?:Getty(?: Images)?|AFP|REUTERS|Reuters|AP(?: Photo)?|EPA(?:-EFE)?|EFE|ANP|DPA|dpa|TASS|Xinhua|WireImage)"
_NAME = r"[\w.’'&-]+(?: [\w.’'&-]+){0,5}"
_OF = r"\s*(?:[/|]|\bvia\b)\s*"
_CREDIT = re.compile(
    # Behind the caption's last sentence, or alone: "Ada Hall/Getty Images/AFP", "(AP Photo/Bo Lind)", "Photo: Cy Ross".
    rf"(?:^|[.!?)”\"]\s+|\()(?:(?:{_NAME}{_OF}){{1,4}}{_AGENCY}(?:{_OF}{_NAME}){{0,3}}|{_AGENCY}(?:{_OF}{_NAME}){{1,3}}"
    r"|Getty Images|AP Photo)\s*[)\]]?\.?$",
)
_CREDIT_LABEL = re.compile(
    r"(?:^|[.\s(\[])(?:(?:Photo|Image)(?: credit|s)?|Photograph|Picture)(?:\s+by)?\s*:\s*[^.!?]{1,80}[)\]]?\.?$"
    r"|\((?:[Cc]redit|[Cc]ourtesy)(?: of|:)\s[^()]{1,80}\)\.?$",
)
_CAPTION = re.compile(r"^(?:FILE(?: PHOTO| PICTURE)?|PHOTO|PICTURE|IMAGE|PICTURED|CAPTION|Caption|Photo)\s*[:–—-]\s")
# What addresses the reader, or names other pages. Whatever holds a quotation mark may be a story's own words.
_FURNITURE = re.compile(
    r"(?:advertisement|(?:article|story) continues (?:below|after).{0,40}|read more|related(?: articles| stories)?"
    r"|share(?: this)?(?: article| story)?|print|e-?mail|comments?|don['’]t miss"
    r"|(?:read more|read also|also read|read next|related|see also|see more|don['’]t miss|filed under)\s*:.{1,150}"
    r"|follow [^“”\"]{1,60} on (?:facebook|twitter|x|instagram|youtube|linkedin|telegram|whatsapp)\b[^“”\"]{0,60}"
    r"|follow us on .{1,60}|tell us what you think.{0,20}"
    r"|(?:like|liked|enjoyed?) this (?:story|article|post)\s*\?[^“”\"]{0,150}"
    r"|if you (?:liked?|enjoyed?) this (?:story|article|post)\b[^“”\"]{0,400}"
    # Who worked on the story: its authors are kept elsewhere.
    r"|\((?:additional )?(?:reporting|writing|editing) by [^“”\"]{1,250}"
    r"|(?:additional )?(?:reporting|writing|editing) by [^.“”\"]{1,120};[^“”\"]{1,150}"
    r"|\S{1,64}@[\w.-]{1,60}\.\w{2,}|(?:https?://)?(?:www\.)?(?:twitter|facebook|instagram)\.com/\S{1,80}"
    r"|\d{1,3}[ -]min(?:ute)?s?(?: read)?)",
    re.IGNORECASE,
)
# The same, by a word that may stand further on: looked for only where that word is.
_FURNITURE_AROUND = {
    word: re.compile(pattern, re.IGNORECASE)
    for word, pattern in (
        (
            "newsletter",
            r"(?:[^“”\"]{0,200}[.!?…] )?(?:sign up|subscribe) (?:for|to) [^.“”\"]{1,100}\bnewsletters?\b[^“”\"]{0,100}",
        ),
        ("click here", r"(?:[^“”\"]{0,200}[.!?…] )?click here (?:for|to) [^“”\"]{1,80}"),
        (
            "contributed",
            r"[^“”\"]{1,250} contributed (?:to this (?:report|story|article)|reporting)(?: from [^.“”\"]{1,50})?[.)]{0,2}",
        ),
    )
}


def is_banner(line: str) -> bool:
    """Whether a line is a mark such as `Breaking News:`."""
    return _BANNER.fullmatch(line[: _END + 1]) is not None


def is_furniture(paragraph: str) -> bool:
    """Whether a paragraph speaks to the reader of the page, or points to others, and tells nothing of the story."""
    if len(paragraph) > _LONGEST_FURNITURE:
        return False
    if _FURNITURE.fullmatch(paragraph):
        return True
    folded = paragraph.casefold()
    return any(word in folded and pattern.fullmatch(paragraph) for word, pattern in _FURNITURE_AROUND.items())


def is_caption(paragraph: str) -> bool:
    """Whether a paragraph stood under a picture: it has an agency's dateline, a mark, or a credit at its end."""
    if len(paragraph) > _LONGEST_CAPTION:
        return False
    dateline = read_dateline(paragraph)
    if (dateline and dateline.caption) or _CAPTION.match(paragraph):
        return True
    end = paragraph[-_END:]
    credited = any(mark in end for mark in ("/", "|", "via", "Getty", "AP Photo")) and _CREDIT.search(end)
    return bool(credited or ((":" in end or end.endswith((")", ")."))) and _CREDIT_LABEL.search(end)))
