"""The command `python -m evals`: run a suite, list the suites, compare two reports, measure speed, train, calibrate."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evals.wiring import Opener

SUITE_NAMES = ("seeds", "multihop_rag", "realtimeqa", "rgb", "squad2", "beir", "quotes", "own")
PAGE_SUITE = "article_extraction"
RETRIEVERS = ("fused", "dense", "lexical", "bm25s", "llama_index", "llama_index_fusion")
MODES = ("retrieval", "quotes", "answer")
OK, FAILED, USAGE = 0, 1, 2


def main(
    arguments: Sequence[str] | None = None,
    *,
    opener: "Opener | None" = None,
    builder: "Callable[..., tuple[int, int]] | None" = None,
) -> int:
    """Run the command; its exit code: 0 done, 1 a failure or a failed gate, 2 wrong usage."""
    options = _parser().parse_args(arguments)
    from evals import commands
    from evals.errors import WrongUsage
    from indexes.errors import DatelineError

    steps: dict[str, Callable[[], bool]] = {
        "run": lambda: commands.run(options, opener=opener),
        "list": commands.list_suites,
        "calibrate": lambda: commands.calibrate(options, opener=opener),
        "train": lambda: commands.train(options, opener=opener),
        "compare": lambda: commands.compare(options.before, options.after),
        "bench": lambda: commands.bench(options, opener=opener, builder=builder),
    }
    try:
        return OK if steps[options.command]() else FAILED
    except KeyboardInterrupt:
        _complain("stopped; nothing was written")
    except DatelineError as error:
        if options.debug:
            raise
        _complain(str(error))
        return USAGE if isinstance(error, WrongUsage) else FAILED
    except Exception as error:
        if options.debug:
            raise
        _complain(f"{type(error).__name__}: {error}. Run again with --debug for the whole story")
    return FAILED


def _complain(problem: str) -> None:
    """One line on standard error."""
    print("evals: " + " ".join(problem.split()), file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals", description="Scores answers against golden questions.")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="run a suite; writes report.json and report.html")
    suites = (*SUITE_NAMES, PAGE_SUITE)
    run.add_argument("suite", choices=suites, metavar="SUITE", help=", ".join(suites))
    run.add_argument("--data", type=Path, metavar="DIR", help="folder of the data set (`list` says what each needs)")
    run.add_argument("--mode", choices=MODES, help="default: quotes; retrieval for multihop_rag and beir")
    run.add_argument(
        "--retriever", choices=RETRIEVERS, metavar="NAME", help=f"what retrieval mode measures: {', '.join(RETRIEVERS)}"
    )
    run.add_argument(
        "--beside",
        choices=RETRIEVERS,
        metavar="NAME",
        action="append",
        help="in retrieval mode another one over the same questions, with ratios; can be given several times",
    )
    run.add_argument(
        "--closed-book", action="store_true", help="in answer mode also ask the language model without any article"
    )
    run.add_argument(
        "--judge", action="store_true", help="in answer mode also ask DATELINE_JUDGE_MODEL what it makes of each answer"
    )
    run.add_argument(
        "--leave-out",
        action="store_true",
        help="put each answerable question to the articles that do not answer it: it should be declined",
    )
    run.add_argument("--parallel", type=_positive, default=1, metavar="N", help="questions at a time (default: 1)")
    run.add_argument("--afresh", action="store_true", help="do not go on with a run that was interrupted")
    run.add_argument("--split", choices=("dev", "held_out", "all"), default="all", help="which half (default: all)")
    run.add_argument("--limit", type=_positive, metavar="N", help="a sample of N questions, each status with its share")
    run.add_argument("--seed", type=_whole, default=0, metavar="S", help="of the sample and the intervals (default: 0)")
    run.add_argument("--out", type=Path, metavar="DIR", help="folder of the reports (default: DATELINE_HOME/evals/…)")
    gate = run.add_mutually_exclusive_group()
    gate.add_argument("--baseline", type=Path, metavar="FILE", help="fail where a metric is worse than accepted there")
    gate.add_argument("--accept", type=Path, metavar="FILE", help="show what changed and accept this run as baseline")

    commands.add_parser("list", help="the suites and the data each needs")

    calibrate = commands.add_parser(
        "calibrate", help="fit ranking and gate on practice articles, the threshold on seeds"
    )
    calibrate.add_argument("--write", type=Path, metavar="FILE", help="write the weights there (qa/calibration.py)")

    train = commands.add_parser(
        "train", help="train the cross-encoder on practice articles: an hour or two, or minutes on a GPU"
    )
    train.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="write the adapters there (.safetensors)"
    )
    train.add_argument(
        "--from",
        dest="begin",
        type=Path,
        metavar="FILE",
        help="go on from these adapters (default: from the encoder as it is)",
    )
    train.add_argument(
        "--rate", type=_rate, default=1e-3, metavar="R", help="the highest learning rate (default: 0.001)"
    )
    train.add_argument(
        "--epochs", type=_positive, default=6, metavar="N", help="times each question is seen (default: 6)"
    )
    train.add_argument(
        "--regions", default="", metavar="LETTERS", help="practice regions to train on (default: a to f)"
    )
    train.add_argument("--limit", type=_positive, metavar="N", help="train on a sample of N questions")
    train.add_argument("--seed", type=_whole, default=0, metavar="S", help="of what is chosen by chance (default: 0)")

    compare = commands.add_parser("compare", help="two reports side by side, with paired intervals")
    compare.add_argument("before", type=Path, metavar="A.json")
    compare.add_argument("after", type=Path, metavar="B.json")

    bench = commands.add_parser("bench", help="latency of retrieving and quoting, rate of building, on this machine")
    bench.add_argument("--suite", choices=SUITE_NAMES, default="seeds", help="whose articles and questions")
    bench.add_argument("--data", type=Path, metavar="DIR", help="folder of the data set")
    bench.add_argument("--limit", type=_positive, metavar="N", help="a sample of N questions")
    bench.add_argument("--seed", type=_whole, default=0, metavar="S", help="of the sample (default: 0)")
    bench.add_argument("--engines", action="store_true", help="also the encoder on each engine that can be had here")
    bench.add_argument(
        "--beside", choices=("llama_index",), metavar="NAME", help="also how fast llama_index indexes the same passages"
    )
    bench.add_argument(
        "--articles", type=Path, nargs="+", metavar="PATH", help="index these for --beside, and measure nothing else"
    )
    bench.add_argument("--out", type=Path, metavar="DIR", help="also write bench.json into this folder")
    for command in (run, calibrate, train, compare, bench):
        command.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    return parser


def _positive(text: str) -> int:
    number = _whole(text)
    if not number:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return number


def _whole(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = -1
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 0 or more")
    return number


def _rate(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 < number <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0 and at most 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
