"""Hypothesis strategies: texts as newspapers print them, and articles made of them."""

from hypothesis import strategies as st

from indexes.types import Article

_WORDS = st.sampled_from(
    "harbour strike Monday said Mr. Dr. p.m. No. 4 U.S. 320,000 3.5 café naïve Zürich 😀 👩‍👩‍👧 東京 e\u0301t\u00e9 — – … "
    "council Ms. Orr asked that it he “Never!” “No,” ‘quiet’ (again) well-known don’t O’Brien’s £1.4m http://a.example/x_y".split()
)
_ENDS = st.sampled_from(
    [". ", "! ", "? ", "… ", ".” ", "!” ", '?" ', ", ", "; ", " ", "\u00a0", "\n", "\n\n", "\r\n", "\u2028"]
)
_PIECES = st.lists(st.one_of(_WORDS, _ENDS, st.sampled_from([" ", "“", "”", '"', "'"])), max_size=120)

news_texts = st.one_of(_PIECES.map("".join), _PIECES.map(" ".join), st.text(max_size=400))
"""Texts with quotation marks, abbreviations, emoji, wrapped lines and every kind of white space; also any text at all."""

_NAMES = st.one_of(st.none(), st.sampled_from(["Harbour Post", "harbour post", "Velle Courier", "LE MONDE ÉTÉ"]))
_DAYS = st.one_of(st.none(), st.sampled_from(["2031-01-01", "2031-01-02T08:00:00Z", "2031-02-03", "2030-12-31"]))

articles = st.builds(
    Article,
    id=st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12),
    title=st.text(max_size=300),
    text=news_texts.filter(str.strip),
    outlet=_NAMES,
    authors=st.lists(st.sampled_from(["Ada Brun", "ADA BRUN", "Nils Moe"]), max_size=2).map(tuple),
    published=_DAYS,
)
"""Stored articles of any kind."""
