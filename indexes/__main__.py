"""`python -m indexes`: builds the index, changes, shows, checks, backs up and rolls it back, fetches weights."""

import argparse
import json
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from indexes.errors import DatelineError, IndexProblem, NothingIndexed, UnreadableSource
from indexes.showing import show_steps
from indexes.telling import JsonLines, Stopwatch

if TYPE_CHECKING:
    from indexes.building import BuildReport
    from indexes.types import Encoder

OK, FAILED, USAGE, NOTHING = 0, 1, 2, 3
_KINDS = ("created", "replaced", "unchanged", "duplicate_of", "rejected")


def main(arguments: Sequence[str] | None = None, *, encoder: "Encoder | None" = None) -> int:
    """Run the command; its exit code: 0 done, 1 failed, 2 wrong usage, 3 nothing could be indexed.

    `encoder` is used instead of the one that the settings name.
    """
    options = _parser().parse_args(arguments)
    options.encoder = encoder
    try:
        code: int = options.run(options)
    except DatelineError as problem:
        if options.debug:
            traceback.print_exc()
        print(f"dateline: {problem}", file=sys.stderr)
        if isinstance(problem, NothingIndexed):
            return NOTHING
        return USAGE if isinstance(problem, UnreadableSource) else FAILED
    except KeyboardInterrupt:
        print("dateline: stopped; the index is as it was", file=sys.stderr)
        return FAILED
    except Exception as problem:
        if options.debug:
            raise
        story = " ".join(f"{type(problem).__name__}: {problem}".split())
        print(f"dateline: {story}; run it again with --debug to see where it failed", file=sys.stderr)
        return FAILED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m indexes",
        description="Build the index of news articles, and look after it.",
        epilog="Exit: 0 done, 1 failed, 2 wrong usage, 3 nothing could be indexed.",
    )
    parser.add_argument("--debug", action="store_true", help="show a traceback when something fails")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def add(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        command.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        command.set_defaults(run=run)
        return command

    build = add("build", _build, "rebuild the index from files and folders, atomically")
    build.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="files and folders (default: DATELINE_SEEDS)"
    )
    build.add_argument(
        "--progress", choices=("text", "json"), default="text", help="json: lines of JSON for programs, the result last"
    )
    build.add_argument("--if-missing", action="store_true", help="do nothing where there is an index already")
    adding = add("add", _add, "add articles to the current build, or replace those of the same id")
    adding.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files and folders")
    delete = add("delete", _delete, "delete articles from every kept build, so that nothing of them is left")
    delete.add_argument("articles", nargs="+", metavar="ARTICLE_ID", help="ids, as citations and lists give them")
    status = add("status", _status, "show the current build and the ones kept")
    status.add_argument("--json", action="store_true", help="print the manifest as JSON")
    status.add_argument(
        "--quiet", action="store_true", help="print nothing: the exit code says whether there is an index"
    )
    verify = add("verify", _verify, "check the current build; where a file is damaged, make it anew from its articles")
    verify.add_argument("--check-only", action="store_true", help="repair nothing: exit 1 where something is wrong")
    rollback = add("rollback", _rollback, "make an earlier build current again")
    rollback.add_argument(
        "build", nargs="?", metavar="BUILD", help="the build's id (default: the one before the current one)"
    )
    backup = add("backup", _backup, "write a backup of all kept builds, traces and keys, while questions are answered")
    backup.add_argument("target", type=Path, metavar="FILE.tar.gz", help="where to; a folder gets a file with a name")
    restore = add("restore", _restore, "restore a backup: checked first, then made current")
    restore.add_argument("archive", type=Path, metavar="FILE.tar.gz", help="what `backup` wrote")
    restore.add_argument("--force", action="store_true", help="have it take the place of the index that is there")
    weights = add("weights", _weights, "fetch the model weights, check them, and write the graphs of the scorers")
    weights.add_argument("--repair", action="store_true", help="check every file anew and fetch those that are damaged")
    return parser


def _build(options: argparse.Namespace) -> int:
    from indexes.builds import current_folder, disk_use
    from indexes.settings import IndexSettings

    settings = IndexSettings()
    if options.if_missing:
        try:
            current_folder(settings.home)
        except IndexProblem:
            pass
        else:
            return OK
    from indexes.building import build_index

    before = disk_use(settings.home)
    lines = JsonLines(sys.stdout) if options.progress == "json" else None
    with nullcontext(lines) if lines else show_steps() as progress:
        watch = Stopwatch(progress)
        report = build_index(
            options.paths or [settings.seeds], settings=settings, progress=watch, encoder=options.encoder
        )
        watch.finish()
    if lines:
        lines.write(_told(report))
    else:
        _print_report(report, watch, before, disk_use(settings.home))
    return OK


def _add(options: argparse.Namespace) -> int:
    from indexes.building import add_articles
    from indexes.builds import disk_use
    from indexes.readers.reading import read_sources
    from indexes.settings import IndexSettings

    settings = IndexSettings()
    before = disk_use(settings.home)
    with show_steps() as progress:
        watch = Stopwatch(progress)
        report = add_articles(read_sources(options.paths), settings=settings, progress=watch, encoder=options.encoder)
        watch.finish()
    _print_report(report, watch, before, disk_use(settings.home))
    refused = [outcome.kind == "rejected" for outcome in report.outcomes]
    return NOTHING if refused and all(refused) else OK


def _delete(options: argparse.Namespace) -> int:
    from indexes.deleting import delete_articles
    from indexes.settings import IndexSettings

    settings = IndexSettings()
    with show_steps() as progress:
        report = delete_articles(options.articles, settings=settings, progress=progress)
    for article_id in report.deleted:
        print(f"deleted: {article_id}")
    print(f"build {report.manifest.name}: {report.manifest.articles} articles, {report.manifest.passages} passages")
    for article_id in report.unknown:
        print(f"dateline: no kept build has an article {article_id!r}; nothing was deleted for it", file=sys.stderr)
    return FAILED if report.unknown else OK


def _told(report: "BuildReport") -> dict[str, object]:
    """What a build came to, for a program."""
    manifest = report.manifest
    return {
        "build": manifest.name,
        "articles": manifest.articles,
        "passages": manifest.passages,
        "encoded": report.encoded,
        "outcomes": _counted(report),
        "left_out": report.left_out,
    }


def _counted(report: "BuildReport") -> dict[str, int]:
    return {kind: sum(outcome.kind == kind for outcome in report.outcomes) for kind in _KINDS}


def _print_report(report: "BuildReport", watch: Stopwatch, before: int, after: int) -> None:
    for outcome in report.outcomes:
        if outcome.kind in {"rejected", "duplicate_of"}:
            print(f"{outcome.kind}: {outcome.source}: {outcome.reason}")
    manifest = report.manifest
    print(
        f"build {manifest.name}: {manifest.articles} articles, {manifest.passages} passages, {report.encoded} encoded"
    )
    if report.left_out:
        print(f"no longer indexed: {report.left_out} articles of the build before, which are not in what was read")
    print(f"disk: {before / 1e6:.1f} MB before, {after / 1e6:.1f} MB now")
    print(f"time: {watch}; memory at most {_peak_memory():,.0f} MB")
    print(", ".join(f"{kind} {count}" for kind, count in _counted(report).items()))


def _peak_memory() -> float:
    """Megabytes of this process at most; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3


def _status(options: argparse.Namespace) -> int:
    from indexes.builds import current_folder, kept_builds, read_manifest
    from indexes.settings import IndexSettings

    settings = IndexSettings()
    try:
        folder = current_folder(settings.home)
    except IndexProblem:
        if options.quiet:
            return FAILED
        raise
    if options.quiet:
        return OK
    manifest = read_manifest(folder)
    if options.json:
        print(json.dumps(asdict(manifest), ensure_ascii=False, indent=2))
        return OK
    print(f"current build {manifest.name}, made {manifest.created}")
    print(f"{manifest.articles} articles, {manifest.passages} passages from {', '.join(manifest.sources)}")
    engine = f" on {manifest.engine}" if manifest.engine else ""
    print(f"encoder {manifest.encoder}{engine} ({manifest.dimension} dimensions), splitter {manifest.splitter!r}")
    print(f"fingerprint {manifest.fingerprint}")
    print(f"kept builds: {', '.join(kept_builds(settings.home))}")
    return OK


def _verify(options: argparse.Namespace) -> int:
    from indexes.building import repair_index
    from indexes.settings import IndexSettings
    from indexes.wiring import verify_index

    settings = IndexSettings()
    problems = verify_index(settings)
    if not problems:
        print("the current build is sound")
        return OK
    for problem in problems:
        print(f"dateline: {problem}", file=sys.stderr)
    if options.check_only:
        return FAILED
    with show_steps() as progress:
        report = repair_index(settings, progress=progress, encoder=options.encoder)
    print(f"repaired: build {report.manifest.name} has the same {report.manifest.articles} articles and is sound")
    return OK


def _rollback(options: argparse.Namespace) -> int:
    from indexes.building import roll_back_index
    from indexes.settings import IndexSettings

    print(f"current build: {roll_back_index(IndexSettings(), options.build)}")
    return OK


def _backup(options: argparse.Namespace) -> int:
    from indexes.backups import write_backup
    from indexes.settings import IndexSettings

    with show_steps() as progress:
        report = write_backup(options.target, settings=IndexSettings(), progress=progress)
    print(f"{report.path}: {len(report.builds)} builds, {report.files} files, {report.bytes / 1e6:,.1f} MB")
    return OK


def _restore(options: argparse.Namespace) -> int:
    from indexes.restoring import restore_backup
    from indexes.settings import IndexSettings

    with show_steps() as progress:
        report = restore_backup(options.archive, settings=IndexSettings(), force=options.force, progress=progress)
    manifest = report.manifest
    print(f"current build {manifest.name}: {manifest.articles} articles, {manifest.passages} passages")
    print(f"fingerprint {manifest.fingerprint}")
    print(f"restored: {', '.join((*report.builds, *report.files))}")
    if report.kept:
        print(f"left as they were here: {', '.join(report.kept)}")
    return OK


def _weights(options: argparse.Namespace) -> int:
    from indexes.scorers import write_graphs
    from indexes.settings import IndexSettings
    from indexes.weights import fetch_all

    settings = IndexSettings()
    for warning in fetch_all(settings, llm=settings.needs_llm_weights, repair=options.repair):
        print(f"WARNING: {warning}", file=sys.stderr)
    for folder in write_graphs(settings):
        print(f"scorer graphs: {folder}")
    return OK


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a build that is asked to end tidies up, as at Ctrl-C
    sys.exit(main())
