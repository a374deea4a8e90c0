"""What the README and the Containerfile say about running the service is what runs."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.settings import ApiSettings
from indexes.__main__ import main as indexes_command
from tests.fakes.changing import FakeArchive
from tests.needs import find_program
from tests.packaging.sources import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHON = "/opt/dateline/.venv/bin/python"
EXPOSED_AT_MOST = "20"
"""Tenths of `systemd-analyze security`; a service that does nothing for its safety has 96."""


def block(language: str) -> str:
    """The one code block of a language in the README."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    return str(found)


# ---------------------------------------------------------------------------------------------------------- systemd


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit of the README, with a Python that is there."""
    path = tmp_path / "dateline@.service"
    path.write_text(block("ini").replace(PYTHON, sys.executable), encoding="utf-8")
    return path


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run systemd-analyze."""
    program = find_program("systemd-analyze")
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60, check=False)


def test_unit_is_valid(unit: Path) -> None:
    """Systemd takes the unit without a complaint, for any port."""
    done = analyze("verify", "--man=no", unit.with_name("dateline@8000.service"))
    complaints = [line for line in (done.stdout + done.stderr).splitlines() if "dateline" in line]
    assert (done.returncode, complaints) == (0, [])


def test_a_broken_unit_is_noticed(unit: Path) -> None:
    """A word that systemd does not know is complained about: the test before this one can fail."""
    unit.write_text(unit.read_text(encoding="utf-8").replace("ProtectProc", "ProtectPrc"), encoding="utf-8")
    done = analyze("verify", "--man=no", unit.with_name("dateline@8000.service"))
    assert "ProtectPrc" in done.stderr


def test_unit_is_hardened(unit: Path) -> None:
    """The unit leaves the service little to do harm with."""
    if "offline" not in analyze("security", "--help").stdout:
        pytest.skip("this systemd-analyze knows no units that are not loaded")
    done = analyze("security", "--offline=true", "--no-pager", f"--threshold={EXPOSED_AT_MOST}", unit)
    assert done.returncode == 0, done.stdout[-300:]
    for line in ("DynamicUser=yes", "ProtectSystem=strict", "NoNewPrivileges=yes", "StateDirectory=dateline"):
        assert line in block("ini").splitlines()


def test_unit_waits_for_open_requests() -> None:
    """Systemd kills only after the service has had all the seconds that it takes by default."""
    from api.__main__ import CLOSING_SECONDS

    (seconds,) = re.findall(r"^TimeoutStopSec=(\d+)$", block("ini"), re.MULTILINE)
    assert int(seconds) > ApiSettings().shutdown_seconds + CLOSING_SECONDS


# -------------------------------------------------------------------------------------------------------- container


def read_instructions() -> list[tuple[str, str]]:
    """The instructions of the Containerfile: continued lines are one, comments are none."""
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    whole = [line.strip() for line in lines.replace("\\\n", " ").splitlines() if line.strip()]
    return [(word.upper(), rest.strip()) for word, _, rest in (line.partition(" ") for line in whole)]


INSTRUCTIONS = read_instructions()
KNOWN = {"FROM", "ARG", "RUN", "WORKDIR", "COPY", "ENV", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "CMD"}


def test_instructions() -> None:
    """Every instruction is one, the base is a slim Python that the project supports, in a named version."""
    assert {word for word, _ in INSTRUCTIONS} <= KNOWN
    word, base = INSTRUCTIONS[0]
    assert word == "FROM"
    version = re.fullmatch(r"docker\.io/library/python:3\.(\d+)-slim", base)
    assert version
    assert int(version[1]) >= 11


def test_build_arguments_are_taken() -> None:
    """Every argument that the README gives to the build is one that the Containerfile takes."""
    given = set(re.findall(r"--build-arg (\w+)=", README))
    assert given
    assert given <= {rest for word, rest in INSTRUCTIONS if word == "ARG"}


def test_what_is_copied_is_there() -> None:
    """Every path that is copied is in the repository, and what the installation needs is copied before it."""
    copied: set[str] = set()
    for word, rest in INSTRUCTIONS:
        if word == "COPY":
            sources = shlex.split(rest)[:-1]
            copied |= {source.rstrip("/") for source in sources}
            assert all((ROOT / source).exists() for source in sources), rest
        if word == "RUN" and "pip install" in rest:
            assert copied >= {"pyproject.toml", "requirements.lock", "README.md", "LICENSE"}
            assert copied >= {"indexes", "qa", "api", "evals"}
            assert "-c requirements.lock" in rest


def test_nobody_runs_as_root() -> None:
    """The user is made, is not root, and is switched to after the last thing that needs root."""
    words = [word for word, _ in INSTRUCTIONS]
    user = dict(INSTRUCTIONS)["USER"]
    assert user not in {"root", "0"}
    assert any(word == "RUN" and re.search(rf"useradd .*\b{user}\b", rest) for word, rest in INSTRUCTIONS)
    assert "RUN" not in words[words.index("USER") :]


def container_commands() -> list[str]:
    """What the container runs."""
    shell = json.loads(dict(INSTRUCTIONS)["CMD"])[-1]
    return [part.strip().removeprefix("exec ") for part in shell.split("&&")]


def unit_commands() -> list[str]:
    """What the unit runs."""
    found = re.findall(rf"^ExecStart(?:Pre)?={re.escape(PYTHON)} (.*)$", block("ini"), re.MULTILINE)
    return [f"python {one}" for one in found]


@pytest.mark.parametrize("read", [container_commands, unit_commands])
def test_commands_are_those_of_the_makefile(read: Callable[[], list[str]]) -> None:
    """Container and unit start as `make serve` does: weights, an index if there is none, the service."""
    commands = read()
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("$(BIN)/", "")
    assert commands[:2] == ["python -m indexes weights", "python -m indexes build --if-missing"]
    assert commands[2].startswith("python -m api ")
    assert all(command.partition(" --")[0] in makefile for command in commands)
    assert len(commands) == 3


def test_signals_reach_the_service() -> None:
    """The service takes the place of the container's shell, so that it hears SIGTERM."""
    assert "&& exec python -m api" in dict(INSTRUCTIONS)["CMD"]


def test_health_check(opener: FakeArchive) -> None:
    """The health check asks a route that there is, on the port that is served and exposed."""
    told = dict(INSTRUCTIONS)
    asked = re.search(r"http://127\.0\.0\.1:(\d+)(/[\w/]+)", told["HEALTHCHECK"])
    assert asked
    assert asked[1] == told["EXPOSE"]
    assert f"--port {asked[1]}" in told["CMD"]
    routes = {path for path, _ in _routes(create_app(opener, ApiSettings()).openapi())}
    assert asked[2] in routes


def _routes(document: dict[str, Any]) -> list[tuple[str, Any]]:
    return list(document["paths"].items())


@pytest.fixture
def opener() -> FakeArchive:
    """An archive."""
    return FakeArchive()


def test_volume_holds_what_is_kept() -> None:
    """Whatever is to outlive the container lies in its volume."""
    told = dict(INSTRUCTIONS)
    places = re.findall(r"DATELINE_\w*HOME=(\S+)", told["ENV"])
    assert len(places) == 2
    assert all(place.startswith(f"{told['VOLUME']}/") for place in places)


# ------------------------------------------------------------------------------------------------------------ nginx


def test_nginx_takes_the_configuration(tmp_path: Path) -> None:
    """Nginx takes what the README gives it; certificates aside."""
    program = find_program("nginx")
    text = block("nginx").replace("listen 443 ssl;", f"listen unix:{tmp_path}/socket;")
    text = re.sub(r"^ *ssl_certificate.*\n", "", text, flags=re.MULTILINE)
    path = tmp_path / "nginx.conf"
    path.write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{text}\n}}\n", encoding="utf-8")
    command = [program, "-t", "-c", str(path), "-p", str(tmp_path), "-e", str(tmp_path / "errors")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_nginx_waits_as_long_as_the_service() -> None:
    """The proxy takes as large bodies, and waits as long, as the service does by default."""
    settings, text = ApiSettings(), block("nginx")
    (seconds,) = re.findall(r"proxy_read_timeout (\d+)s;", text)
    (megabytes,) = re.findall(r"client_max_body_size (\d+)m;", text)
    assert int(seconds) > settings.answer_seconds
    assert int(megabytes) * 1024 * 1024 >= settings.max_articles_bytes


# ---------------------------------------------------------------------------------------------------------- commands


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_commands_have_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The commands that the README names have their help."""
    with pytest.raises(SystemExit) as ended:
        indexes_command([command, "--help"])
    assert ended.value.code == 0
    assert "FILE.tar.gz" in capsys.readouterr().out
