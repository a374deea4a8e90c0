"""`python -m api doctor`: what it finds, and the cure that it names."""

import json
import os
import shutil
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from api.__main__ import main as command
from api.checks import surroundings
from api.checks.archive import check_home, check_index, check_vectors
from api.checks.disks import check_disk, find_room
from api.checks.findings import Finding, Setup
from api.checks.machine import check_clock, check_packages, check_python
from api.checks.models import check_llm, check_scorers, check_weights
from api.checks.surroundings import check_host, check_names, check_port, known_settings
from api.doctor import _run, examine, main, show
from api.settings import ApiSettings
from evals.settings import EvalSettings, JudgeSettings
from indexes.building import build_index
from indexes.builds import current_folder
from indexes.pins import ENCODER, EXPANDER, LOCAL_LLM, TEST_LLM
from indexes.scorers import write_graphs
from indexes.settings import IndexSettings, Settings
from indexes.weights import find_weights
from qa.settings import QaSettings
from tests.api.test_server import Start
from tests.api.test_server import start as _start
from tests.fakes.archive import write_records
from tests.fakes.encoders import HashingEncoder
from tests.fakes.llm_servers import FakeServer, Said, serve

Make = Callable[..., Setup]
start = _start


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with an index, made with an encoder that says it is the usual one."""
    home = tmp_path / "home"
    archive = write_records(tmp_path / "archive.jsonl")
    build_index([archive], settings=IndexSettings(home=home), encoder=HashingEncoder(name=ENCODER))
    return home


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Settings to be looked at."""

    def make_(**given: object) -> Setup:
        defaults = {"home": tmp_path / "home", "weights_home": tmp_path / "weights", "llm": "quotes", "port": 0}
        values = {**defaults, **given}

        def of(kind: type[Settings]) -> dict[str, Any]:
            return {name: value for name, value in values.items() if name in kind.model_fields}

        return Setup(
            index=IndexSettings(**of(IndexSettings)),
            qa=QaSettings(**of(QaSettings)),
            api=ApiSettings(**of(ApiSettings)),
        )

    return make_


@pytest.fixture
def server() -> Iterator[FakeServer]:
    """A language model's server."""
    with serve() as running:
        yield running


def said(finding: Finding) -> tuple[str, str]:
    """Its state, and all that it says."""
    return finding.state, show(finding)


def test_sound_set_up(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], weights_home: Path
) -> None:
    """A sound set-up is told as such, one line for each check, and the command ends with 0."""
    for name, value in {"HOME": home, "LLM": "quotes", "PORT": "0", "WEIGHTS_HOME": weights_home}.items():
        monkeypatch.setenv(f"DATELINE_{name}", str(value))
    assert command(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    checks = [line.split()[1] for line in lines]
    assert checks == (
        "python packages settings clock home disk index chroma weights weights scorers llm host port".split()
    )
    assert not [line for line in lines if line.startswith("problem")]
    assert any("4 articles, 4 passages" in line for line in lines)


@pytest.fixture
def weights_home(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the weights are; the test is skipped where they are not."""
    settings = IndexSettings()
    if not (settings.weights_home / ENCODER / "model.safetensors").is_file():
        pytest.skip("the encoder's weights are not here")
    return settings.weights_home


def test_nothing_set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing is set up, every problem has its cure, nothing is made, and the command ends with 1."""
    for name in ("HOME", "WEIGHTS_HOME"):
        monkeypatch.setenv(f"DATELINE_{name}", str(tmp_path / name))
    monkeypatch.setenv("DATELINE_PORT", "0")
    assert main(["--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["sound"] is False
    found = {one["check"]: one for one in told["checks"] if one["state"] == "problem"}
    assert set(found) == {"index", "weights"}
    assert found["index"]["cure"] == "run `python -m indexes build`"
    assert found["weights"]["cure"] == "run `python -m indexes weights`"
    assert all(one["cure"] for one in told["checks"] if one["state"] != "ok")
    assert list(tmp_path.iterdir()) == []


def test_bad_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting with a value that cannot be used is told with its value and the limit, and a secret is not shown."""
    monkeypatch.setenv("DATELINE_PORT", "99999")
    finding = examine()[-1]
    assert (finding.check, finding.state) == ("settings", "problem")
    assert "DATELINE_PORT is '99999'" in finding.says


def test_check_that_fails() -> None:
    """A check that fails itself is a problem on a line of its own."""

    def fail() -> Finding:
        raise OSError("the disk is gone")

    assert [show(one) for one in _run("check_disk", fail)] == [
        "problem  disk      it cannot be checked (OSError: the disk is gone) → run it again, or see the log of the system"
    ]


def test_wrong_usage() -> None:
    """An option that there is not is wrong usage."""
    with pytest.raises(SystemExit) as ended:
        command(["doctor", "--nope"])
    assert ended.value.code == 2


@pytest.mark.parametrize(
    ("version", "state"), [((3, 10, 4), "problem"), ((3, 11, 0), "warning"), ((3, 11, 4), "ok"), ((3, 13, 0), "ok")]
)
def test_python(version: tuple[int, ...], state: str) -> None:
    """An old Python is a problem; one whose archives are unpacked without a filter is worth a warning."""
    assert check_python(version=version).state == state


def test_packages(tmp_path: Path) -> None:
    """Packages that are missing, of another version, or without a list to compare with are told apart."""
    lock = tmp_path / "requirements.lock"
    lock.write_text("# written by\nPyYAML==6.0.3\ntorch==2.13.0\n", encoding="utf-8")
    state, text = said(check_packages(lock=lock, installed={}))
    assert state == "problem"
    assert "fastapi" in text
    assert "pip install -c requirements.lock" in text
    everything = dict.fromkeys(_needed_names(), "1")
    state, text = said(check_packages(lock=lock, installed={**everything, "pyyaml": "6.0.2", "torch": "2.13.0+cpu"}))
    assert (state, "pyyaml 6.0.2 instead of 6.0.3" in text, "torch" in text) == ("warning", True, False)
    assert check_packages(lock=lock, installed={**everything, "pyyaml": "6.0.3", "torch": "2.13.0"}).state == "ok"
    assert check_packages(lock=tmp_path / "none", installed=everything).state == "warning"


def _needed_names() -> set[str]:
    from api.checks.machine import _needed

    return _needed()


def test_clock(make: Make, home: Path) -> None:
    """A clock that is behind what was made here already is told."""
    assert check_clock(make()).state == "ok"
    state, text = said(check_clock(make(), now=1.0))
    assert (state, "1970-01-01" in text, "timedatectl" in text) == ("warning", True, True)


def test_unknown_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is no setting is told with the nearest that is, wherever it is set; a value is not shown."""
    environment = {"DATELINE_PROT": "secret", "DATELINE_XYZZY": "1", "DATELINE_PORT": "8000", "PATH": "/bin"}
    found = [show(one) for one in check_names(environment=environment)]
    assert len(found) == 2
    assert "did you mean DATELINE_PORT?" in found[0]
    assert "DATELINE_XYZZY is no setting" in found[1]
    assert "secret" not in "".join(found)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dateline.toml").write_text("keep_build = 3\nhome = 'x'\n", encoding="utf-8")
    (finding,) = check_names(environment={})
    assert "'keep_build' in dateline.toml" in finding.says
    assert "DATELINE_KEEP_BUILDS" in finding.cure
    (tmp_path / "dateline.toml").write_text("= no toml", encoding="utf-8")
    assert [one.state for one in check_names(environment={})] == ["ok"]


def test_every_setting_is_known() -> None:
    """The settings of all packages are known, those of the evaluation too, which the service does not import."""
    names = {f"DATELINE_{name.upper()}" for kind in (EvalSettings, JudgeSettings) for name in kind.model_fields}
    assert names == set(surroundings.EVALUATION)
    assert known_settings() >= {"DATELINE_HOME", "DATELINE_LLM_API_KEY", "DATELINE_PORT", "DATELINE_TRACES"}


def test_host(make: Make) -> None:
    """An address on which the service will not start is a problem, with what is missing."""
    assert check_host(make()).state == "ok"
    state, text = said(check_host(make(host="0.0.0.0")))  # noqa: S104
    assert (state, "API key" in text) == ("problem", True)


def test_port(make: Make) -> None:
    """A free port is well; one that another program has is a problem."""
    assert check_port(make(port=0)).state == "ok"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        state, text = said(check_port(make(port=port), seconds=0.05))
    assert (state, "DATELINE_PORT" in text) == ("problem", True)
    assert check_port(make(port=port)).state == "ok"
    assert check_port(make(host="no.such.host.invalid", port=8000)).state == "problem"


def test_port_of_the_service(make: Make, start: Start) -> None:
    """A port that the service itself has is well."""
    finding = check_port(make(port=start().port))
    assert (finding.state, "the service answers there" in finding.says) == ("ok", True)


def test_home(make: Make, tmp_path: Path, home: Path) -> None:
    """A home that is no folder is a problem; one that is not there yet will be made."""
    assert check_home(make()).state == "ok"
    assert "will be made" in check_home(make(home=tmp_path / "later" / "home")).says
    assert not (tmp_path / "later").exists()
    (tmp_path / "file").touch()
    assert check_home(make(home=tmp_path / "file")).state == "problem"


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system has no owners of that kind")
def test_home_of_another_user(make: Make, home: Path) -> None:
    """What belongs to another user is told; a folder that cannot be written is a problem."""
    if os.geteuid() == 0:
        os.chown(home / "current", 12345, 12345)
        state, text = said(check_home(make()))
        assert (state, "'" + str(home / "current") + "'" in text, "chown" in text) == ("warning", True, True)
        return
    home.chmod(stat.S_IRUSR | stat.S_IXUSR)
    assert check_home(make()).state == "problem"
    home.chmod(stat.S_IRWXU)


def test_disk(make: Make, tmp_path: Path) -> None:
    """The room is that of the disk where the home is, or will be."""
    assert find_room(tmp_path / "not" / "yet") > 0
    assert "MB free" in check_disk(make()).says


def test_index(make: Make, home: Path, tmp_path: Path) -> None:
    """An index that is missing, made otherwise, or damaged is told apart, each with its cure."""
    assert check_index(make()).state == "ok"
    assert "indexes build" in check_index(make(home=tmp_path / "none")).cure
    state, text = said(check_index(make(encoder="another")))
    assert (state, "encoder 'all-minilm-l6-v2', not 'another'" in text) == ("problem", True)
    (current_folder(home) / "vectors.npy").write_bytes(b"")
    assert "indexes verify" in check_index(make()).cure
    (current_folder(home) / "manifest.json").write_text("{", encoding="utf-8")
    assert check_index(make()).state == "problem"
    (home / "current").write_text("b_gone", encoding="utf-8")
    assert "rollback" in check_index(make()).cure


def test_chroma(make: Make) -> None:
    """A Chroma server that does not answer is a problem; without one there is none."""
    assert check_vectors(make()).state == "ok"
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    state, text = said(check_vectors(make(chroma_url=f"http://127.0.0.1:{port}")))
    assert (state, "DATELINE_CHROMA_URL" in text) == ("problem", True)


def test_weights(make: Make, tmp_path: Path) -> None:
    """Weights that are missing, damaged or not checked are told apart; nothing is fetched or written."""
    assert {one.state for one in check_weights(make())} == {"problem"}
    assert not (tmp_path / "weights").exists()
    folder = tmp_path / "weights" / ENCODER
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}", encoding="utf-8")
    assert "9 files are not here" in check_weights(make())[0].says
    assert [one.state for one in check_weights(make(encoder_path=folder))] == ["warning", "problem"]
    assert check_weights(make(encoder_path=tmp_path / "none"))[0].state == "problem"
    missing = check_weights(make(llm="local"))[-1]
    assert (missing.state, LOCAL_LLM in missing.says) == ("warning", True)
    assert check_weights(make(encoder="owner/model"))[0].state == "warning"


def test_damaged_weights(make: Make, tmp_path: Path, weights_home: Path) -> None:
    """A file of weights that has another hash is a problem that `--repair` mends."""
    real = find_weights(ENCODER, IndexSettings(weights_home=weights_home))
    folder = tmp_path / "weights" / ENCODER
    folder.mkdir(parents=True)
    for path in (one for one in real.rglob("*") if one.is_file()):
        copy = folder / path.relative_to(real)
        copy.parent.mkdir(exist_ok=True)
        copy.symlink_to(path)
    assert check_weights(make())[0].state == "ok"
    (folder / "vocab.txt").unlink()
    (folder / "vocab.txt").write_text("no", encoding="utf-8")
    finding = check_weights(make())[0]
    assert (finding.state, "vocab.txt is damaged" in finding.says) == ("problem", True)
    assert "--repair" in finding.cure


@pytest.mark.encoder
def test_graphs_of_the_scorers(make: Make, tmp_path: Path, weights_home: Path) -> None:
    """Where they are not kept, or one is damaged, it is said that a start writes them; nothing is written for that."""
    assert check_scorers(make()).state == "warning"
    assert not (tmp_path / "weights").exists()
    settings = IndexSettings(weights_home=weights_home)
    write_graphs(settings)
    assert check_scorers(make(weights_home=weights_home)).state == "ok"
    shutil.copytree(weights_home / ENCODER, tmp_path / "weights" / ENCODER)
    shutil.copytree(weights_home / EXPANDER, tmp_path / "weights" / EXPANDER)
    for folder in write_graphs(settings):
        shutil.copytree(folder, tmp_path / "weights" / "engines" / folder.name)
    assert check_scorers(make()).state == "ok"
    with next((tmp_path / "weights" / "engines").glob("*/states.onnx")).open("r+b") as graph:
        graph.write(b"no graph")
    state, text = said(check_scorers(make()))
    assert (state, "indexes weights" in text) == ("warning", True)


def test_no_language_model(make: Make, tmp_path: Path) -> None:
    """Quotes mode needs none; a local one whose file is missing or none is a problem."""
    assert check_llm(make()).state == "ok"
    assert check_llm(make(llm="local", llm_path=tmp_path / "none.gguf")).state == "problem"
    assert check_llm(make(llm="openai-compatible")).state == "problem"


@pytest.mark.llm
def test_local_language_model(make: Make, tmp_path: Path, weights_home: Path) -> None:
    """A local language model is really opened: a file that is none is a problem, one that is one can be used."""
    none = tmp_path / "none.gguf"
    none.write_bytes(b"no model")
    state, text = said(check_llm(make(llm="local", llm_path=none)))
    assert (state, "cannot open" in text) == ("problem", True)
    real = find_weights(TEST_LLM, IndexSettings(weights_home=weights_home))
    assert check_llm(make(llm="local", llm_path=real)).state == "ok"


def test_remote_language_model(make: Make, server: FakeServer) -> None:
    """A server that answers is well; one that refuses the key, or does not list the model, is told with the cure."""
    setup = make(llm="openai-compatible", llm_base_url=server.url, llm_model="invented-7b", llm_api_key="invented-key")
    server.say(
        Said(b'{"data": [{"id": "invented-7b"}]}'), Said(b'{"data": [{"id": "other-3b"}]}'), Said(b"", 401), Said(b"")
    )
    assert check_llm(setup).state == "ok"
    state, text = said(check_llm(setup))
    assert (state, "other-3b" in text) == ("warning", True)
    state, text = said(check_llm(setup))
    assert (state, "DATELINE_LLM_API_KEY" in text, "invented-key" in text) == ("problem", True, False)
    assert check_llm(setup).state == "ok"
