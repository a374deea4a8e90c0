"""Invented articles that are hard to show: other scripts, long words, markup in their texts."""

from indexes.types import Article

MARKUP = Article(
    id="markup",
    title="<script>window.harmed = 1</script> \"the </title> & the 'gazette'\"",
    text=(
        "The gazette of Odd Sund 🦉 prints <b>tags</b> &amp; entities.\n\n"
        '“</mark><img src=x onerror="window.harmed = 2">” reads one headline, “a 🦉 & an owl” the next.\n'
        "Nobody at the gazette minds."
    ),
    outlet='Odd "Sund" <i>Gazette</i>',
    authors=("<b>Ulla</b> Fenn",),
    published="2031-01-02",
    published_basis="inferred",
    url="javascript:window.harmed=3",
    language="en",
)
HEBREW = Article(
    id="ha-nemala/1",
    title="הנמלה של תל ארנון",
    text="הנמלה של תל ארנון נבחרה לסמל העיר.\n\n“היא קטנה אבל חרוצה,” אמרה הספרנית דליה רום. הסמל ייתלה ביום שני.",
    outlet="עיתון ארנון",
    published="2031-02-03",
    published_basis="stated",
    language="he",
)
LONG = Article(
    id="odd id?#%25/\u00fcber",
    title="Lighthouse" + "keeper" * 30,
    text="\n".join(f"The lighthouse log of day {day} is short 🗼. Fog stood at {day} metres." for day in range(1, 60)),
    outlet="Skerry" * 30,
    published="2031-03-04",
    published_basis="stated",
    url="https://example.org/" + "a" * 200,
    language="en",
)
STORIES = (MARKUP, HEBREW, LONG)
