"""Skips a test whose program is absent, with the reason; fails it instead where `DATELINE_REQUIRE` names that program."""

import os
import shutil
from pathlib import Path

import pytest


def find_program(*names: str) -> str:
    """The path of the first of these programs that is there, all names of one program."""
    folders = [*os.environ.get("PATH", "").split(os.pathsep), "/usr/sbin", "/sbin"]
    found = next((path for name in names if (path := shutil.which(name, path=os.pathsep.join(folders)))), None)
    return found or missing(names[0], f"{' or '.join(names)} is not installed (Debian's package has that name)")


def find_file(name: str, path: Path, reason: str) -> Path:
    """The path, where it is there."""
    return path if path.exists() else Path(missing(name, reason))


def missing(name: str, reason: str) -> str:
    """Skip the test, or fail it where `name` is required."""
    if name in os.environ.get("DATELINE_REQUIRE", "").split(","):
        pytest.fail(f"{reason}, and DATELINE_REQUIRE asks for it")
    pytest.skip(reason)
