"""Checks what is set: settings that nobody knows, the address, the port."""

import difflib
import http.client
import json
import os
import socket
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from api.checks.findings import Finding, Setup, ok, problem, warning
from api.errors import KeysDamaged, Refused
from api.keys import KeyFile
from api.security import require_key
from indexes.settings import FILE, PREFIX, Settings

EVALUATION = (
    "DATELINE_EVAL_DATA",
    "DATELINE_JUDGE_API_KEY",
    "DATELINE_JUDGE_BASE_URL",
    "DATELINE_JUDGE_MODEL",
    "DATELINE_JUDGE_TIMEOUT_S",
)
"""The settings of `evals`, which the service does not import."""
TESTS = ("DATELINE_NODE_MODULES", "DATELINE_REQUIRE")
"""What the tests are told."""

_SECONDS = 2.0


def known_settings() -> set[str]:
    """The names of all settings, as the environment has them."""
    found, kinds = {*EVALUATION, *TESTS}, [Settings]
    while kinds:
        kind = kinds.pop()
        found |= {f"{PREFIX}{name.upper()}" for name in kind.model_fields}
        kinds += kind.__subclasses__()
    return found


def check_names(_: Setup | None = None, *, environment: Mapping[str, str] | None = None) -> list[Finding]:
    """Whether each name that is set is a setting: one that is misspelled has no effect, and nobody says so."""
    variables = os.environ if environment is None else environment
    given = {name: name for name in variables if name.upper().startswith(PREFIX)}
    given |= {f"{key!r} in {FILE}": f"{PREFIX}{key.upper()}" for key in _read_keys(Path(FILE))}
    known = known_settings()
    unknown = [_suggest(shown, name, known) for shown, name in given.items() if name.upper() not in known]
    return unknown or [ok("settings", f"{len(given)} set, all of them known")]


def _read_keys(path: Path) -> Iterable[str]:
    try:
        return list(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):  # a file that cannot be read is told by the settings themselves
        return []


def _suggest(shown: str, name: str, known: set[str]) -> Finding:
    near = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.7)
    cure = f"did you mean {near[0]}?" if near else "take it out; the README lists the settings"
    return warning("settings", f"{shown} is no setting and has no effect", cure)


def check_host(setup: Setup) -> Finding:
    """Whether the service may listen where it is told to."""
    host = setup.api.host
    try:
        require_key(setup.api, keys=len(KeyFile(setup.index.home).read()))
    except (Refused, KeysDamaged) as error:
        return problem("host", f"the service will not start on {host!r}", str(error))
    return ok("host", host)


def check_port(setup: Setup, *, seconds: float = _SECONDS) -> Finding:
    """Whether the port is free, or the service has it already."""
    host, port = setup.api.host.strip("[]"), setup.api.port
    if port == 0:
        return ok("port", "a free one")
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
            tried.listen(1)
    except OSError as error:
        if _is_ours(host, port, seconds):
            return ok("port", f"{port}: the service answers there")
        cause = error.strerror or str(error)
        cure = "stop the program that uses it, or set DATELINE_PORT to another"
        return problem("port", f"{port} on {host} cannot be used ({cause})", cure)
    return ok("port", f"{port} is free")


def _is_ours(host: str, port: int, seconds: float) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=seconds)
    try:
        connection.request("GET", "/health/live")
        return bool(json.loads(connection.getresponse().read(100)) == {"status": "live"})
    except (OSError, ValueError, http.client.HTTPException):
        return False
    finally:
        connection.close()
