"""The import contracts hold, and they would break if the code were drawn otherwise."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.sources import PACKAGES, ROOT

COMMAND = [
    sys.executable,
    "-c",
    "from importlinter.cli import lint_imports_command; lint_imports_command()",
    "--no-cache",
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of a checkout."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200", "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        COMMAND, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the packages and of the contracts."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_contracts_hold() -> None:
    """Every import points the way that the design draws it."""
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("indexes/names.py", "import qa.types", "Imports point one way"),
        ("qa/verification.py", "import api.errors", "Imports point one way"),
        ("api/errors.py", "import evals.errors", "Imports point one way"),
        ("indexes/errors.py", "import indexes.wiring", "The rooms of indexes"),
        ("indexes/stray.py", '"""A room that nobody placed."""', "The rooms of indexes"),
        ("qa/stray.py", '"""A room that nobody placed."""', "The rooms of qa"),
        ("qa/verification.py", "import torch", "Rooms that decide what is true load no engine"),
        ("qa/verification.py", "import indexes.wiring", "Rooms that decide what is true load no engine"),
        ("qa/wiring.py", "import chromadb", "Only indexes.dense, and LlamaIndex's quickstart beside it, know Chroma"),
        ("indexes/catalogue.py", "import tantivy", "Only indexes.lexical knows tantivy"),
        ("evals/running.py", "import sentence_transformers", "Only indexes.encoding knows sentence-transformers"),
        ("qa/wiring.py", "import openvino", "Only the rooms that write and run its graphs know OpenVINO"),
        ("indexes/dense.py", "import onnxruntime", "Only the rooms that write and run its files know ONNX"),
        ("indexes/exporting.py", "import nncf", "Only indexes.quantizing knows NNCF"),
        ("api/serving.py", "import xllamacpp", "Only qa.models.local knows the local LLM's runtime"),
        ("qa/answering.py", "import llama_index.core", "Only qa.models.remote, the bridge, the judge"),
        ("evals/peers.py", "import httpx", "Only qa.models.remote calls other machines"),
        ("indexes/readers/reading.py", "import trafilatura", "Only indexes.readers.web_pages knows trafilatura"),
        ("indexes/readers/newsml.py", "import defusedxml", "Only indexes.readers.xml_files knows defusedxml"),
        ("indexes/readers/reading.py", "import pypdf", "Only indexes.readers.pdf_files knows pypdf"),
        ("indexes/readers/mails.py", "import docx", "Only indexes.readers.word_files knows python-docx"),
        ("api/limits.py", "import prometheus_client", "Only api.metrics knows Prometheus"),
        ("api/metrics.py", "import opentelemetry.trace", "Only api.tracing knows OpenTelemetry"),
        ("api/routes/reading.py", "import jinja2", "Only api.page.rendering and evals.pages know Jinja"),
        ("api/tools.py", "import mcp", "Only api.mcp_sessions knows the Model Context Protocol's SDK"),
        ("qa/wiring.py", "import fastapi", "Only api speaks HTTP"),
        (
            "api/app.py",
            "import indexes.dense",
            "Only the rooms that write, check and open builds, choose and train encoders name the rooms that hold engines",
        ),
    ],
)
def test_a_planted_violation_breaks_its_contract(checkout: Path, module: str, line: str, broken: str) -> None:
    """An import that the design forbids breaks the contract that forbids it."""
    path = checkout / module
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(f"{before}\n{line}\n", encoding="utf-8")
    done = lint(checkout)
    assert done.returncode == 1, done.stdout + done.stderr
    assert any(broken in row and "BROKEN" in row for row in done.stdout.splitlines()), done.stdout
