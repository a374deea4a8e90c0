"""Keeps API keys, hashed, in one file: it is read at every request, so that a change of it counts at once."""

import hmac
import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal, Self

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from api.errors import KeyRefused, KeysDamaged

Scope = Literal["ask", "admin"]

FILE = "keys.json"
"""Where the keys are, below `DATELINE_HOME`."""
PREFIX = "dl_"
"""What every key begins with, so that those who scan for leaked keys find it."""

_RANDOM_BYTES = 32
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MOST_BYTES = 1_048_576
_PATIENCE = 10.0


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Key(_Stored):
    """A key without its secret. `id` is never given twice, `name` again once it is revoked; `created` is UTC."""

    id: Annotated[str, Field(pattern=r"^k_[0-9a-f]{16}$")]
    name: Annotated[str, Field(pattern=rf"^{_NAME.pattern}$")]
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1)]
    created: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

    def allows(self, scope: Scope) -> bool:
        """Whether the key has the scope; `admin` has both."""
        return scope in self.scopes or "admin" in self.scopes


class _Contents(_Stored):
    """What the file holds."""

    version: Literal[1] = 1
    keys: tuple[Key, ...]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for field in ("id", "name", "sha256"):
            if len({getattr(key, field) for key in self.keys}) < len(self.keys):
                raise ValueError(f"two keys have the same {field}")
        return self


def digest(secret: str) -> str:
    """The SHA-256 of a key's secret.

    A slow hash would add nothing: it protects what people think up. A secret of 256 random bits cannot be guessed, and its
    hash is computed at every request.
    """
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def find_key(keys: Sequence[Key], secret: str, *, same: Callable[[str, str], bool] = hmac.compare_digest) -> Key | None:
    """The key of this secret. Every key is compared, each in constant time: how long it takes tells nothing."""
    given = digest(secret)
    found = [key for key in keys if same(key.sha256, given)]
    return found[0] if found else None


class KeyFile:
    """The keys below `DATELINE_HOME`, in a file that only its owner can read, replaced as a whole by every change."""

    def __init__(self, home: Path) -> None:
        self.path = home / FILE
        self._seen: bytes | None = None
        self._keys: tuple[Key, ...] = ()

    def read(self) -> tuple[Key, ...]:
        """The keys as they are now; none where there never was a file. Raises `KeysDamaged`."""
        try:
            with self.path.open("rb") as stream:
                contents = stream.read(_MOST_BYTES + 1)
        except FileNotFoundError:
            if self._seen is not None:  # closed, rather than open to everybody
                message = f"The key file {str(self.path)!r} is gone: put it back, or start the service again."
                raise KeysDamaged(message) from None
            return ()
        except OSError as error:
            raise KeysDamaged(f"The key file {str(self.path)!r} cannot be read: {error.strerror}.") from error
        if contents != self._seen:
            self._keys = self._parse(contents)
            self._seen = contents
        return self._keys

    def add(self, name: str, scopes: Sequence[Scope]) -> tuple[Key, str]:
        """A new key, and its secret, which is kept nowhere. Raises `KeyRefused` for its name, and `KeysDamaged`."""
        if not _NAME.fullmatch(name):
            message = f"{name!r} is no name of a key: use letters, digits, '.', '_' and '-', at most 64 of them."
            raise KeyRefused(message)
        secret = PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
        key = Key(
            id=f"k_{secrets.token_hex(8)}",
            name=name,
            scopes=tuple(dict.fromkeys(scopes)),
            created=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            sha256=digest(secret),
        )
        with self._changing() as keys:
            if any(one.name == name for one in keys):
                raise KeyRefused(f"There is a key {name!r} already: choose another name, or revoke that one first.")
            self._write((*keys, key))
        return key, secret

    def revoke(self, name: str) -> int:
        """Forget a key; how many are left. Raises `KeyRefused` where none has the name, and `KeysDamaged`."""
        with self._changing() as keys:
            rest = tuple(key for key in keys if key.name != name)
            if len(rest) == len(keys):
                known = ", ".join(repr(key.name) for key in keys) or "none"
                raise KeyRefused(f"There is no key {name!r}: there are {known}.")
            self._write(rest)
        return len(rest)

    @contextmanager
    def _changing(self) -> Iterator[tuple[Key, ...]]:
        """The keys, while nobody else changes them."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self.path.with_suffix(".lock"), timeout=_PATIENCE, mode=0o600):
                yield self.read()
        except Timeout as error:
            raise KeyRefused("Another command is changing the keys: try again.") from error
        except OSError as error:
            message = f"The keys in {str(self.path.parent)!r} cannot be changed: {error.strerror}."
            raise KeyRefused(message) from error

    def _parse(self, contents: bytes) -> tuple[Key, ...]:
        repair = "restore it from a backup, or remove it and add the keys anew."
        if len(contents) > _MOST_BYTES:
            raise KeysDamaged(f"The key file {str(self.path)!r} is larger than {_MOST_BYTES:,} bytes: {repair}")
        try:
            return _Contents.model_validate_json(contents).keys
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"]) or "the whole"
            what = f"{place}: {first['msg']}"
            raise KeysDamaged(f"The key file {str(self.path)!r} is damaged ({what}): {repair}") from None

    def _write(self, keys: tuple[Key, ...]) -> None:
        """Replace the file in one step; who is killed meanwhile leaves the one before."""
        beside = self.path.with_name(f".{FILE}")
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(_Contents(keys=keys).model_dump_json(indent=1).encode() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(self.path)
