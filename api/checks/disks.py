"""Tells how much room a disk has for builds and traces."""

import shutil
from pathlib import Path

from api.checks.findings import Finding, Setup, ok, problem, warning

LITTLE_ROOM = 500_000_000
"""Bytes below which a disk is told as nearly full: a build needs room beside the one that serves."""
NO_ROOM = 20_000_000


def find_room(folder: Path) -> int:
    """Free bytes where a folder is, or will be."""
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    return shutil.disk_usage(there).free


def ask_disk(home: Path) -> str:
    """The same for a person: `ready`, or `nearly full`, with the figure."""
    free = find_room(home)
    return f"{'ready' if free >= LITTLE_ROOM else 'nearly full'}: {free / 1e6:,.0f} MB free"


def check_disk(setup: Setup) -> Finding:
    """Whether there is room for another build."""
    home = str(setup.index.home)
    free = find_room(setup.index.home)
    says = f"{free / 1e6:,.0f} MB free at {home!r}"
    cure = "free some space, or set DATELINE_HOME to another disk"
    if free < NO_ROOM:
        return problem("disk", says, cure)
    return warning("disk", says, cure) if free < LITTLE_ROOM else ok("disk", says)
