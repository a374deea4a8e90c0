"""API keys: what is stored of them, how they are found, and what becomes of a file that cannot be trusted."""

import hmac
import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import KeyRefused, KeysDamaged
from api.keys import FILE, KeyFile, digest, find_key


def test_a_key_is_stored_hashed(tmp_path: Path) -> None:
    """Of a key only its hash is kept, beside its name, scopes and day, in a file that its owner alone can read."""
    file = KeyFile(tmp_path / "home")
    key, secret = file.add("desk", ["ask"])
    assert len(secret) == len("dl_") + 43
    assert secret.startswith("dl_")
    stored = file.path.read_text()
    assert secret not in stored
    assert secret.removeprefix("dl_") not in stored
    assert digest(secret) in stored
    assert (key.name, key.scopes, key.created[-1]) == ("desk", ("ask",), "Z")
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert {path.name for path in file.path.parent.iterdir()} <= {FILE, "keys.lock"}


def test_a_change_keeps_the_file_private(tmp_path: Path) -> None:
    """However wide the file or the mask was, what takes its place is readable by its owner alone."""
    file = KeyFile(tmp_path)
    file.add("a", ["ask"])
    file.path.chmod(0o644)
    before = os.umask(0)
    try:
        file.add("b", ["ask"])
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_keys_differ(tmp_path: Path) -> None:
    """No two keys have the same secret or the same id, also under one name after the other."""
    file = KeyFile(tmp_path)
    first, one = file.add("desk", ["ask"])
    file.revoke("desk")
    second, other = file.add("desk", ["admin"])
    assert one != other
    assert first.id != second.id


def test_scopes(tmp_path: Path) -> None:
    """`admin` may do what `ask` may, not the other way round."""
    file = KeyFile(tmp_path)
    reader, editor = file.add("reader", ["ask"])[0], file.add("editor", ["admin", "admin"])[0]
    assert reader.allows("ask")
    assert not reader.allows("admin")
    assert editor.allows("ask")
    assert editor.allows("admin")
    assert editor.scopes == ("admin",)


def test_a_change_counts_at_once(tmp_path: Path) -> None:
    """What one process adds or revokes, another knows the next time it looks, however fast one follows the other."""
    serving, command = KeyFile(tmp_path), KeyFile(tmp_path)
    assert serving.read() == ()
    for number in range(20):
        command.add(f"k{number}", ["ask"])
        assert [key.name for key in serving.read()] == [f"k{number}"]
        command.revoke(f"k{number}")
        assert serving.read() == ()


def test_names_are_unique(tmp_path: Path) -> None:
    """A name is taken until its key is revoked, and only a known name can be revoked."""
    file = KeyFile(tmp_path)
    file.add("desk", ["ask"])
    with pytest.raises(KeyRefused, match=r"'desk' already.*revoke"):
        file.add("desk", ["admin"])
    with pytest.raises(KeyRefused, match=r"no key 'disk': there are 'desk'"):
        file.revoke("disk")
    assert file.revoke("desk") == 0
    with pytest.raises(KeyRefused, match=r"there are none"):
        file.revoke("desk")


@pytest.mark.parametrize("name", ["", "-x", "a b", "é", "a\nb", "../x", "x" * 65, "a/b", "a\n"])
def test_odd_names(tmp_path: Path, name: str) -> None:
    """A name that could break a line of a log or a list is refused, and nothing is written."""
    file = KeyFile(tmp_path)
    with pytest.raises(KeyRefused, match="is no name"):
        file.add(name, ["ask"])
    assert not file.path.exists()


def test_many_at_once(tmp_path: Path) -> None:
    """Keys that are added at the same time are all kept, and of one name only one is."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: KeyFile(tmp_path).add(f"k{number}", ["ask"]), range(24)))
        same = list(pool.map(lambda _: _try(tmp_path), range(8)))
    assert {key.name for key in KeyFile(tmp_path).read()} == {*(f"k{number}" for number in range(24)), "same"}
    assert sorted(same) == [False] * 7 + [True]


def _try(home: Path) -> bool:
    try:
        KeyFile(home).add("same", ["ask"])
    except KeyRefused:
        return False
    return True


def test_a_key_is_found_by_its_secret(tmp_path: Path) -> None:
    """A secret finds its own key; anything else, also one letter off, finds none."""
    file = KeyFile(tmp_path)
    made = [file.add(f"k{number}", ["ask"]) for number in range(3)]
    for key, secret in made:
        assert find_key(file.read(), secret) == key
        for wrong in (secret[:-1], secret + "A", secret.swapcase(), secret.removeprefix("dl_"), ""):
            assert find_key(file.read(), wrong) is None
    assert find_key((), made[0][1]) is None


def test_every_key_is_compared(tmp_path: Path) -> None:
    """Whichever key is sent, and whether or not it is one, all stored keys are compared: time tells nothing."""
    file = KeyFile(tmp_path)
    made = [file.add(f"k{number}", ["ask"]) for number in range(5)]
    for secret in (made[0][1], made[-1][1], "dl_nothing"):
        compared: list[str] = []

        def same(stored: str, given: str, compared: list[str] = compared) -> bool:
            compared.append(stored)
            return hmac.compare_digest(stored, given)

        find_key(file.read(), secret, same=same)
        assert compared == [key.sha256 for key, _ in made]


@given(secret=st.text(max_size=100))
def test_any_secret(secret: str) -> None:
    """Whatever is sent as a key, half surrogates included, can be compared."""
    assert len(digest(secret)) == 64
    assert find_key((), secret) is None


def _key(**changed: object) -> dict[str, object]:
    key = {"id": "k_" + "0" * 16, "name": "a", "scopes": ["ask"], "created": "2026-01-01T00:00:00Z", "sha256": "0" * 64}
    return {**key, **changed}


DAMAGED: list[bytes] = [
    b"",
    b"{",
    b"null",
    b"[]",
    b"\xff\xfe",
    b'{"keys": 1}',
    b'{"version": 2, "keys": []}',
    json.dumps({"version": 1, "keys": [_key(sha256="")]}).encode(),
    json.dumps({"version": 1, "keys": [_key(sha256="G" * 64)]}).encode(),
    json.dumps({"version": 1, "keys": [_key(scopes=[])]}).encode(),
    json.dumps({"version": 1, "keys": [_key(scopes=["root"])]}).encode(),
    json.dumps({"version": 1, "keys": [_key(until="2026-02-01")]}).encode(),
    json.dumps({"version": 1, "keys": [_key(), _key(id="k_" + "1" * 16, sha256="1" * 64)]}).encode(),
    json.dumps({"version": 1, "keys": [_key(), _key(name="b")]}).encode(),
    b" " * 1_100_000,
]


@pytest.mark.parametrize("contents", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_file(tmp_path: Path, contents: bytes) -> None:
    """A file that is not wholly understood gives no keys but an error that names it and the way out, and is left as it is."""
    file = KeyFile(tmp_path)
    file.path.write_bytes(contents)
    for work in (file.read, lambda: file.add("x", ["ask"]), lambda: file.revoke("a")):
        with pytest.raises(KeysDamaged, match=FILE) as raised:
            work()
        assert "restore it from a backup" in str(raised.value)
        assert "0" * 64 not in str(raised.value)
        assert "\n" not in str(raised.value)
    assert file.path.read_bytes() == contents


def test_an_unreadable_file(tmp_path: Path) -> None:
    """What cannot be read as a file at all is an error, not an absence of keys."""
    (tmp_path / FILE).mkdir()
    with pytest.raises(KeysDamaged, match="cannot be read"):
        KeyFile(tmp_path).read()


def test_a_file_that_goes_away(tmp_path: Path) -> None:
    """A file that was there and is gone is an error; one that never was, or is all revoked, holds no keys."""
    file = KeyFile(tmp_path)
    assert file.read() == ()
    file.add("a", ["ask"])
    assert [key.name for key in file.read()] == ["a"]
    kept = file.path.read_bytes()
    file.path.unlink()
    with pytest.raises(KeysDamaged, match="is gone"):
        file.read()
    file.path.write_bytes(kept)
    assert [key.name for key in file.read()] == ["a"]
    file.revoke("a")
    assert file.read() == ()


def test_a_repaired_file(tmp_path: Path) -> None:
    """A file that was damaged for a while is read again once it is whole."""
    file = KeyFile(tmp_path)
    file.add("a", ["ask"])
    kept = file.path.read_bytes()
    file.path.write_bytes(kept[:-20])
    with pytest.raises(KeysDamaged):
        file.read()
    with pytest.raises(KeysDamaged):
        file.read()
    file.path.write_bytes(kept)
    assert [key.name for key in file.read()] == ["a"]


def test_a_write_that_was_killed(tmp_path: Path) -> None:
    """What a killed command left beside the file harms neither the keys nor the next command."""
    file = KeyFile(tmp_path)
    file.add("a", ["ask"])
    (tmp_path / f".{FILE}").write_bytes(b"{")
    file.add("b", ["ask"])
    assert [key.name for key in file.read()] == ["a", "b"]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """Where the folder cannot be made, the command says so in one line."""
    (tmp_path / "home").write_text("a file")
    with pytest.raises(KeyRefused, match="cannot be changed"):
        KeyFile(tmp_path / "home").add("a", ["ask"])
