"""Takes off a mail's text what its sender did not write for it: quoted mails, signatures, the heads of forwarded mails."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_PREFIX = re.compile(r"(?:(?:re|aw|sv|vs|antw|fwd?|wg|tr|rv|enc)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_REPLY = re.compile(r"\s*(?:re|aw|sv|vs|antw)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
_FORWARDED = re.compile(
    r"-{2,}\s*(?:forwarded (?:message|mail|by .{1,80})|original message|weitergeleitete nachricht"
    r"|ursprüngliche nachricht|message transféré|mensaje reenviado)\s*-{2,}|begin forwarded message:",
    re.IGNORECASE,
)
_HEAD_LINE = re.compile(
    r"\*?(?P<name>from|von|de|sent|date|datum|gesendet|envoyé|fecha|subject|betreff|objet|asunto|to|an|à|para|cc|bcc"
    r"|reply-to)\*?\s?:\*?\s*(?P<value>.*)",
    re.IGNORECASE,
)
_NAMES: Mapping[str, str] = {
    "von": "from",
    "de": "from",
    "sent": "date",
    "datum": "date",
    "gesendet": "date",
    "envoyé": "date",
    "fecha": "date",
    "betreff": "subject",
    "objet": "subject",
    "asunto": "subject",
}
_INTRODUCTION = re.compile(
    r"(?:on\s.{4,200}\bwrote|am\s.{4,200}\bschrieb.{0,80}|le\s.{4,200}\ba écrit|el\s.{4,200}\bescribió)\s*:",
    re.IGNORECASE,
)
# What mailing programs put around a newsletter.
_FURNITURE = re.compile(
    r"(?:(?:view|read|open|see) (?:this|the|it)?\s*(?:e-?mail|newsletter|message|it|online)?\s*"
    r"(?:online|in (?:(?:your|a|the) )?(?:web ?)?browser)"
    r"|(?:having )?(?:trouble|problems|difficulty) (?:viewing|reading) this (?:e-?mail|message)\b.{0,80}"
    r"|(?:click here to )?unsubscribe\b.{0,100}"
    r"|(?:update|manage) (?:your|email) (?:preferences|subscription)\b.{0,60}"
    r"|you (?:are receiving|received|get) this (?:e-?mail|newsletter|message) because\b.{0,150}"
    r"|forward (?:this|to a friend)\b.{0,60})[.!]?(?:\s*[:<(]?\s*https?://\S+[>)]?)?",
    re.IGNORECASE,
)
_BEGINNINGS = ("on", "am", "le", "el")
_LONGEST_INTRODUCTION = 300
_LONGEST_FURNITURE = 250
_FEWEST_HEAD_LINES = 2
_MOST_HEAD_LINES = 12
_LONGEST_SIGNATURE = 15
_LONGEST_SIGNATURE_LINE = 150


@dataclass(frozen=True, slots=True)
class Told:
    """What a mail tells. `head` has `from`, `date` and `subject` of the mail that it forwards, empty where it does not."""

    text: str
    head: Mapping[str, str] = field(default_factory=dict)


def bare_subject(subject: str) -> str:
    """A subject without `Re:` and `Fwd:`."""
    return _PREFIX.sub("", subject.strip(), count=1) if _PREFIX.match(subject.strip()) else subject.strip()


def read_text(text: str, *, subject: str = "", answers: bool = False) -> Told:
    """The text without what was quoted. Only whole lines go, and everything stays where nothing else would be left.

    `answers` says that the mail is a reply: there lines with `>` are never the sender's own.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    replies = answers or bool(_REPLY.match(subject))
    lines, head = _without_forwarding(lines, replies=replies)
    lines = _without_quotations(lines, replies=replies)
    lines = _without_signature(lines)
    lines = [line for line in lines if len(line) > _LONGEST_FURNITURE or not _FURNITURE.fullmatch(line.strip())]
    kept = "\n".join(lines)
    return Told(kept, head) if any(map(str.isalnum, kept)) else Told(text)


def unfold(text: str, *, joins_words: bool) -> str:
    """The paragraphs of a text in the format `flowed`: a line that ends in a space goes on in the next one.

    `joins_words`: that space is no part of the text (`delsp=yes`).
    """
    paragraphs: list[list[str]] = []
    open_depth: int | None = None
    for raw in text.replace("\r\n", "\n").split("\n"):
        depth = len(raw) - len(raw.lstrip(">"))
        line = raw[depth:].removeprefix(" ")
        flows = line.endswith(" ") and line != "-- "
        words = line[:-1] if flows and joins_words else line
        if open_depth == depth and line != "-- ":
            paragraphs[-1].append(words)
        else:
            paragraphs.append([f"{'>' * depth} {words}" if depth else words])
        open_depth = depth if flows else None
    return "\n".join(map("".join, paragraphs))


def _without_forwarding(lines: list[str], *, replies: bool) -> tuple[list[str], dict[str, str]]:
    """The lines without the head of the mail that they pass on; in a reply, without that mail as well."""
    for index, line in enumerate(lines):
        if not _FORWARDED.fullmatch(line.strip()):
            continue
        start = index + 1
        while start < len(lines) and not lines[start].strip("> \t"):
            start += 1
        head, end = _read_head(lines, start)
        if len(head) < _FEWEST_HEAD_LINES:
            continue
        if replies and any(map(str.isalnum, "".join(lines[:index]))):
            return lines[:index], {}
        rest = lines[end:]
        told = [other for other in rest if other.strip()]
        if told and all(other.startswith(">") for other in told):
            rest = [other.removeprefix(">").removeprefix(" ") for other in rest]
        return [*lines[:index], *rest], head
    return lines, {}


def _read_head(lines: Sequence[str], start: int) -> tuple[dict[str, str], int]:
    """The lines `Name: value` from `start` on, and where they end."""
    head: dict[str, str] = {}
    index = start
    while index < min(len(lines), start + _MOST_HEAD_LINES):
        match = _HEAD_LINE.fullmatch(lines[index].lstrip("> \t").rstrip())
        if match is None:
            break
        name = match["name"].lower()
        head.setdefault(_NAMES.get(name, name), match["value"].strip())
        index += 1
    return head, index


def _without_quotations(lines: list[str], *, replies: bool) -> list[str]:
    """The lines without those marked with `>`, where a line says that someone wrote them or the mail is a reply."""
    kept: list[str] = []
    index = 0
    while index < len(lines):
        introduced = _introduction(lines, index)
        end = index + introduced
        while end < len(lines) and introduced and not lines[end].strip():
            end += 1
        quoted = end
        while (introduced or replies) and quoted < len(lines) and _is_quoted(lines[quoted], inside=quoted > end):
            quoted += 1
        if quoted > end:
            kept.append("")
            index = quoted
        else:
            kept.append(lines[index])
            index += 1
    return kept


def _is_quoted(line: str, *, inside: bool) -> bool:
    return line.startswith(">") or (inside and not line.strip())


def _introduction(lines: Sequence[str], index: int) -> int:
    """How many lines say `On Friday Ada Hall wrote:`, one or two; 0 where none does."""
    if not lines[index][:3].strip().casefold().startswith(_BEGINNINGS):
        return 0
    for count in (1, 2):
        words = " ".join(line.strip()[:_LONGEST_INTRODUCTION] for line in lines[index : index + count])
        if _INTRODUCTION.fullmatch(words):
            return count
    return 0


def _without_signature(lines: list[str]) -> list[str]:
    """The lines above `-- `, where few and short ones stand below it."""
    for index in range(len(lines) - 1, max(-1, len(lines) - 2 - _LONGEST_SIGNATURE), -1):
        if lines[index] in {"-- ", "--\u00a0"} and all(len(line) <= _LONGEST_SIGNATURE_LINE for line in lines[index:]):
            return lines[:index]
    return lines
