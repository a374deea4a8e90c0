"""Fingerprints of data: the same for the same files, whatever folder they lie in."""

import hashlib
from pathlib import Path


def fingerprint(*paths: Path) -> str:
    """A hash over the names and bytes of the files, and of all files below the folders, hidden ones left out."""
    digest = hashlib.sha256()
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            name = file.relative_to(path).as_posix() if path.is_dir() else file.name
            if file.is_file() and not any(part.startswith((".", "__pycache__")) for part in name.split("/")):
                digest.update(f"{name}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()
