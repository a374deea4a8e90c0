"""Has the language model write claims from evidence, and keeps what verification lets through."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from indexes.quotations import quoted_spans
from qa.citations import MAX_PER_ANSWER, MAX_PER_CLAIM, cite
from qa.errors import ModelProblem, ModelUnavailable
from qa.prompt import MAX_REPLY_TOKENS, SCHEMA, Reply, build_prompt, read_reply, read_whole_claims
from qa.question import Part, content_stems
from qa.restoring import restore_quotes
from qa.types import Audience, Citation, Claim, ClaimVerified, Evidence, LanguageModel
from qa.verification import verify_claim

Groups: TypeAlias = Sequence[tuple[Part, Sequence[int]]]
"""Each part of a question with the numbers (from 1) of its evidence."""

_log = logging.getLogger("dateline.qa")
MAX_EVIDENCE = 6
"""Pieces of evidence in a prompt."""
_SHORT = 30
"""Words of a quote that stands for a short answer."""
_CHOICE = re.compile(r"\b(?:or|whether|which of)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Draft:
    """What the model wrote, before anything of it is believed. `reply` None: it failed."""

    reply: Reply | None
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """Verified claims with their citations, numbered in the order in which the claims use them."""

    answer: str
    short_answer: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    dropped: int
    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class _Kept:
    text: str
    numbers: tuple[int, ...]


class Composer:
    """Writes answers with one language model."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model

    def draft(
        self,
        question: str,
        evidence: Sequence[Evidence],
        groups: Groups = (),
        *,
        reference_date: date | None,
        audience: Audience | None = None,
    ) -> Draft:
        """Ask the model; an audience is told each claim once it is written and verified.

        A model that fails leaves its claims so far and the verified quotes to speak for themselves. Raises `Abandoned`, and
        `ModelUnavailable` where the model is not there and wrote no claim.
        """
        messages = build_prompt(question, evidence[:MAX_EVIDENCE], reference_date=reference_date)
        so_far = _SoFar(evidence, groups, audience) if audience else None
        try:
            completion = self._model.complete(
                messages, schema=SCHEMA, max_tokens=MAX_REPLY_TOKENS, watch=so_far.take if so_far else None
            )
            return Draft(read_reply(completion.text), completion.prompt_tokens, completion.completion_tokens)
        except ModelProblem as problem:
            if isinstance(problem, ModelUnavailable) and not (so_far and so_far.reply):
                raise
            _log.warning("the language model failed, so the quotes are the answer: %s", problem)
            return Draft(so_far.reply if so_far else None)

    def verify(self, draft: Draft, evidence: Sequence[Evidence], groups: Groups) -> Composed:
        """Keep the claims that hold. The evidence has to be verbatim.

        A group without a surviving claim is answered by its best quote, word for word; a part may come twice, where two
        of its quotes contradict each other.
        """
        kept, dropped = _keep(draft.reply.claims if draft.reply else (), evidence, groups)
        for _, numbers in groups:
            if numbers and not any(set(numbers) & set(claim.numbers) for claim in kept):
                kept.append(_Kept(evidence[numbers[0] - 1].quote, (numbers[0],)))
        return _assemble(kept, evidence, draft, groups, dropped)


class _SoFar:
    """Gathers a reply that is being written; tells each claim once it is whole and holds."""

    def __init__(self, evidence: Sequence[Evidence], groups: Groups, audience: Audience) -> None:
        self._evidence = evidence
        self._groups = groups
        self._audience = audience
        self._text = ""
        self._told = 0
        self.reply: Reply | None = None
        """The claims that are whole; None before the first one."""

    def take(self, piece: str) -> bool:
        """Take a further piece; true where the audience is gone."""
        self._text += piece
        if "}" in piece:
            self._tell()
        return self._audience.gone()

    def _tell(self) -> None:
        reply = read_whole_claims(self._text)
        if reply is None or (self.reply and len(reply.claims) == len(self.reply.claims)):
            return
        self.reply = reply
        kept, _ = _keep(reply.claims, self._evidence, self._groups)
        claims, citations = _number(kept, self._evidence)
        for claim in claims[self._told :]:
            cited = tuple(one for one in citations if one.number in claim.citations)
            self._audience.tell(ClaimVerified(claim.text, cited))
        self._told = len(claims)


def _keep(
    written: Sequence[tuple[str, Sequence[int]]], evidence: Sequence[Evidence], groups: Groups
) -> tuple[list["_Kept"], int]:
    """The claims that hold, in order, and how many do not; a claim that says another's words again counts as neither."""
    kept: list[_Kept] = []
    dropped = 0
    speakers = {number: part.speaker for part, numbers in groups for number in numbers}
    for text, cited in written:
        claim = _hold(text, cited, evidence, speakers)
        if claim is None:
            dropped += 1
        elif not any(claim.text == other.text for other in kept):
            kept.append(claim)
    return kept, dropped


def _hold(
    text: str, numbers: Sequence[int], evidence: Sequence[Evidence], speakers: dict[int, str | None]
) -> _Kept | None:
    """The claim with the citations that bear it out, or None. A claim that names a wrong number is tried on the rest."""
    named = [number for number in dict.fromkeys(numbers) if 1 <= number <= len(evidence)][:MAX_PER_CLAIM]
    restored = restore_quotes(text, [piece.quote for piece in evidence])
    bearing = [n for n in range(1, len(evidence) + 1) if _bears(restored, [n], evidence, speakers)]
    if named and not bearing and _bears(restored, named, evidence, speakers):
        return _Kept(_as_sentence(restored), tuple(named))
    first = [number for number in named if number in bearing]
    chosen = [*first, *(number for number in bearing if number not in first)][:MAX_PER_CLAIM]
    return _Kept(_as_sentence(restored), tuple(chosen)) if chosen else None


def _as_sentence(text: str) -> str:
    """A claim that the model copied from the middle of a sentence begins like one."""
    first = text.split(maxsplit=1)[0] if text.split() else ""
    return text[0].upper() + text[1:] if first.islower() and first.isalpha() else text


def _bears(text: str, numbers: Sequence[int], evidence: Sequence[Evidence], speakers: dict[int, str | None]) -> bool:
    asked = {speakers.get(number) for number in numbers}
    speaker = next(iter(asked)) if len(asked) == 1 else None
    return verify_claim(text, [evidence[number - 1] for number in numbers], speaker=speaker).holds


def _assemble(
    kept: Sequence[_Kept],
    evidence: Sequence[Evidence],
    draft: Draft,
    groups: Groups,
    dropped: int,
) -> Composed:
    claims, citations = _number(kept, evidence)
    text = " ".join(f"{claim.text} {''.join(f'[{number}]' for number in claim.citations)}" for claim in claims)
    return Composed(
        answer=text,
        short_answer=_short_answer(draft, [evidence[number - 1] for number in _used(kept)], groups),
        claims=claims,
        citations=citations,
        dropped=dropped,
        prompt_tokens=draft.prompt_tokens,
        completion_tokens=draft.completion_tokens,
    )


def _number(kept: Sequence[_Kept], evidence: Sequence[Evidence]) -> tuple[tuple[Claim, ...], tuple[Citation, ...]]:
    """Claims and citations, numbered from 1 in the order in which the claims use them; a further claim changes no number."""
    used = _used(kept)
    citations, _ = cite([evidence[number - 1] for number in used])
    renumbered = {number: place for place, number in enumerate(used, start=1)}
    claims = []
    for claim in kept:
        numbers = tuple(sorted(renumbered[number] for number in claim.numbers if number in renumbered))
        if numbers:
            claims.append(Claim(text=claim.text, citations=numbers))
    return tuple(claims), citations


def _used(kept: Sequence[_Kept]) -> list[int]:
    return list(dict.fromkeys(number for claim in kept for number in claim.numbers))[:MAX_PER_ANSWER]


def _short_answer(draft: Draft, cited: Sequence[Evidence], groups: Groups) -> str:
    """The very words where somebody's are asked for; else the model's short answer where it holds; else the best quote."""
    best = cited[0]
    spoken = [span.of(best.quote) for span in quoted_spans(best.quote)]
    if spoken and any(part.speaker for part, _ in groups):
        return f"“{max(spoken, key=len)}”"
    written = draft.reply.short_answer.strip() if draft.reply else ""
    if written:
        restored = restore_quotes(written, [piece.quote for piece in cited])
        if verify_claim(restored, cited).holds and not _repeats(restored, groups):
            return restored
    words = best.quote.split()
    return best.quote if len(words) <= _SHORT else " ".join(words[:_SHORT]) + " …"


def _repeats(written: str, groups: Groups) -> bool:
    """Whether a short answer says only what the question itself names; a choice between two has to."""
    asked = " ".join(part.text for part, _ in groups)
    words = content_stems(written)
    return bool(words) and set(words) <= set(content_stems(asked)) and not _CHOICE.search(asked)
