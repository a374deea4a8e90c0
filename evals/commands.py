"""What the commands do, once their arguments are read."""

import argparse
import json
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from evals import gates, tables
from evals.benching import describe_machine, time_build, time_engines, time_questions
from evals.comparing import compare_reports
from evals.errors import WrongUsage
from evals.extracting import SHOWN, choose_pages, measure_halves, page_report, score_pages
from evals.judging import Judge
from evals.pages import write_page
from evals.progress import follow, follow_build
from evals.reports import read_report, write_report
from evals.resuming import Unfinished
from evals.running import find_problems, make_report, measure_cost, run_beside, run_cases
from evals.sampling import choose_split, leave_evidence_out, sample
from evals.settings import JudgeSettings
from evals.suites.listing import PAGES, SUITES
from evals.suites.practice import FITTED, TRAINED, of_regions, read_practice
from evals.types import EvalMode, GoldenQuestion, Report, RetrieverName, Setup, Story, Subject, SuiteData
from evals.wiring import (
    Opener,
    build_once,
    find_data,
    home,
    open_engines,
    open_subject,
    read_texts,
    reports_folder,
    time_beside,
)

if TYPE_CHECKING:
    from qa.answering import Answerer


TRACED = 10
"""Cases whose outcome changed that are told in full, those that became bad first."""


def run(options: argparse.Namespace, *, opener: Opener | None = None) -> bool:
    """Run a suite, print its table, write its reports and check its gates; whether all passed."""
    if options.suite == PAGES.name:
        return _run_pages(options)
    started = time.perf_counter()
    suite = SUITES[options.suite]
    mode: EvalMode = options.mode or suite.mode
    _check_options(options, mode)
    retriever: RetrieverName = options.retriever or "fused"
    baseline = gates.read_baseline(options.baseline) if options.baseline else None
    data = suite.read(find_data(suite, options.data))
    questions = sample(choose_split(data.questions, options.split), limit=options.limit, seed=options.seed)
    show = partial(follow, label=f"{suite.name}, {mode}")
    setup = Setup(mode=mode, retriever=retriever, beside=tuple(options.beside or ()), closed_book=options.closed_book)
    with (opener or open_subject)(data, setup) as opened:
        subject = replace(opened, judge=Judge(JudgeSettings())) if options.judge else opened
        if options.leave_out:
            questions = leave_evidence_out(questions, subject)
        problems = (*data.notes, *find_problems(subject, questions))
        settings = {
            "split": options.split,
            "limit": options.limit,
            "seed": options.seed,
            "retriever": retriever if mode == "retrieval" else None,
            "closed_book": options.closed_book,
            "leave_out": options.leave_out,
            "judge": options.judge,
            "encoder": subject.encoder,
            "data": data.fingerprint,
        }
        unfinished = Unfinished(home(), _kind_of_cases(data, subject, mode, settings))
        if options.afresh:
            unfinished.forget()
        done = unfinished.read()
        scored = run_cases(
            subject,
            questions,
            mode=mode,
            follow=show,
            fail=_report_failure,
            done=done,
            keep=unfinished.keep,
            parallel=options.parallel,
        )
        cost = measure_cost(scored, done, seconds=time.perf_counter() - started)
        others = run_beside(subject, questions, follow=follow, fail=_report_failure, seed=options.seed)
        report = make_report(
            data,
            subject,
            [one.case for one in scored],
            mode=mode,
            settings=settings,
            problems=problems,
            seed=options.seed,
        )
        report = replace(report, cost=cost, beside=others)
    stories = {one.case.id: one.story for one in scored}
    passed = _finish(
        report, baseline, options.out or reports_folder(suite, mode), accept=options.accept, stories=stories
    )
    unfinished.forget()
    return passed


def _check_options(options: argparse.Namespace, mode: EvalMode) -> None:
    """Refuse options that the mode makes no use of. Raises `WrongUsage`."""
    for name in ("retriever", "beside"):
        if getattr(options, name) and mode != "retrieval":
            raise WrongUsage(f"--{name} chooses what --mode retrieval measures; the mode is {mode!r}. Leave one out.")
    for name in ("closed_book", "judge"):
        if getattr(options, name) and mode != "answer":
            told = f"--{name.replace('_', '-')} is about what a language model wrote; the mode is {mode!r}."
            raise WrongUsage(f"{told} Run with --mode answer.")
    if options.leave_out and mode == "retrieval":
        raise WrongUsage("--leave-out measures declining, which no ranking does. Run with --mode quotes or answer.")


def _kind_of_cases(data: SuiteData, subject: Subject, mode: EvalMode, settings: Mapping[str, Any]) -> dict[str, Any]:
    """What a case depends on besides the code."""
    kept = {name: settings[name] for name in ("retriever", "closed_book", "leave_out", "judge", "encoder", "data")}
    return {**kept, "suite": data.suite, "mode": mode, "index": subject.index_build, "model": subject.model}


def _run_pages(options: argparse.Namespace) -> bool:
    """Make an article of each page and hold it against what a reader would have taken from it."""
    for name in ("mode", "retriever", "beside", "closed_book", "judge", "leave_out"):
        if getattr(options, name):
            raise WrongUsage(f"{PAGES.name} asks no questions: leave --{name.replace('_', '-')} out")
    baseline = gates.read_baseline(options.baseline) if options.baseline else None
    data = PAGES.read(find_data(PAGES, options.data))
    pages = choose_pages(data, split=options.split, limit=options.limit)
    cases = score_pages(pages, follow=partial(follow, label=PAGES.name))
    report = page_report(data, cases, split=options.split, limit=options.limit, seed=options.seed)
    passed = _finish(report, baseline, options.out or reports_folder(PAGES, PAGES.mode), accept=options.accept)
    _say("\n" + tables.halves_table(measure_halves(cases, seed=options.seed), SHOWN))
    return passed


def _finish(
    report: Report,
    baseline: gates.Baseline | None,
    folder: Path,
    *,
    accept: Path | None,
    stories: Mapping[str, Story] = MappingProxyType({}),
) -> bool:
    """Check the gates, write the reports and print them; whether all passed, or the run was accepted."""
    report = gates.with_gates(report, gates.check_gates(report, baseline))
    paths = (write_report(report, folder), write_page(report, folder, stories))
    _print_run(report, baseline, paths)
    if accept:
        return _accept(report, accept)
    return gates.all_passed(report.gates)


def calibrate(options: argparse.Namespace, *, opener: Opener | None = None) -> bool:
    """Fit the weights on the practice regions that no model was trained on, the threshold on the seeds' development half."""
    from evals.calibrating import choose_threshold, collect_cases, fit, measure_choices, write_weights
    from qa.calibration import KEPT

    practice = of_regions(read_practice(), FITTED)
    seeds = SUITES["seeds"].read(find_data(SUITES["seeds"], None))
    with (opener or open_subject)(practice, Setup(mode="quotes")) as subject:
        fitted_on = collect_cases(_own_answerer(subject), follow(practice.questions, label="practice"))
        fitted = fit(fitted_on)
    with (opener or open_subject)(seeds, Setup(mode="quotes")) as subject:
        development = choose_split(seeds.questions, "dev")
        cases = collect_cases(_own_answerer(subject), follow(development, label="seeds"))
    answerable = sum(question.answerable for question in development)
    threshold = choose_threshold(cases, fitted, answerable=answerable)
    for name, weights in (("sifting", fitted.sifting), ("ranking", fitted.ranking), ("gate", fitted.gate)):
        _say(f"{name}: " + ", ".join(f"{feature} {weight}" for feature, weight in weights.items()))
    _say(f"threshold: {threshold} ({fitted.questions:,} questions, {fitted.candidates:,} candidates)")
    for label, some in (("practice", fitted_on), ("seeds, development half", cases)):
        for name, (one, two, three) in measure_choices(some, fitted).items():
            _say(f"{label}, {name}: the first holds a gold quote for {one}, the first two {two}, three {three}")
    if options.write:
        write_weights(fitted, options.write, threshold=threshold, kept=KEPT)
        _say(f"written: {options.write}")
    return True


def train(options: argparse.Namespace, *, opener: Opener | None = None) -> bool:
    """Train the cross-encoder on the practice regions set apart for it, write its adapters, and say what to pin."""
    from evals.calibrating import collect_examples
    from evals.training import Recipe, write_adapters
    from evals.training import train as train_adapters
    from indexes.hashes import read_sha256
    from indexes.pins import ENCODER
    from indexes.settings import IndexSettings
    from indexes.weights import find_weights

    if not options.out.parent.is_dir():
        raise WrongUsage(f"{str(options.out.parent)!r} is no folder; make it first, or write somewhere else")
    practice = of_regions(read_practice(), options.regions or TRAINED)
    with (opener or open_subject)(practice, Setup(mode="quotes")) as subject:
        questions = sample(practice.questions, limit=options.limit, seed=options.seed)
        examples = collect_examples(_own_answerer(subject), follow(questions, label="candidates"))
    weights = find_weights(ENCODER, IndexSettings())
    with follow_build(label="reranker") as progress:
        tensors = train_adapters(
            examples,
            weights,
            Recipe(epochs=options.epochs, rate=options.rate, seed=options.seed),
            follow=lambda step, steps, _: progress("training", step, steps),
            begin=options.begin,
        )
    write_adapters(tensors, options.out)
    _say(
        f"written: {options.out}, SHA-256 {read_sha256(options.out)}: to put it to use, make it "
        "indexes/reranker.safetensors and write this hash into indexes/scorers.py, both at once"
    )
    return True


def _own_answerer(subject: Subject) -> "Answerer":
    from qa.answering import Answerer

    if not isinstance(subject.answerer, Answerer):
        raise WrongUsage("the product's own answerer is needed: no other tells its candidates")
    return subject.answerer


def list_suites() -> bool:
    """Print the suites that there are and the data that each needs."""
    for suite in (*SUITES.values(), PAGES):
        _say(f"{suite.name}: {suite.summary}\n  default mode: {suite.mode}\n  needs {suite.needs}")
    return True


def compare(before: Path, after: Path) -> bool:
    """Print two reports side by side, with the change of each metric and the cases whose outcome changed."""
    old, new = read_report(before), read_report(after)
    comparison = compare_reports(old, new)
    _say(tables.comparison_table(old, new, comparison.changes))
    _say(f"\nB - A over the {comparison.common} cases of both; * where its 95 % interval leaves out 0")
    if comparison.only_before or comparison.only_after:
        _say(f"{comparison.only_before} cases are only in A, {comparison.only_after} only in B")
    _say(f"{len(comparison.flips)} outcomes changed")
    if comparison.flips:
        _say(tables.flips_lines(comparison.flips))
    return True


def bench(
    options: argparse.Namespace, *, opener: Opener | None = None, builder: Callable[..., tuple[int, int]] | None = None
) -> bool:
    """Print how long retrieving and quoting take over the suite's questions, and how fast an index is built."""
    if options.articles:
        if not options.beside:
            raise WrongUsage("--articles says what is indexed twice: give --beside llama_index too")
        named = ", ".join(str(path) for path in options.articles)
        _tell_bench(time_beside(options.articles), options, suite=None, of=f"articles of {named}")
        return True
    suite = SUITES[options.suite]
    data = suite.read(find_data(suite, options.data))
    questions = sample(data.questions, limit=options.limit, seed=options.seed)
    with (opener or open_subject)(data, Setup(mode="quotes")) as subject:
        numbers = time_questions(subject, questions, follow=partial(follow, label="bench"))
    numbers |= time_build(partial(builder or build_once, data))
    if options.engines:
        numbers |= time_engines(open_engines(), read_texts(data), [question.text for question in questions])
    if options.beside:
        if not data.sources:
            raise WrongUsage(f"suite {suite.name!r} has no article files. Give --articles.")
        numbers |= time_beside(data.sources)
    told = f"{len(questions)} questions of {suite.name}"
    _tell_bench(numbers, options, suite=suite.name, questions=len(questions), of=told)
    return True


def _tell_bench(
    numbers: Mapping[str, float], options: argparse.Namespace, *, suite: str | None, of: str, questions: int = 0
) -> None:
    """Print what was measured, and write it where that is asked."""
    _say(tables.format_table(("measured", "value"), [(name, f"{value:g}") for name, value in numbers.items()]))
    machine = describe_machine()
    _say(f"\n{of}; " + ", ".join(f"{key} {value}" for key, value in machine.items()))
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        document = {"suite": suite, "questions": questions, "machine": machine, "numbers": numbers}
        (options.out / "bench.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _print_run(report: Report, baseline: gates.Baseline | None, paths: Iterable[Path]) -> None:
    model = f", model {report.model}" if report.model else ""
    _say(f"{report.suite}, {report.mode} mode, {report.n} cases, index {report.index_build}{model}\n")
    _say(tables.metrics_table(report))
    _say(f"\noutcomes: {tables.outcomes_line(report.cases)}")
    if report.problems:
        _say(f"{len(report.problems)} problems of the data:\n" + "\n".join(f"  {line}" for line in report.problems))
    for name, metrics in report.beside.items():
        _say(f"\n{report.settings['retriever']} beside {name}\n" + tables.beside_table(report.metrics, metrics))
    if report.cost:
        _say("\n" + ", ".join(f"{name} {tables.format_value(value)}" for name, value in report.cost.items()))
    _say("\n" + tables.gates_lines(report.gates))
    if baseline is not None:
        if baseline.data not in (None, report.settings["data"]):
            _say("the data changed since the baseline was accepted")
        flips = gates.find_flips(baseline.outcomes, gates.outcomes(report))
        if flips:
            after = {case.id: case for case in report.cases}
            _say(f"{len(flips)} outcomes changed since then:\n{tables.flips_lines(flips)}")
            _say("\n".join(tables.traces_lines(baseline.cases[key], after[key]) for key, _, _ in flips[:TRACED]))
    _say("\nwrote " + " and ".join(str(path) for path in paths))


def _accept(report: Report, path: Path) -> bool:
    """Write the run as the accepted baseline, unless it breaks a hard bound; what changed is printed first."""
    if not gates.all_passed(report.gates):
        _say(f"not accepted: a gate that no baseline can loosen failed; {path} is as it was")
        return False
    earlier = gates.read_baseline(path) if path.exists() else None
    accepted = gates.make_baseline(report, earlier=earlier)
    old = earlier.metrics if earlier else {}
    rows = [
        (name, tables.format_value(old[name].value) if name in old else "", tables.format_value(bound.value))
        for name, bound in accepted.metrics.items()
    ]
    _say(tables.format_table(("accepted", "before", "now"), rows))
    flips = gates.find_flips(earlier.outcomes if earlier else {}, accepted.outcomes)
    if flips:
        _say(tables.flips_lines(flips))
    gates.write_baseline(accepted, path)
    _say(f"accepted as {path}: commit it with the change that it belongs to")
    return True


def _report_failure(question: GoldenQuestion, error: Exception) -> None:
    """The whole story on standard error: the report names only the kind and the place."""
    print(f"case {question.id} failed: {error}", file=sys.stderr)  # noqa: T201 - a command prints
    traceback.print_exception(error, file=sys.stderr)


def _say(text: str) -> None:
    print(text)  # noqa: T201 - a command prints
