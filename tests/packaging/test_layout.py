"""The repository holds what the contract names, and its files say what happens in them."""

import ast
from pathlib import Path

import pytest

from tests.packaging.sources import PACKAGES, ROOT, find_modules, read_tree

FOLDERS = {*PACKAGES, "tests", "seeds"}
MADE = {"build", "dist", "htmlcov"}
FILES = {
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Containerfile",
    "DECISIONS.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "SECURITY.md",
    "pyproject.toml",
    "requirements.lock",
}
BANNED = {"utils", "common", "helpers", "core", "base", "manager", "service", "handler"}


def test_the_top_level_is_as_agreed() -> None:
    """No folder lies at the top but the four packages, the tests and the seeds; hidden and ignored ones aside."""
    found = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
    assert found - MADE == FOLDERS


def test_no_stray_file_lies_at_the_top() -> None:
    """The files at the top are the ones that the contract names, and the user's own settings."""
    found = {path.name for path in ROOT.iterdir() if path.is_file() and not path.name.startswith(".")}
    assert found - {"dateline.toml"} <= FILES


@pytest.mark.parametrize("module", find_modules(*PACKAGES), ids=str)
def test_a_module_says_what_happens_in_it(module: Path) -> None:
    """The first line of every module is a docstring that ends as a sentence does."""
    docstring = ast.get_docstring(read_tree(module))
    assert docstring
    assert docstring.splitlines()[0].endswith((".", "!"))


@pytest.mark.parametrize("package", [path for path in find_modules(*PACKAGES) if path.name == "__init__.py"], ids=str)
def test_a_package_holds_a_docstring_and_nothing_else(package: Path) -> None:
    """An `__init__.py` loads nothing, so that a pure module can be imported without an engine."""
    assert len(read_tree(package).body) == 1


def test_no_name_says_nothing() -> None:
    """No module or folder is called by a word that fits everything."""
    names = {part for module in find_modules(*PACKAGES) for part in (*module.parts[:-1], module.stem)}
    assert not names & BANNED
