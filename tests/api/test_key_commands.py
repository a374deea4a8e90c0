"""`python -m api keys`: what it prints, where, and how it ends."""

from pathlib import Path

import pytest

from api.__main__ import main
from api.keys import KeyFile, find_key


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A DATELINE_HOME that is not there yet."""
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_add(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`add` prints the key alone on standard output and says on standard error what to know about it."""
    assert main(["keys", "add", "desk"]) == 0
    printed = capsys.readouterr()
    secret = printed.out.strip()
    assert printed.out == f"{secret}\n"
    key = find_key(KeyFile(home).read(), secret)
    assert key is not None
    assert (key.name, key.scopes) == ("desk", ("ask",))
    assert secret not in printed.err
    assert "this once" in printed.err
    assert "from now on requests need a key" in printed.err
    assert main(["keys", "add", "editor", "--scope", "ask", "--scope", "admin"]) == 0
    assert "first one" not in capsys.readouterr().err
    assert KeyFile(home).read()[1].scopes == ("ask", "admin")


def test_list(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`list` shows names, ids, days and scopes, and nothing of a secret."""
    assert main(["keys", "list"]) == 0
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "There are no keys: python -m api keys add NAME\n")
    main(["keys", "add", "desk"])
    main(["keys", "add", "editor", "--scope", "admin"])
    secrets = capsys.readouterr().out.split()
    assert main(["keys", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["desk", "editor"]
    assert [line.split()[-1] for line in lines] == ["ask", "admin"]
    assert not any(secret[5:] in "".join(lines) for secret in secrets)


def test_revoke(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`revoke` forgets the key, and says what it means that no key is left."""
    main(["keys", "add", "a"])
    main(["keys", "add", "b"])
    capsys.readouterr()
    assert main(["keys", "revoke", "a"]) == 0
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("Key 'a' is revoked.\n", "")
    assert main(["keys", "revoke", "b"]) == 0
    assert "open to everybody on this machine" in capsys.readouterr().err
    assert KeyFile(home).read() == ()


def test_failures(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be done is one line on standard error, exit code 1, and nothing on standard output."""
    main(["keys", "add", "desk"])
    capsys.readouterr()
    damaged = home / "keys.json"
    for arguments, says in [
        (["add", "desk"], "'desk' already"),
        (["add", "a b"], "'a b' is no name"),
        (["revoke", "disk"], "no key 'disk'"),
    ]:
        assert main(["keys", *arguments]) == 1
        printed = capsys.readouterr()
        assert says in printed.err
        assert (printed.out, printed.err.count("\n")) == ("", 1)
    damaged.write_text("{")
    for whole in (["keys", "add", "x"], ["keys", "list"], ["keys", "revoke", "desk"], []):
        assert main(whole) == 1
        printed = capsys.readouterr()
        assert "is damaged" in printed.err
        assert (printed.out, printed.err.count("\n")) == ("", 1)


@pytest.mark.parametrize(
    "arguments", [["keys"], ["keys", "add"], ["keys", "add", "x", "--scope", "root"], ["keys", "forget", "x"], ["kees"]]
)
@pytest.mark.usefixtures("home")
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A command that is none is exit code 2 with the usage."""
    with pytest.raises(SystemExit) as raised:
        main(arguments)
    assert raised.value.code == 2
    assert "usage: python -m api" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["--help"], "keys"), (["keys", "--help"], "revoke"), (["keys", "add", "--help"], "--scope")],
)
def test_help(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every command has --help."""
    with pytest.raises(SystemExit) as raised:
        main(arguments)
    assert raised.value.code == 0
    assert says in capsys.readouterr().out
