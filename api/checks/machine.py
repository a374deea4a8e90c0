"""Checks the machine: Python, the packages that are installed, the clock."""

import importlib.metadata
import re
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from api.checks.findings import Finding, Setup, ok, problem, warning
from indexes.builds import current_folder, read_manifest
from indexes.errors import IndexProblem

_LEAST, _FILTERED = (3, 11), (3, 11, 4)
_DISTRIBUTION = "dateline-qa"
_INSTALL = "pip install -c requirements.lock -e ."
_LOCK = Path(__file__).parents[2] / "requirements.lock"
_SHOWN = 3
_TOLERANCE = 60.0


def check_python(_: Setup | None = None, *, version: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    """Whether Python is new enough."""
    says = ".".join(map(str, version))
    if version < _LEAST:
        return problem("python", says, "install Python 3.11 or newer and make the environment anew")
    if version < _FILTERED:
        return warning("python", f"{says} unpacks no backups", "install Python 3.11.4 or newer")
    return ok("python", says)


def check_packages(
    _: Setup | None = None, *, lock: Path = _LOCK, installed: Mapping[str, str] | None = None
) -> Finding:
    """Whether what is needed is installed, in the versions that Dateline is tested with."""
    there = _installed() if installed is None else installed
    missing = sorted(_needed() - set(there))
    if missing:
        return problem("packages", f"missing: {', '.join(missing)}", f"run `{_INSTALL}`")
    if not lock.is_file():
        return warning("packages", "there is no requirements.lock to compare with", "run from the project's folder")
    pinned = _pinned(lock)
    others = [
        f"{name} {there[name]} instead of {version}"
        for name, version in pinned.items()
        if name in there and there[name].partition("+")[0] != version
    ]
    if others:
        more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
        return warning("packages", f"other versions: {', '.join(others[:_SHOWN])}{more}", f"run `{_INSTALL}`")
    return ok("packages", f"{sum(name in there for name in pinned)} as in requirements.lock")


def check_clock(setup: Setup, *, now: float | None = None) -> Finding:
    """Whether the clock is behind what was made on this machine already."""
    moment = time.time() if now is None else now
    marks = {"the program": max(path.stat().st_mtime for path in Path(__file__).parent.glob("*.py"))}
    try:
        created = read_manifest(current_folder(setup.index.home)).created
        marks["the current build"] = datetime.fromisoformat(created).timestamp()
    except (IndexProblem, ValueError):
        pass
    says = f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M:%S} UTC"
    for what, made in marks.items():
        if made > moment + _TOLERANCE:
            return warning("clock", f"{says}, but {what} is of a later time", "set the clock (`timedatectl`)")
    return ok("clock", says)


def _name(text: str) -> str:
    return re.sub(r"[-_.]+", "-", text).lower()


def _installed() -> dict[str, str]:
    found = importlib.metadata.distributions()
    return {_name(one.metadata["Name"]): one.version for one in found if one.metadata["Name"]}


def _needed() -> set[str]:
    """What this distribution needs always: not what an extra of it brings."""
    wanted = importlib.metadata.requires(_DISTRIBUTION) or []
    return {_name(re.split(r"[^\w.-]", one, maxsplit=1)[0]) for one in wanted if "extra ==" not in one}


def _pinned(lock: Path) -> dict[str, str]:
    lines = (line.strip().partition("==") for line in lock.read_text(encoding="utf-8").splitlines())
    return {_name(name): version for name, _, version in lines if version}
