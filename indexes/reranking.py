"""Reads a question and a text together and says how well the text answers: a small cross-encoder (Nogueira & Cho 2019)."""

from collections.abc import Sequence
from pathlib import Path

from indexes.graphs import LOGITS, load_tokenizer
from indexes.pairs import encode_pair, make_pairs
from indexes.sessions import SCORING, Session, share_out


class CrossEncoder:
    """A `Reranker`: the graph that `indexes.scorer_exporting` writes. Many threads may call at once; each pair is computed by itself.

    Raises RuntimeError where the graph cannot be opened.
    """

    def __init__(self, graphs: Path, weights: Path) -> None:
        """Open the graph in a folder, and the tokenizer in the folder of the encoder's weights."""
        self._session = Session(graphs / LOGITS)
        self._tokenizer = load_tokenizer(weights)

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """See `Reranker`."""
        rows = [encode_pair(self._tokenizer, question, text) for text in texts]
        lengths = [len(ids) for ids, _ in rows]
        return share_out(lambda at: float(self._session.run(make_pairs([rows[at]]))[0]), lengths, SCORING)
