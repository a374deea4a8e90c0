"""Tests say what they prove, and every setting is described."""

import ast
import re
from pathlib import Path

import pytest

from tests.packaging.sources import ROOT, find_modules, read_tree

MODULES = [module for module in find_modules("tests") if module.name.startswith("test_")]
MINIMUM = 4


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_test_says_what_it_proves(module: Path) -> None:
    """Every test's docstring is a sentence: several words, a capital or a name in front, a full stop behind."""
    wrong = []
    for node in ast.walk(read_tree(module)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or not node.name.startswith("test_"):
            continue
        sentence = " ".join((ast.get_docstring(node) or "").split())
        if not (
            re.match(r"[A-Z0-9`\"“/'(-]", sentence) and sentence.endswith(".") and len(sentence.split()) >= MINIMUM
        ):
            wrong.append(f"{module}:{node.lineno} {node.name}: {sentence!r}")
    assert not wrong


@pytest.mark.parametrize("module", find_modules("tests"), ids=str)
def test_no_test_patches_our_own_code(module: Path) -> None:
    """No test uses mocks that answer to every name; what stands in for a part is a small class with behaviour."""
    text = (ROOT / module).read_text(encoding="utf-8")
    assert "unittest" + ".mock" not in text
    assert "Magic" + "Mock" not in text


def test_ci_runs_what_people_run() -> None:
    """`.ci/run` is executable and ends in `make check`."""
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert script.read_text(encoding="utf-8").rstrip().endswith("exec make check")
