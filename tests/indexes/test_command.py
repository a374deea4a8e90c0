"""The command `python -m indexes`: what it prints, where, and how it exits."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from indexes.__main__ import main
from indexes.builds import current_folder, kept_builds, lock_builds, read_current
from tests.fakes.archive import RECORDS, write_records
from tests.fakes.encoders import HashingEncoder

Command = Callable[..., int]
ROOT = Path(__file__).parents[2]


@pytest.fixture(name="home")
def fixture_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home and a working directory of their own; the little archive is the configured seed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DATELINE_SEEDS", str(write_records(tmp_path / "archive.jsonl")))
    monkeypatch.setenv("DATELINE_KEEP_BUILDS", "2")
    return tmp_path / "home"


@pytest.fixture(name="command")
def fixture_command(home: Path) -> Command:
    """The command with an encoder that needs no weights."""
    return lambda *arguments: main(arguments, encoder=HashingEncoder())


def test_build(command: Command, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A build of the configured seeds ends with a count per outcome on standard output; steps go to standard error."""
    assert command("build") == 0
    out, err = capsys.readouterr()
    assert out.endswith("created 4, replaced 0, unchanged 0, duplicate_of 0, rejected 0\n")
    assert f"build {read_current(home)}+0: 4 articles, 4 passages, 4 encoded" in out
    assert "encode: 4 of 4\n" in err


def test_build_with_rejected_articles(command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rejected articles and copies are named with the reason, and are no failure."""
    path = write_records(tmp_path / "mixed.jsonl", [*RECORDS, {**RECORDS[0], "id": "copy"}, {"id": "empty"}])
    assert command("build", str(path)) == 0
    out = capsys.readouterr().out
    assert "duplicate_of: " in out
    assert "an exact copy of 'mill-1'" in out
    assert "rejected: " in out
    assert out.endswith("created 4, replaced 0, unchanged 0, duplicate_of 1, rejected 1\n")


def test_build_for_a_program(command: Command, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --progress json every line on standard output is JSON: the steps, and the result last; nothing else is said."""
    assert command("build", "--progress", "json") == 0
    out, err = capsys.readouterr()
    *steps, result = [json.loads(line) for line in out.splitlines()]
    assert {"step": "encode", "done": 4, "total": 4} in steps
    assert [step["step"] for step in steps] == sorted(
        (step["step"] for step in steps), key=["read", "split", "encode"].index
    )
    assert result == {
        "build": f"{read_current(home)}+0",
        "articles": 4,
        "passages": 4,
        "encoded": 4,
        "outcomes": {"created": 4, "replaced": 0, "unchanged": 0, "duplicate_of": 0, "rejected": 0},
        "left_out": 0,
    }
    assert err == ""


def test_failure_for_a_program(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """With --progress json a failure is told as to a person: one line on standard error, and the exit code."""
    assert command("build", "--progress", "json", "nowhere") == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("dateline: 'nowhere' does not exist")
    assert err.count("\n") == 1


def test_build_if_missing(command: Command, home: Path) -> None:
    """With --if-missing an index that is there is left alone."""
    assert command("build", "--if-missing") == 0
    first = read_current(home)
    assert command("build", "--if-missing") == 0
    assert read_current(home) == first


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("build", "nowhere"), 2, "'nowhere' does not exist"),
        (("status",), 1, "python -m indexes build"),
        (("verify",), 1, "python -m indexes build"),
        (("rollback",), 1, "no build before"),
        (("rollback", "b_unknown"), 1, "'b_unknown'"),
    ],
)
def test_failures(
    command: Command, arguments: tuple[str, ...], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A failure is one line on standard error that names the value and the cure, with its own exit code."""
    assert command(*arguments) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("dateline: ")
    assert err.count("\n") == 1
    assert words in err


def test_nothing_indexed(command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing could be indexed the exit code is 3."""
    (tmp_path / "empty").mkdir()
    assert command("build", "empty") == 3
    assert "no articles" in capsys.readouterr().err


def test_build_while_another_builds(command: Command, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """While another process builds, the command says so and fails."""
    with lock_builds(home):
        assert command("build") == 1
    assert "another build is running" in capsys.readouterr().err


def test_add_and_delete(command: Command, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is added and what is deleted is told with the revision; an id that no build has is an error of its own."""
    command("build")
    new = write_records(tmp_path / "new.jsonl", [{"id": "gull", "title": "Gull", "text": "A gull stole a wig."}])
    assert command("add", str(new)) == 0
    out = capsys.readouterr().out
    assert f"build {read_current(home)}: 5 articles, 5 passages, 1 encoded" in out
    assert str(read_current(home)).endswith("+1")
    assert "time: read " in out
    assert command("add", str(new)) == 0
    assert capsys.readouterr().out.endswith("created 0, replaced 0, unchanged 1, duplicate_of 0, rejected 0\n")
    assert command("add", str(write_records(tmp_path / "bad.jsonl", [{"id": "empty"}]))) == 3
    assert "rejected 1" in capsys.readouterr().out
    assert command("delete", "gull", "nowhere") == 1
    out, err = capsys.readouterr()
    assert "deleted: gull\n" in out
    assert f"build {read_current(home)}: 4 articles, 4 passages" in out
    assert "no kept build has an article 'nowhere'" in err
    assert command("delete", "ferry") == 0


def test_articles_that_are_left_out(command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A build says how many articles of the build before it has not read again."""
    command("build")
    assert command("build", str(write_records(tmp_path / "fewer.jsonl", RECORDS[:1]))) == 0
    assert "no longer indexed: 3 articles of the build before" in capsys.readouterr().out


def test_traceback_on_request(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """With --debug, before or after the command, the traceback comes too."""
    for arguments in (("--debug", "status"), ("status", "--debug")):
        assert command(*arguments) == 1
        assert "Traceback" in capsys.readouterr().err


def test_bad_setting(command: Command, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A setting that cannot be used is named with its value."""
    monkeypatch.setenv("DATELINE_KEEP_BUILDS", "none")
    assert command("build") == 1
    assert "DATELINE_KEEP_BUILDS is 'none'" in capsys.readouterr().err


def test_status(command: Command, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The status shows the current build, as JSON on request; --quiet says it by the exit code alone."""
    assert command("status", "--quiet") == 1
    command("build")
    capsys.readouterr()
    assert command("status") == 0
    assert str(read_current(home)) in capsys.readouterr().out
    assert command("status", "--json") == 0
    assert json.loads(capsys.readouterr().out)["articles"] == 4
    assert command("status", "--quiet") == 0
    assert capsys.readouterr() == ("", "")


def test_rollback(command: Command, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Going back makes the build before current; only the configured number is kept."""
    for _ in range(3):
        command("build")
    kept = kept_builds(home)
    assert len(kept) == 2
    assert command("rollback") == 0
    assert read_current(home) == kept[0]
    assert command("rollback", kept[1]) == 0
    assert read_current(home) == kept[1]


def test_verify(command: Command, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A sound build is called sound; a damaged one is named, and made anew unless only a check is asked for."""
    command("build")
    assert command("verify") == 0
    assert "sound" in capsys.readouterr().out
    damaged = current_folder(home)
    (damaged / "vectors.npy").unlink()
    assert command("verify", "--check-only") == 1
    assert "vectors.npy" in capsys.readouterr().err
    assert read_current(home) == damaged.name
    assert command("verify") == 0
    assert "repaired" in capsys.readouterr().out
    assert read_current(home) != damaged.name
    assert command("verify", "--check-only") == 0


@pytest.mark.parametrize("arguments", [(), ("unknown",), ("status", "--unknown"), ("add",), ("delete",)])
def test_wrong_usage(command: Command, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong usage exits with 2 and shows how it is used."""
    with pytest.raises(SystemExit) as caught:
        command(*arguments)
    assert caught.value.code == 2
    assert "usage: python -m indexes" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["", "build", "status", "verify", "rollback", "weights"])
def test_help(command: Command, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every command explains itself."""
    with pytest.raises(SystemExit) as caught:
        command(*name.split(), "--help")
    assert caught.value.code == 0
    assert "usage: python -m indexes" in capsys.readouterr().out


def test_help_loads_no_engine(home: Path) -> None:
    """Help and status are there at once, because no engine is imported for them."""
    code = (
        "import sys; from indexes.__main__ import main; main(['status', '--quiet']); "
        "print(sorted({'chromadb', 'torch', 'tantivy', 'sentence_transformers', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.encoder
def test_in_a_process_of_its_own(home: Path, tmp_path: Path) -> None:
    """With the reference encoder the command builds, shows and checks an index; plain lines where no terminal is."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "indexes", *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    built = run("build", str(tmp_path / "archive.jsonl"))
    assert built.returncode == 0, built.stderr
    assert "created 4" in built.stdout
    assert "\x1b" not in built.stdout + built.stderr
    assert run("status").returncode == 0
    assert run("verify").stdout == "the current build is sound\n"
    assert run("build", "nowhere").returncode == 2
    assert run("frobnicate").returncode == 2
