"""What the faster engines compute is what the reference does, and nothing of it leaves the machine or fills the home."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from indexes.engines import MODELS, REFERENCE
from indexes.openvino_encoding import _batches, _fit
from indexes.preparing import LEAST, MEAN, compare
from indexes.readers.reading import read_sources
from indexes.sentences import split_sentences
from indexes.splitting import encoded_text, split_article
from indexes.types import Article, Encoder
from tests.engines import SETTINGS, open_engine, prepare
from tests.packaging.sources import ROOT

SEEDS = ROOT / "seeds"
LIMIT = 10

# Writes down every connection and every file that is opened for writing, then carries out an order for real.
AUDITED = """
import json, os, socket, sys
order, seen = json.loads(sys.argv[1]), []
def hook(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        seen.append([event, repr(arguments[-1])])
sys.addaudithook(hook)
sys.path[:] = order["path"]
from indexes.preparing import main
main(order)
before = list(seen)
with socket.socket() as probe:
    probe.connect_ex(("127.0.0.1", 9))
print("seen", json.dumps([before, len(seen) - len(before)]))
"""


@pytest.mark.parametrize("lengths", [[], [3], [256, 3, 40, 40, 7], [5] * 19, list(range(2, 256))])
def test_few_shapes(lengths: list[int]) -> None:
    """Every row is computed once, in a batch wide enough for it; batches have few shapes, and the longest come first."""
    batches = list(_batches(lengths))
    assert sorted(row for rows, _ in batches for row in rows) == list(range(len(lengths)))
    assert all(lengths[row] <= width for rows, width in batches for row in rows)
    assert {len(rows) for rows, _ in batches} <= {1, 2, 4}
    assert {width for _, width in batches} <= {32, 64, 96, *range(128, 257, 16)}
    assert [width for _, width in batches] == sorted((width for _, width in batches), reverse=True)


def test_a_width_for_any_length() -> None:
    """A text longer than every width has its own."""
    assert _fit(8, (8, 16)) == 8
    assert _fit(9, (8, 16)) == 16
    assert _fit(999, (8, 16)) == 999


@pytest.mark.encoder
@pytest.mark.parametrize("engine", ["openvino fp32", "onnx fp32"])
def test_tokens_are_the_references(engine: str) -> None:
    """Tokens are counted and vectors computed as the reference does, whatever the text holds."""
    texts = [
        "",
        "The Mill — “closed”, 4.7% down!",
        "naïve café 東京 😀",
        "\x00\u200b\ttab",
        "ＦＵＬＬ width",
        "long " * 900,
    ]
    reference, faster = open_engine(REFERENCE), open_engine(engine)
    assert faster.count_tokens(texts) == reference.count_tokens(texts)
    assert faster.max_tokens == reference.max_tokens
    assert faster.dimension == reference.dimension
    assert np.allclose(faster.encode(texts), reference.encode(texts), atol=1e-4)


@pytest.fixture(scope="module", name="passages")
def fixture_passages() -> list[tuple[str, str]]:
    """Passages of the seeds as they are encoded, each with its article's id."""
    reference = open_engine(REFERENCE)
    articles = [one for one in read_sources([SEEDS]) if isinstance(one, Article)]
    return [
        (article.id, encoded_text(passage))
        for article in articles
        for passage in split_article(article, split_sentences(article.text), encoder=reference)
    ]


def recall(encoder: Encoder, passages: list[tuple[str, str]], questions: list[tuple[str, list[str]]]) -> float:
    """The share of questions that find a passage of a gold article among the first ten."""
    vectors = encoder.encode([text for _, text in passages])
    hits = 0
    for question, gold in questions:
        best = np.argsort(-(vectors @ encoder.encode([question])[0]))[:LIMIT]
        hits += any(passages[row][0] in gold for row in best)
    return hits / len(questions)


@pytest.mark.encoder
@pytest.mark.timeout(900)
def test_retrieval_is_the_references(passages: list[tuple[str, str]]) -> None:
    """Every engine that may be chosen here gives the vectors of the reference within bounds, and finds as much."""
    lines = (SEEDS / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    questions = [(row["question"], row["article_ids"]) for row in rows if row["article_ids"]]
    reference = open_engine(REFERENCE)
    texts = [text for _, text in passages]
    expected, vectors = recall(reference, passages, questions), reference.encode(texts)
    assert expected > 0.8
    offered = [name for name in prepare().speeds if name != REFERENCE]
    assert {"openvino fp32", "onnx fp32"} <= set(offered)
    for name in offered:
        engine = open_engine(name)
        assert compare(engine.encode(texts), vectors) is None, f"{name}: below {MEAN} or {LEAST}"
        assert recall(engine, passages, questions) >= expected - 0.005, name


@pytest.mark.encoder
@pytest.mark.timeout(900)
def test_nothing_leaves_the_machine(tmp_path: Path) -> None:
    """Exporting, calibrating and measuring open no connection and write nothing into the user's home folder."""
    home, build = tmp_path / "home", {name: tmp_path / name / model.file for name, model in MODELS.items()}
    for folder in (home, *(path.parent for path in build.values())):
        folder.mkdir()
    order = {
        "path": [str(ROOT), *(path for path in sys.path if path)],
        "weights": str(SETTINGS.weights_home.resolve() / SETTINGS.encoder),
        "seeds": None,
        "have": {},
        "build": {name: str(path) for name, path in build.items()},
        "answer": str(tmp_path / "answer.json"),
    }
    environment = {"HOME": str(home), "PATH": "", "XDG_CACHE_HOME": str(home / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", AUDITED, json.dumps(order)],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    before, probed = json.loads(done.stdout.rpartition("seen ")[2])
    assert before == []
    assert probed == 1
    assert [path.name for path in home.rglob("*")] == []
    sizes = [sum(file.stat().st_size for file in path.parent.iterdir()) for path in build.values()]
    assert min(sizes) > 1_000_000


@pytest.mark.encoder
@pytest.mark.parametrize("backend", ["openvino", "onnx"])
def test_a_service_does_not_load_torch(backend: str) -> None:
    """Once the engines are there, encoding on one loads neither torch nor sentence-transformers nor telemetry."""
    prepare()
    code = (
        "import sys; from indexes.settings import IndexSettings; from indexes.encoders import open_encoder\n"
        f"encoder = open_encoder(IndexSettings(encoder_backend='{backend}')); encoder.encode(['Who spoke?'])\n"
        "heavy = {'torch', 'sentence_transformers', 'transformers', 'nncf', 'onnx'} & set(sys.modules)\n"
        "print(encoder.engine, sorted(heavy), sys.modules['openvino_telemetry'])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{backend} ")
    assert done.stdout.rstrip().endswith("[] None")
