"""The page of recipes is true: each recipe runs exactly as it is shown, against the real service over seeds/."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.recipes import SHOWN, SOURCE, read_recipes
from indexes.pins import LOCAL_LLM
from indexes.settings import IndexSettings
from indexes.weights import find_weights
from qa.models.opening import open_model
from qa.settings import ModelSettings
from tests.e2e.conftest import environment_of
from tests.fakes.events import read_events
from tests.needs import find_program

QUOTE = "“Was he fired?… You’re kidding, you’re kidding!”"
RECIPES = read_recipes()
PROGRAMS = {
    "curl", "curl-stream", "httpx", "fetch", "openai", "openai-stream", "mcp", "llama-index",
}  # fmt: skip
SETTINGS = {"ollama", "vllm", "llama-server", "provider"}

pytestmark = [pytest.mark.encoder, pytest.mark.timeout(600)]


@contextmanager
def _served(home: Path, **settings: str) -> Iterator[str]:
    """The address of the service over it, on a free port."""
    with (home / "log").open("w") as log:
        command = [sys.executable, "-m", "api", "--port", "0"]
        environment = {**environment_of(home), **settings}
        process = subprocess.Popen(command, cwd=home, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
    assert process.stdout
    try:
        match = re.search(r"http://\S+(?= )", process.stdout.readline())
        assert match, (home / "log").read_text()
        yield match[0]
        process.terminate()
        assert process.wait(60) == 0
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def address(service: httpx.Client) -> str:
    """Where the service is, which has no language model."""
    return str(service.base_url).rstrip("/")


@pytest.fixture
def copied(service: httpx.Client, home: Path, tmp_path: Path) -> Path:
    """A home of one's own with the same build: its engines are not made to be opened by two processes."""
    return Path(shutil.copytree(home, tmp_path / "home"))


@pytest.fixture
def runtime() -> Iterator[str]:
    """A real OpenAI-compatible server with a real model: llama.cpp's own, as llama-server has it."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.verbosity = -1
    params.model.path = str(find_weights(LOCAL_LLM, IndexSettings()))
    params.n_ctx = 2048
    params.n_parallel = 1
    params.n_gpu_layers = 0
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 2
    params.fit_params = params.warmup = False
    params.api_keys = ["secret"]  # as the recipe for llama-server has it
    server = xllamacpp.Server(params)
    yield f"{server.listening_address}/v1"
    del server


Run = Callable[..., str]


@pytest.fixture
def run(address: str, tmp_path: Path) -> Run:
    """Runs a recipe as it is shown, but for the port; what it printed."""

    def run_(name: str, command: list[str], *, home: Path = tmp_path) -> str:
        program = RECIPES[name].replace(SHOWN, address)
        if command[-1].startswith("recipe"):
            (tmp_path / command[-1]).write_text(program, encoding="utf-8")
        else:
            command = [*command, program]
        environment = {**environment_of(home), "NO_PROXY": "127.0.0.1"}
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=250
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run_


PYTHON = [sys.executable, "recipe.py"]


def test_every_recipe_is_run() -> None:
    """There is no block on the page that these tests do not know, and none without a name."""
    assert set(RECIPES) == PROGRAMS | SETTINGS | {"mcp-servers"}
    assert SOURCE.read_text(encoding="utf-8").count("```") == 2 * len(RECIPES)


def test_curl(run: Run) -> None:
    """The curl recipe prints the answer with the verified quote."""
    find_program("curl")
    body = json.loads(run("curl", ["sh", "-c"]))
    assert body["status"] == "answered"
    assert QUOTE in body["citations"][0]["quote"]


def test_curl_stream(run: Run) -> None:
    """The curl recipe for streams prints the events, the whole answer last."""
    find_program("curl")
    events = list(read_events(run("curl-stream", ["sh", "-c"]).splitlines()))
    assert [name for name, _ in events] == ["passages", "quotes", "final"]
    assert QUOTE in events[-1][1]["citations"][0]["quote"]


@pytest.mark.parametrize("name", ["httpx", "mcp"])
def test_python(run: Run, name: str) -> None:
    """The Python recipes check each quote in its article, and print it with the headline."""
    printed = run(name, PYTHON)
    assert printed.startswith("answered")
    assert QUOTE in printed
    assert "FBI director Comey dismissed" in printed


def test_javascript(run: Run) -> None:
    """The JavaScript recipe does the same, with offsets in code points."""
    printed = run("fetch", [find_program("node", "nodejs"), "recipe.mjs"])
    assert printed.startswith("answered")
    assert QUOTE in printed


def test_openai(run: Run) -> None:
    """The recipe for OpenAI's client prints the reply with its footnote, then the place of each quote."""
    printed = run("openai", PYTHON)
    assert f"{QUOTE}" in printed
    assert "\n[1] FBI director Comey dismissed" in printed
    assert re.search(r"^a_\w+ \d+ \d+ “Was he fired", printed, re.MULTILINE)


def test_openai_stream(run: Run) -> None:
    """The recipe for streams of OpenAI's client prints the same text piece by piece, then the status."""
    printed = run("openai-stream", PYTHON)
    assert QUOTE in printed
    assert printed.endswith("\n answered\n")


def test_mcp_servers(address: str) -> None:
    """The file for assistants is JSON, and its address is where the protocol is spoken."""
    servers: dict[str, Any] = json.loads(RECIPES["mcp-servers"].replace(SHOWN, address))["mcpServers"]
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    response = httpx.post(
        servers["dateline"]["url"], json=message, headers={"Accept": "application/json"}, trust_env=False
    )
    assert [tool["name"] for tool in response.json()["result"]["tools"]] == ["ask", "search", "article"]


def test_llama_index(run: Run, copied: Path) -> None:
    """The LlamaIndex recipe answers from the current build with verified citations, and retrieves from it."""
    printed = run("llama-index", PYTHON, home=copied)
    assert printed.startswith("answered")
    assert QUOTE in printed
    assert re.search(r"^\d+\.\d\d FBI director Comey dismissed", printed, re.MULTILINE)


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_settings(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The settings for another language model are settings that there are, and a model opens with them."""
    shown = dict(re.findall(r"^export (DATELINE_\w+)=(\S+)$", RECIPES[name], re.MULTILINE))
    assert len(shown) == len(RECIPES[name].splitlines())
    for setting, value in shown.items():
        monkeypatch.setenv(setting, value)
    model = open_model(ModelSettings())
    assert model.name == shown["DATELINE_LLM_MODEL"]
    model.close()


@pytest.mark.llm
@pytest.mark.skipif(
    not os.environ.get("DATELINE_REAL_SERVER"),
    reason="the model's reply takes a minute on a busy machine: set DATELINE_REAL_SERVER=1",
)
def test_another_language_model(copied: Path, runtime: str) -> None:
    """With the settings for llama-server a real server writes the answer, and every citation of it is verified."""
    shown = dict(re.findall(r"^export (DATELINE_\w+)=(\S+)$", RECIPES["llama-server"], re.MULTILINE))
    patient = {"DATELINE_ANSWER_SECONDS": "500", "DATELINE_LLM_TIMEOUT_S": "500"}
    settings = {**shown, **patient, "DATELINE_LLM_BASE_URL": runtime}
    with _served(copied, **settings) as address, httpx.Client(base_url=address, trust_env=False, timeout=520) as client:
        assert client.get("/health/ready").json()["llm"] == "ready"
        chat = {
            "model": "dateline-answer",
            "messages": [{"role": "user", "content": "What did Lavrov say about Comey?"}],
        }
        response = client.post("/v1/chat/completions", json=chat)
        assert response.status_code == 200, response.text
        reply = response.json()
        answer = reply["dateline"]
        assert (answer["status"], answer["mode"], answer["model"]) == ("answered", "answer", "model")
        assert answer["claims"]
        assert answer["citations"]
        for citation in answer["citations"]:
            text = client.get(f"/v1/articles/{citation['article']['id']}").json()["text"]
            assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert reply["usage"]["prompt_tokens"] > 100  # the runtime counted them: it was asked, and it answered
