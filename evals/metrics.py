"""The metrics of one answer: what each adds to the two sides of its fraction (pure functions).

Functions take the golden question, the answer and the stored texts (article id → text, read again from the index), and
return a `Share`, or None where the case does not count. A metric's value is the sum of parts over the sum of wholes.
"""

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence

from evals.types import GoldenQuestion, Share
from indexes.types import Span
from qa.types import Answer, Citation

COVERED = 0.8
"""A citation covers a quote from this share of its characters on (contract §4)."""

MISATTRIBUTED = 0.5
"""A citation takes a wrong quote's words from this share of the shorter of the two on."""

SHORT_ANSWER_WORDS = 15
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_TYPOGRAPHIC = str.maketrans(dict.fromkeys("“”„«»‚‹›–—…", " ") | dict.fromkeys("‘’", ""))
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_HONORIFICS = frozenset({"mr", "mrs", "ms", "miss", "dr", "sir", "dame", "prof", "professor", "president", "minister"})


def occurrences(text: str, quote: str) -> tuple[Span, ...]:
    """Where a quote occurs in a text; runs of white space match each other, all else must be the same."""
    words = quote.split()
    if not words:
        return ()
    pattern = r"\s+".join(re.escape(word) for word in words)
    return tuple(Span(match.start(), match.end()) for match in re.finditer(pattern, text))


def overlap(one: Span, other: Span) -> int:
    """The number of characters that two ranges share."""
    return max(0, min(one.end, other.end) - max(one.start, other.start))


def is_valid(citation: Citation, texts: Mapping[str, str]) -> bool:
    """Whether the citation's quote is the stored text at its offsets (and not empty)."""
    text = texts.get(citation.article.id)
    if text is None or not 0 <= citation.start < citation.end <= len(text):
        return False
    return text[citation.start : citation.end] == citation.quote


def covers(citation: Citation, quotes: Sequence[str], texts: Mapping[str, str]) -> bool:
    """Whether a valid citation covers ≥ 80 % of the characters of one of the quotes, wherever they occur.

    A citation inside a longer gold quote covers it only if it is at least 80 % of it.
    """
    if not is_valid(citation, texts):
        return False
    return covers_quote(Span(citation.start, citation.end), quotes, texts[citation.article.id])


def covers_quote(cited: Span, quotes: Sequence[str], text: str) -> bool:
    """Whether a span of a text covers ≥ 80 % of the characters of one of the quotes, wherever in the text they occur."""
    return any(
        overlap(cited, span) >= COVERED * (span.end - span.start)
        for quote in quotes
        for span in occurrences(text, quote)
    )


def declined(answer: Answer) -> bool:
    """Whether the answer is that the articles do not say."""
    return answer.status == "insufficient_evidence"


def is_right(question: GoldenQuestion, answer: Answer, texts: Mapping[str, str]) -> bool:
    """Whether a quote answers: it covers a gold or also-valid quote.

    Where no quote is known: it holds a gold answer, or, without one, is from a gold article.

    A declined question is judged by its `closest` quotes, with which it would have been answered. Never true of an
    unanswerable question. This is the event whose probability the gate's score states.
    """
    if not question.answerable:
        return False
    quotes = answer.closest if declined(answer) else answer.citations
    if question.accepted:
        return any(covers(citation, question.accepted, texts) for citation in quotes)
    if question.gold_answers:
        return any(states(citation.quote, question.gold_answers) for citation in quotes)
    return any(citation.article.id in question.article_ids for citation in quotes)


def citation_validity(answer: Answer, texts: Mapping[str, str]) -> Share | None:
    """Citations whose quote equals the stored text at its offsets / citations."""
    if not answer.citations:
        return None
    return Share(sum(is_valid(citation, texts) for citation in answer.citations), len(answer.citations))


def gold_quote_recall(question: GoldenQuestion, answer: Answer, texts: Mapping[str, str]) -> Share | None:
    """Answerable questions where a citation covers ≥ 80 % of any gold (or also-valid) quote / answerable questions."""
    if not (question.answerable and question.gold_quotes):
        return None
    return Share(any(covers(citation, question.accepted, texts) for citation in answer.citations), 1)


def citation_recall(question: GoldenQuestion, answer: Answer, texts: Mapping[str, str]) -> Share | None:
    """Gold facts covered by a citation / gold facts (`GoldenQuestion.facts` says what stands for a fact)."""
    if not (question.answerable and question.gold_quotes):
        return None
    found = sum(any(covers(citation, fact, texts) for citation in answer.citations) for fact in question.facts)
    return Share(found, len(question.facts))


def citation_precision(question: GoldenQuestion, answer: Answer, texts: Mapping[str, str]) -> Share | None:
    """Citations that cover a gold fact (or an also-valid quote) / citations.

    Every citation counts, also those given to a question that the articles do not answer: they cover nothing.
    """
    if not answer.citations or (question.answerable and not question.gold_quotes):
        return None
    covering = sum(covers(citation, question.accepted, texts) for citation in answer.citations)
    return Share(covering, len(answer.citations))


def citations_per_claim(answer: Answer) -> Share | None:
    """Citations that the claims rest on / claims; a citation of two claims counts twice."""
    if not answer.claims:
        return None
    return Share(sum(len(claim.citations) for claim in answer.claims), len(answer.claims))


def article_recall(question: GoldenQuestion, answer: Answer) -> Share | None:
    """Gold articles cited / gold articles; only where gold articles are known and gold quotes are not."""
    if not question.answerable or question.gold_quotes or not question.article_ids:
        return None
    cited = {citation.article.id for citation in answer.citations}
    return Share(len(cited & set(question.article_ids)), len(set(question.article_ids)))


def article_precision(question: GoldenQuestion, answer: Answer) -> Share | None:
    """Citations from a gold article / citations; only where gold articles are known and gold quotes are not."""
    if not answer.citations or not question.answerable or question.gold_quotes or not question.article_ids:
        return None
    return Share(
        sum(citation.article.id in question.article_ids for citation in answer.citations), len(answer.citations)
    )


def refusal_recall(question: GoldenQuestion, answer: Answer) -> Share | None:
    """`insufficient_evidence` among unanswerable questions / unanswerable questions."""
    return None if question.answerable else Share(declined(answer), 1)


def false_refusal(question: GoldenQuestion, answer: Answer) -> Share | None:
    """`insufficient_evidence` among answerable questions / answerable questions."""
    return Share(declined(answer), 1) if question.answerable else None


def conflict_flagged(question: GoldenQuestion, answer: Answer) -> Share | None:
    """Conflicting cases with status `conflicting` / conflicting cases."""
    return Share(answer.status == "conflicting", 1) if question.status == "conflicting" else None


def same_person(one: str, other: str) -> bool:
    """Whether two forms of a name can be one person's: each word of the shorter is in the longer, titles aside.

    "Dahlgaard" and "Renske Dahlgaard" can, "Joost Dahlgaard" and "Renske Dahlgaard" cannot.
    """
    words, others = _name_words(one), _name_words(other)
    return bool(words) and bool(others) and (words <= others or others <= words)


def is_misattributed(question: GoldenQuestion, citation: Citation, texts: Mapping[str, str]) -> bool:
    """Whether a citation's words are not those of the person asked about.

    Either the citation names another speaker, or it holds half of the shorter of itself and a wrong quote. A citation
    without a speaker is the article's own voice, and no error by itself.
    """
    if question.speaker and citation.speaker and not same_person(question.speaker, citation.speaker):
        return True
    cited = Span(citation.start, citation.end)
    return any(
        overlap(cited, span) >= MISATTRIBUTED * min(span.end - span.start, cited.end - cited.start)
        for quote in question.wrong_quotes
        for span in occurrences(texts.get(citation.article.id, ""), quote)
    )


def attribution_errors(question: GoldenQuestion, answer: Answer, texts: Mapping[str, str]) -> Share | None:
    """Said-about questions where a citation's words are another person's / said-about questions answered."""
    if question.kind != "said_about" or declined(answer):
        return None
    return Share(any(is_misattributed(question, citation, texts) for citation in answer.citations), 1)


def normalise(text: str) -> str:
    """SQuAD's normalisation (evaluate-v2.0.py): lower case, without punctuation and a/an/the, white space collapsed.

    Typographic quotation marks and dashes count as punctuation too; that script met ASCII alone.
    """
    plain = text.lower().translate(_TYPOGRAPHIC).translate(_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", plain).split())


def states(text: str, answers: Sequence[str]) -> bool:
    """Whether a text holds one of the answers as whole words, after normalisation."""
    given = f" {normalise(text)} "
    return any(gold and f" {gold} " in given for gold in map(normalise, answers))


def answer_cited(question: GoldenQuestion, answer: Answer) -> Share | None:
    """Answerable questions where a citation holds a gold answer as whole words / the same with gold answers."""
    if not (question.answerable and question.gold_answers) or question.gold_quotes:
        return None
    return Share(any(states(citation.quote, question.gold_answers) for citation in answer.citations), 1)


def exact_match(question: GoldenQuestion, answer: Answer) -> Share | None:
    """Short answers that equal a gold answer after normalisation / answerable questions with gold answers (SQuAD)."""
    if not (question.answerable and question.gold_answers):
        return None
    return Share(normalise(answer.short_answer) in {normalise(gold) for gold in question.gold_answers}, 1)


def token_f1(question: GoldenQuestion, answer: Answer) -> Share | None:
    """The best F1 of the short answer's tokens against a gold answer's, averaged over the same questions (SQuAD)."""
    if not (question.answerable and question.gold_answers):
        return None
    return Share(max(_f1(answer.short_answer, gold) for gold in question.gold_answers), 1)


def contains(question: GoldenQuestion, answer: Answer) -> Share | None:
    """Short answers of at most 15 words that hold a gold answer as whole words / the same questions."""
    if not (question.answerable and question.gold_answers):
        return None
    short = len(answer.short_answer.split()) <= SHORT_ANSWER_WORDS
    return Share(short and states(answer.short_answer, question.gold_answers), 1)


def majority_answers(questions: Sequence[GoldenQuestion]) -> dict[str, str]:
    """The most frequent first gold answer of each kind of question, normalised; the earlier one on a tie."""
    counts: dict[str, Counter[str]] = {}
    for question in questions:
        if question.answerable and question.gold_answers:
            counts.setdefault(question.kind, Counter())[normalise(question.gold_answers[0])] += 1
    return {kind: counter.most_common(1)[0][0] for kind, counter in counts.items()}


def majority_floor(question: GoldenQuestion, majority: Mapping[str, str]) -> Share | None:
    """What always giving the most frequent answer of the question's kind would score as `exact_match`."""
    if not (question.answerable and question.gold_answers):
        return None
    return Share(majority.get(question.kind) in {normalise(gold) for gold in question.gold_answers}, 1)


def _f1(given: str, gold: str) -> float:
    tokens, golds = normalise(given).split(), normalise(gold).split()
    if not tokens or not golds:
        return float(tokens == golds)
    common = sum((Counter(tokens) & Counter(golds)).values())
    return 2 * common / (len(tokens) + len(golds))


def _name_words(name: str) -> frozenset[str]:
    folded = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(character for character in folded if not unicodedata.combining(character))
    return frozenset(re.findall(r"\w+", plain)) - _HONORIFICS
