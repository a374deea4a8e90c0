"""Keeps folders of files whole or not at all: each names the hashes of what it holds."""

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from indexes.hashes import Stamps, read_sha256

_FILES = "files.json"


def is_whole(folder: Path, needed: Sequence[str], *, fresh: bool = False) -> bool:
    """Whether a folder holds these files, and every other that it names, as it names them.

    A file whose size and time of change are those of its last hashing is hashed again only where that is asked for.
    """
    try:
        files = json.loads((folder / _FILES).read_text(encoding="utf-8"))
        stamps = Stamps(folder)
        return set(needed) <= set(files) and all(
            stamps.sha256(folder / one, fresh=fresh) == files[one] for one in files
        )
    except (OSError, ValueError, TypeError):
        return False


def put(new: Path, folder: Path) -> None:
    """Seal a complete folder and move it into the place of a damaged one. Who has the old one open keeps it."""
    files = {path.name: read_sha256(path) for path in sorted(new.iterdir())}
    (new / _FILES).write_text(json.dumps(files, indent=1) + "\n", encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(new, folder)  # noqa: PTH105 - a folder
