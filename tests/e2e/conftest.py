"""The real service over seeds/, started once for all tests that only ask it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds"


def environment_of(home: Path) -> dict[str, str]:
    """What a command over this home runs with: no setting of the machine but where its weights are, and no language model."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
    weights = {name: value for name, value in os.environ.items() if name.startswith("DATELINE_WEIGHTS")}
    settings = {"DATELINE_HOME": str(home), "DATELINE_LLM": "quotes", "DATELINE_LOG_FORMAT": "json"}
    return {**kept, **weights, **settings, "PYTHONPATH": str(ROOT)}


def _run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=home,
        env=environment_of(home),
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DATELINE_HOME of its own, still empty."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def service(home: Path) -> Iterator[httpx.Client]:
    """The service, started before there is an index; the index is then built beside it."""
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "api", "--port", "0"],
            cwd=home,
            env=environment_of(home),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout
    try:
        match = re.search(r"http://\S+(?= )", process.stdout.readline())
        assert match, (home / "log").read_text()
        with httpx.Client(base_url=match[0], trust_env=False, timeout=120) as client:
            assert client.get("/health/live").status_code == 200
            assert client.get("/health/ready").status_code == 503
            asked = client.post("/v1/ask", json={"question": "Who said what?"})
            assert asked.status_code == 503
            assert "python -m indexes build" in asked.json()["detail"]
            built = _run(home, "indexes", "build", str(SEEDS))
            assert built.returncode == 0, built.stderr
            yield client
        process.terminate()
        assert process.wait(60) == 0
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
