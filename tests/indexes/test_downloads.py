"""The model hub's client works against a hub that speaks its protocol on loopback."""

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from indexes.downloads import PublicDownloads
from indexes.errors import WeightsMissing

COMMIT = "0123456789abcdef0123456789abcdef01234567"
FILES = {
    "config.json": b"{}",
    "model.safetensors": b"tensors" * 1000,
    "1_Pooling/config.json": b'{"a": 1}',
    "pytorch_model.bin": b"a pickle",
    "code.py": b"raise RuntimeError",
}


class Hub(BaseHTTPRequestHandler):
    """A hub with one repository, `owner/model`."""

    def do_HEAD(self) -> None:
        """Say what there is."""
        self._answer(body=False)

    def do_GET(self) -> None:
        """Give it."""
        self._answer(body=True)

    def log_message(self, *args: object) -> None:
        """Be quiet."""

    def _answer(self, *, body: bool) -> None:
        path = self.path.partition("?")[0]
        siblings = [{"rfilename": name} for name in FILES]
        described = json.dumps({"id": "owner/model", "sha": COMMIT, "siblings": siblings}).encode()
        tree = [{"type": "file", "path": name, "size": len(FILES[name]), "oid": "0" * 40} for name in FILES]
        known = {
            "/api/models/owner/model/revision/main": described,
            f"/api/models/owner/model/tree/{COMMIT}": json.dumps(tree).encode(),
        }
        for revision in ("main", COMMIT):
            known.update({f"/owner/model/resolve/{revision}/{name}": content for name, content in FILES.items()})
        content = known.get(path)
        self.send_response(404 if content is None else 200)
        content = b"" if content is None else content
        if "/resolve/" in path and content:
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if body:
            self.wfile.write(content)


@pytest.fixture
def downloads() -> Iterator[PublicDownloads]:
    """Downloads from the hub on loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield PublicDownloads(hub=f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        thread.join()


def test_a_file_of_the_hub_is_stored(downloads: PublicDownloads, tmp_path: Path) -> None:
    """One file of a repository is downloaded below the folder, under its own path."""
    path = downloads.hub_file("owner/model", "1_Pooling/config.json", tmp_path)
    assert path == tmp_path / "1_Pooling/config.json"
    assert path.read_bytes() == FILES["1_Pooling/config.json"]


def test_a_model_of_the_hub_is_stored_without_pickles(downloads: PublicDownloads, tmp_path: Path) -> None:
    """Of a repository, safetensors and configuration are downloaded; pickles and code are not."""
    downloads.hub_folder("owner/model", tmp_path)
    stored = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert {name for name in stored if not name.startswith(".cache/")} == {
        "config.json",
        "model.safetensors",
        "1_Pooling/config.json",
    }


def test_what_the_hub_lacks_is_missing(downloads: PublicDownloads, tmp_path: Path) -> None:
    """A file that the hub has not is an error that names it and the repository."""
    with pytest.raises(WeightsMissing, match=r"no 'absent\.gguf' of 'owner/model' \(.*404"):
        downloads.hub_file("owner/model", "absent.gguf", tmp_path)


def test_an_unknown_repository_is_missing(downloads: PublicDownloads, tmp_path: Path) -> None:
    """A repository that the hub has not is an error that names it."""
    with pytest.raises(WeightsMissing, match="no 'owner/other'"):
        downloads.hub_folder("owner/other", tmp_path)


def test_a_hub_that_does_not_answer_is_missing(tmp_path: Path) -> None:
    """Where nobody listens, the error says that the hub gave nothing."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        address = f"http://127.0.0.1:{server.server_port}"
    with pytest.raises(WeightsMissing, match="no 'owner/model'"):
        PublicDownloads(hub=address).hub_folder("owner/model", tmp_path)
