"""Checks the archive: the folder that holds it, the current build, the Chroma server."""

import os
import tempfile
from pathlib import Path

from api.checks.findings import Finding, Setup, ok, problem, warning
from indexes.builds import SCHEMA_VERSION, current_folder, kept_builds, read_manifest
from indexes.errors import IndexDamaged, IndexMissing, IndexProblem
from indexes.reaching import require_store
from indexes.splitting import SPLITTER
from indexes.wiring import glance_at_index

_BUILD = "run `python -m indexes build`"


def check_home(setup: Setup) -> Finding:
    """Whether the service can write there, and owns what is there."""
    home = setup.index.home
    shown = repr(str(home))
    if not home.exists():
        parent = next(path for path in home.absolute().parents if path.exists())
        if not os.access(parent, os.W_OK | os.X_OK):
            return problem("home", f"{shown} cannot be made in {str(parent)!r}", "set DATELINE_HOME to another folder")
        return ok("home", f"{shown} will be made")
    if not home.is_dir():
        return problem("home", f"{shown} is no folder", "remove it, or set DATELINE_HOME to another place")
    try:
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        return problem("home", f"{shown} cannot be written ({error.strerror})", "give it to the service's user (chown)")
    strange = _of_others(home)
    if strange is not None:
        user = home.stat().st_uid
        says = f"{str(strange)!r} belongs to another user than this one ({os.geteuid()})"
        return warning(
            "home", says, f"run as the user of the service (uid {user}?), or give it all to one user (chown -R)"
        )
    return ok("home", f"{shown} can be written")


def _of_others(home: Path) -> Path | None:
    """Something there that is not this user's."""
    if not hasattr(os, "geteuid"):
        return None
    places = [home, *home.iterdir(), *(home / "builds").glob("*")]
    return next((path for path in places if path.lstat().st_uid != os.geteuid()), None)


def check_index(setup: Setup) -> Finding:
    """Whether there is a current build that this version and these settings can open."""
    home = setup.index.home
    try:
        problems = glance_at_index(setup.index)
        manifest = read_manifest(current_folder(home))
    except IndexMissing as error:
        return problem("index", str(error).partition(";")[0], _BUILD)
    except IndexProblem as error:
        return problem("index", str(error).partition(";")[0], "run `python -m indexes rollback`, or build again")
    if problems:
        return problem("index", f"{manifest.name}: {problems[0]}", "run `python -m indexes verify`")
    made = {
        "schema": (manifest.schema_version, SCHEMA_VERSION),
        "splitter": (manifest.splitter, SPLITTER),
        "encoder": (manifest.encoder, setup.index.encoder),
    }
    for what, (built, now) in made.items():
        if built != now:
            return problem("index", f"{manifest.name} was built with {what} {built!r}, not {now!r}", _BUILD)
    counts = f"{manifest.articles:,} articles, {manifest.passages:,} passages"
    return ok("index", f"{manifest.name}: {counts}; {len(kept_builds(home))} builds kept")


def check_vectors(setup: Setup) -> Finding:
    """Whether the Chroma server answers, where there is one."""
    url = setup.index.chroma_url
    if not url:
        return ok("chroma", "inside the process")
    try:
        require_store(url)
    except IndexDamaged as error:
        says, _, cure = str(error).partition("; ")
        return problem("chroma", says, cure)
    return ok("chroma", f"{url} answers")
