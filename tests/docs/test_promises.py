"""Every promise of SECURITY.md has a test beside it, and every test that it names is there."""

import ast
import re

import pytest

from tests.packaging.sources import ROOT, read_tree

TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(?P<file>tests/[\w/]+\.py)::(?P<test>\w+)`", TEXT)
PROMISES = TEXT.partition("## What is promised")[2].partition("\n## ")[0]
ROWS = [line for line in PROMISES.splitlines() if line.startswith("| ") and not line.startswith("| promise")]


@pytest.mark.parametrize(("file", "test"), sorted(set(NAMED)))
def test_a_named_test_is_there(file: str, test: str) -> None:
    """A test that SECURITY.md names is a function of that file, which is not skipped for good."""
    assert (ROOT / file).is_file()
    found = [
        node
        for node in ast.walk(read_tree((ROOT / file).relative_to(ROOT)))
        if isinstance(node, ast.FunctionDef) and node.name == test
    ]
    assert found, f"{file} has no test {test}"
    assert not [one for one in found[0].decorator_list if "skip" in ast.unparse(one)]


def test_every_promise_has_a_test() -> None:
    """No promise stands without a test that holds it."""
    assert len(ROWS) >= 15
    assert not [row for row in ROWS if not re.search(r"`tests/[\w/]+\.py::\w+`", row)]


def test_whatever_looks_like_a_test_is_checked() -> None:
    """No name of a test in SECURITY.md is written in a way that the check above overlooks."""
    assert len(re.findall(r"tests/\S+::", TEXT)) == len(NAMED)
