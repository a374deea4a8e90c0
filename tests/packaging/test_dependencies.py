"""What the code imports is declared, what is declared is imported, and the lock pins all of it."""

import re
import sys
import tomllib
from importlib import metadata
from typing import Any

import pytest

from tests.packaging.sources import PACKAGES, ROOT, find_imports, find_modules

# Reached by other means than an import of ours.
INDIRECT = {
    "huggingface-hub": "imported late, by one function of indexes.downloads",
    "llama-index-core": "its namespace is shared by all its distributions",
    "llama-index-llms-openai-like": "the same",
}
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = [line for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines() if line[:1] != "#"]


def read_name(requirement: str) -> str:
    """The normalised name of a distribution at the head of a requirement."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement, maxsplit=1)[0]).lower()


def find_imported() -> set[str]:
    """The third-party top-level names that the packages import."""
    names = {name.split(".")[0] for module in find_modules(*PACKAGES) for name in find_imports(module)}
    return names - set(sys.stdlib_module_names) - set(PACKAGES)


def test_what_is_imported_is_declared() -> None:
    """Every third-party package that our code imports is a dependency of its own, not one that another brings."""
    extras = [item for extra in PROJECT["project"]["optional-dependencies"].values() for item in extra]
    declared = {read_name(requirement) for requirement in [*PROJECT["project"]["dependencies"], *extras]}
    providers = metadata.packages_distributions()
    undeclared = {
        name for name in find_imported() if not declared & {read_name(provider) for provider in providers[name]}
    }
    assert not undeclared


def test_what_is_declared_is_imported() -> None:
    """No dependency is declared that our code does not import."""
    providers = metadata.packages_distributions()
    used = {read_name(provider) for name in find_imported() for provider in providers[name]}
    declared = {read_name(requirement) for requirement in PROJECT["project"]["dependencies"]}
    assert declared - used <= set(INDIRECT)


@pytest.mark.parametrize("package", PACKAGES)
def test_our_packages_are_ours_alone(package: str) -> None:
    """No installed distribution but our own brings a package of one of our names."""
    providers = {read_name(name) for name in metadata.packages_distributions().get(package, [])}
    assert providers <= {"dateline-qa"}


def test_the_lock_has_versions_only() -> None:
    """Every line of the lock is one exact version: no address, no hash, no local build of a version."""
    assert [line for line in LOCK if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", line)] == []


def test_the_lock_covers_what_is_declared() -> None:
    """Every dependency, those of tests and checks included, is pinned."""
    pinned = {read_name(line) for line in LOCK}
    groups = [item for group in PROJECT["dependency-groups"].values() for item in group if isinstance(item, str)]
    declared = {read_name(requirement) for requirement in [*PROJECT["project"]["dependencies"], *groups]}
    assert declared <= pinned


def test_tests_have_the_extras() -> None:
    """What an extra of the project brings is installed for the tests."""
    tests = {read_name(item) for item in PROJECT["dependency-groups"]["test"] if isinstance(item, str)}
    extras = [item for extra in PROJECT["project"]["optional-dependencies"].values() for item in extra]
    assert {read_name(item) for item in extras} <= tests
