"""Indexes the same passages twice, as Dateline does and as LlamaIndex's quickstart does, and tells what each took."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from evals.llama_indexes import index_texts
from evals.progress import follow_build
from indexes.settings import IndexSettings
from indexes.types import Filters

_WARM_UP = (
    "An engine is loaded by the first texts that it gets.",
    "So are the packages that store what it makes of them.",
)


def time_both(sources: Sequence[Path], settings: IndexSettings) -> dict[str, float]:
    """Seconds, and seconds of the processors, of both; how many times longer LlamaIndex takes. Raises `DatelineError`.

    Ours is the whole build from nothing: read, split, find quotations, catalogue, words, vectors, Chroma, check. LlamaIndex
    gets the passages ready made, and embeds and stores them: the same texts, with the same weights on sentence-transformers.
    Both encoders are loaded and warm, and so are LlamaIndex and Chroma.
    """
    from indexes.building import build_index
    from indexes.encoders import open_encoder
    from indexes.splitting import encoded_text
    from indexes.wiring import open_index

    own = open_encoder(settings)
    reference = open_encoder(settings.model_copy(update={"encoder_backend": "torch"}))
    (settings.home / "evals").mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="bench-", dir=settings.home / "evals") as folder:
        home = settings.model_copy(update={"home": Path(folder)})
        own.encode(_WARM_UP)
        index_texts(_WARM_UP, reference, Path(folder) / "warm")
        with follow_build() as progress:
            ours = _time(lambda: build_index(sources, settings=home, progress=progress, encoder=own))
        with closing(open_index(home)) as index:
            found = index.catalogue.passages(index.catalogue.passage_ids(Filters())).values()
            texts = [encoded_text(passage) for passage in found]
        theirs = _time(lambda: index_texts(texts, reference, Path(folder) / "llama_index"))
    numbers: dict[str, float] = {"beside_passages": len(texts)}
    for name, (seconds, busy) in {"dateline": ours, "llama_index": theirs}.items():
        numbers[f"{name}_seconds"] = round(seconds, 2)
        numbers[f"{name}_processor_seconds"] = round(busy, 2)
        numbers[f"{name}_passages_per_second"] = round(len(texts) / seconds, 2)
    numbers["ratio"] = round(theirs[0] / ours[0], 2)
    numbers["processor_ratio"] = round(theirs[1] / ours[1], 2)
    return numbers


def _time(work: Callable[[], object]) -> tuple[float, float]:
    """The seconds that something takes, and the seconds that processors work on it: on a busy machine these count."""
    started, worked = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - started, time.process_time() - worked
