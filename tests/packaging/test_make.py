"""Set-up by make finds a Python that is new enough, and never mistakes half an environment for a whole one."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.packaging.sources import ROOT

TOOLS = ("sh", "make", "mkdir", "rm", "cat", "touch", "awk", "echo")

# A Python of a given version that makes environments whose Python does nothing but write down how it was called.
PYTHON = """#!/bin/sh
echo "$0 $*" >> "{log}"
case "$*" in
    --version) echo "Python {version}" ;;
    *version_info*) exit {too_old} ;;
    "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
    *"pip install"*) exit {pip} ;;
esac
"""


class Machine:
    """A folder with the Makefile and a PATH that has only what a test puts there."""

    def __init__(self, folder: Path) -> None:
        """Link the tools that the Makefile uses."""
        self.clone, self.path, self.log = folder / "clone", folder / "bin", folder / "log"
        self.clone.mkdir()
        self.path.mkdir()
        for tool in (*TOOLS, "cp"):
            self.path.joinpath(tool).symlink_to(str(shutil.which(tool)))
        for file in ("Makefile", "pyproject.toml", "requirements.lock"):
            shutil.copy(ROOT / file, self.clone)
            os.utime(self.clone / file, (1, 1))

    def install(self, name: str, version: str, *, pip: int = 0) -> None:
        """Have a Python of a version under a name; `pip` is how its `pip install` ends."""
        too_old = int(tuple(map(int, version.split("."))) < (3, 11))
        python = self.path / name
        python.write_text(PYTHON.format(log=self.log, version=version, too_old=too_old, pip=pip), encoding="utf-8")
        python.chmod(0o755)

    def make(self, target: str) -> subprocess.CompletedProcess[str]:
        """Run make in the clone."""
        environment = {"PATH": str(self.path), "HOME": str(self.clone)}
        command = ["make", "--no-print-directory", target]
        return subprocess.run(command, cwd=self.clone, env=environment, capture_output=True, text=True, check=False)

    def calls(self) -> str:
        """How the Pythons were called."""
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine without any Python."""
    return Machine(tmp_path)


def test_help_is_the_default(machine: Machine) -> None:
    """Each command for people is explained."""
    text = machine.make("help").stdout
    for command in ("serve", "test", "check", "format", "lock", "clean"):
        assert f"make {command} " in text


def test_an_old_python_is_refused(machine: Machine) -> None:
    """Where every Python is too old, the error says which was found and what is needed."""
    machine.install("python3", "3.9.2")
    done = machine.make(".venv/.made")
    assert done.returncode
    assert "Dateline needs Python 3.11 or newer; python3 is Python 3.9.2." in done.stderr
    assert not (machine.clone / ".venv").exists()


def test_a_newer_python_is_found_beside_an_old_one(machine: Machine) -> None:
    """Where `python3` is too old, a newer one under its full name is used."""
    machine.install("python3", "3.9.2")
    machine.install("python3.12", "3.12.1")
    done = machine.make(".venv/.made")
    assert done.returncode == 0, done.stderr
    assert "Making .venv with Python 3.12.1." in done.stdout


def test_the_second_time_nothing_is_done(machine: Machine) -> None:
    """Where everything is installed already, no Python is called."""
    machine.install("python3", "3.11.7")
    assert machine.make(".venv/.test").returncode == 0
    machine.log.unlink()
    done = machine.make(".venv/.test")
    assert done.returncode == 0
    assert machine.calls() == ""


def test_a_changed_lock_installs_anew(machine: Machine) -> None:
    """When the lock is newer than the environment, the dependencies are installed again, into the same environment."""
    machine.install("python3", "3.11.7")
    machine.make(".venv/.serve")
    machine.log.unlink()
    stamp = (machine.clone / ".venv" / ".serve").stat().st_mtime + 10
    os.utime(machine.clone / "requirements.lock", (stamp, stamp))
    assert machine.make(".venv/.serve").returncode == 0
    assert "pip install" in machine.calls()
    assert "-m venv" not in machine.calls()


def test_a_failed_installation_does_not_count(machine: Machine) -> None:
    """After an installation that failed, the environment is made afresh and installed again."""
    machine.install("python3", "3.11.7", pip=1)
    assert machine.make(".venv/.serve").returncode
    assert not (machine.clone / ".venv" / ".serve").exists()
    machine.install("python3", "3.11.7")
    done = machine.make(".venv/.serve")
    assert done.returncode == 0, done.stderr
    assert "did not finish" in done.stdout
    assert (machine.clone / ".venv" / ".serve").exists()


def test_an_environment_of_ones_own_is_kept(machine: Machine) -> None:
    """An environment that was not made by make is used, and nothing in it is removed."""
    machine.install("python3", "3.11.7")
    own = machine.clone / ".venv" / "bin"
    own.mkdir(parents=True)
    shutil.copy(machine.path / "python3", own / "python")
    (own / "mine").touch()
    assert machine.make(".venv/.serve").returncode == 0
    assert (own / "mine").exists()


def test_a_running_installation_is_not_disturbed(machine: Machine) -> None:
    """While another make is installing, the environment is left alone."""
    machine.install("python3", "3.11.7")
    unfinished = machine.clone / ".venv" / ".unfinished"
    unfinished.parent.mkdir()
    unfinished.write_text(str(os.getpid()), encoding="ascii")
    done = machine.make(".venv/.serve")
    assert done.returncode
    assert "Another make is installing" in done.stderr
    assert unfinished.exists()
