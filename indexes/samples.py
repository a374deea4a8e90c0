"""Texts on which the encoder's engines are calibrated, compared and timed: the seeds', or sentences of our own."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from indexes.errors import UnreadableSource
from indexes.readers.reading import read_sources
from indexes.types import Article

_ARTICLES = 40
_CHARACTERS = 20_000
"""Read of one article, so that an archive of any size takes the same time."""
_WORDS = (12, 30, 60, 90, 120)
"""Lengths in turn: from a question to a passage."""
_ENOUGH = 48

# Invented people and places; as many kinds of sentence as a newspaper prints.
_SENTENCES = (
    "The harbour board of Tessmouth voted on Tuesday to close the north basin for eleven weeks.",
    "“Nobody told us that the ferry would stop,” said Orla Venning, who runs the bakery on the quay.",
    "Shares in the paper mill fell 4.7 percent after it reported a loss of 31 million crowns for the third quarter.",
    "Who said that the bridge at Lower Haddon would be finished before the winter?",
    "Doctors at the district hospital treated 26 people for burns and smoke, four of them children.",
    "Striker Ilmar Kosk scored twice in the last ten minutes as Brenholm beat Aldery 3-2 away from home.",
    "The court adjourned the case until 14 March, when the former treasurer is to give evidence.",
    "What did the mayor of Quillby say about the new reservoir?",
    "Rain of up to 90 millimetres fell within six hours, and the river Sarn rose above its banks near Dunmoor.",
    "Researchers found traces of lead in every second sample of tap water that they took from old houses.",
    "“We shall not negotiate under threats,” Minister Peder Halloran told reporters; his deputy declined to comment.",
    "A comet that was last seen in 1911 can be watched with binoculars from Thursday, low in the eastern sky.",
    "The union said that 1,850 of 2,300 drivers had taken part in the ballot and that 71 percent were for a strike.",
    "How many people were hurt in the fire at the Merrow Lane warehouse?",
    "Her fourth novel, about a lighthouse keeper who cannot swim, won the Corvane Prize on Sunday.",
    "Police in Estermark arrested two men, aged 34 and 52, on suspicion of having sold forged railway passes.",
    "Wheat prices rose to their highest level since 2008 as the drought in the southern provinces went on.",
    "The satellite was lost nine minutes after launch, when its second stage failed to ignite.",
    "When does the exhibition of glass from the Vantry works open?",
    "Opposition leader Sunniva Ray called the budget “a shopping list without a wallet” and asked for a new vote.",
    "After 62 years the cinema in Pell Street will show its last film tonight; the building is to become a library.",
    "The central bank left its rate at 2.25 percent, as most analysts had expected.",
    "Volunteers counted 412 nesting pairs of terns on the island, twice as many as in the year before.",
    "Engineers blamed a cracked weld for the collapse of the crane, in which nobody was injured.",
)


def read_samples(seeds: Path | None) -> list[str]:
    """Texts of 12 to 120 words, as many as are enough; sentences of our own where the seeds do not give as many."""
    texts = list(islice(_cut(_read(seeds)), _ENOUGH)) if seeds else []
    return texts if len(texts) == _ENOUGH else list(islice(_cut(_own()), _ENOUGH))


def _read(seeds: Path) -> Iterator[str]:
    try:
        articles = (one for one in read_sources([seeds]) if isinstance(one, Article))
        yield from (article.text[:_CHARACTERS] for article in islice(articles, _ARTICLES))
    except UnreadableSource:
        return


def _own() -> Iterator[str]:
    """Our sentences, each time beginning with another one."""
    for first in range(len(_SENTENCES)):
        yield " ".join(_SENTENCES[first:] + _SENTENCES[:first])


def _cut(texts: Iterator[str]) -> Iterator[str]:
    """A text of each length from each article, so that many articles have their share."""
    for text in texts:
        words = text.split()
        for size in _WORDS:
            if len(words) >= size:
                yield " ".join(words[:size])
                words = words[size:]
