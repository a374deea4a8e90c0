"""`python -m tests.fuzzing.readers`: fuzzes the readers with atheris, guided by which lines of them and their engines run."""

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from tests.fuzzing.formats import FORMATS, Format

# What is counted: our readers, and the Python of the engines that they stand on.
INSTRUMENTED = (
    "indexes",
    "docx",
    "email",
    "frontmatter",
    "json",
    "markdown_it",
    "pypdf",
    "trafilatura",
    "xml",
    "yaml",
    "zipfile",
)
_LONGEST = 32_768
_STUCK_SECONDS = 120
_MOST_MEGABYTES = 2048
_TOKEN = re.compile(
    rb"""</?[\w:.-]{1,30}|[\w:-]{2,30}=|"[\w:./ -]{2,30}"|/[A-Z]\w{1,30}|[A-Z][\w-]{2,30}:|&#?\w{1,10};"""
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit code: 0 where nothing was found. One format is fuzzed in this process, several in turn."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzzing.readers",
        description="Fuzz the readers. What breaks one is kept in FOLDER/found, and its traceback is shown.",
    )
    parser.add_argument("formats", nargs="*", metavar="FORMAT", help=f"of {', '.join(FORMATS)} (default: all)")
    parser.add_argument("--seconds", type=int, default=600, help="in all, shared among the formats (default: 600)")
    parser.add_argument(
        "--folder", type=Path, default=Path(".fuzzing"), help="what was found out is kept here (default: .fuzzing)"
    )
    options = parser.parse_args(arguments)
    names = options.formats or list(FORMATS)
    unknown = [name for name in names if name not in FORMATS]
    if unknown:
        parser.error(f"unknown format {unknown[0]!r}; there are {', '.join(FORMATS)}")
    seconds = max(1, options.seconds // len(names))
    if len(names) == 1:
        _fuzz(names[0], seconds=seconds, folder=options.folder)
        return 0
    command = [sys.executable, "-m", "tests.fuzzing.readers", "--folder", str(options.folder)]
    codes = [subprocess.run([*command, "--seconds", str(seconds), name], check=False).returncode for name in names]
    return max(map(abs, codes))


def _fuzz(name: str, *, seconds: int, folder: Path) -> None:
    """Does not return: the fuzzer ends the process, with 0 where nothing was found."""
    import atheris

    kind = FORMATS[name]
    known, read, found, words = folder / name, folder / f"{name}.read", folder / "found", folder / f"{name}.words"
    for each in (known, read, found):
        each.mkdir(parents=True, exist_ok=True)
    print(f"{name}: {seconds} seconds", flush=True)  # noqa: T201 - a command prints
    # Engines are imported late: reading a sound document brings them in while imports are instrumented.
    with atheris.instrument_imports(include=list(INSTRUMENTED), enable_loader_override=False):
        from tests.fuzzing.checking import check

        documents = kind.begin()
        for document in documents:
            check(kind, document, folder=read)
    for document in documents:
        (known / sha256(document).hexdigest()).write_bytes(document)
    words.write_bytes(_words(kind))

    def feed(content: bytes) -> None:
        check(kind, content, folder=read)

    atheris.Setup(
        [
            sys.argv[0],
            f"-max_total_time={seconds}",
            f"-max_len={_LONGEST}",
            f"-timeout={_STUCK_SECONDS}",
            f"-rss_limit_mb={_MOST_MEGABYTES}",
            f"-artifact_prefix={found}/{name}-",
            f"-dict={words}",
            "-verbosity=0",
            "-print_final_stats=1",
            str(known),
        ],
        feed,
    )
    atheris.Fuzz()


def _words(kind: Format) -> bytes:
    """A dictionary for the fuzzer: the marks that stand in sound documents, a line each."""
    marks = sorted({mark for document in kind.begin() for mark in _TOKEN.findall(document)})
    lines = ["".join(f"\\x{byte:02x}" for byte in mark) for mark in marks]
    return "".join(f'"{line}"\n' for line in lines).encode()


if __name__ == "__main__":
    sys.exit(main())
