"""`python -m api doctor`: checks the set-up, and says what to mend."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from typing import TypeAlias

from api.checks.archive import check_home, check_index, check_vectors
from api.checks.disks import check_disk
from api.checks.findings import Finding, Setup, problem
from api.checks.machine import check_clock, check_packages, check_python
from api.checks.models import check_llm, check_scorers, check_weights
from api.checks.surroundings import check_host, check_names, check_port
from api.settings import ApiSettings
from indexes.errors import InvalidSettings
from indexes.settings import IndexSettings
from qa.settings import QaSettings

Check: TypeAlias = Callable[[Setup], Finding | list[Finding]]

ALWAYS = (check_python, check_packages, check_names)
"""What can be checked whatever the settings are."""

CHECKS: Sequence[Check] = (
    check_clock,
    check_home,
    check_disk,
    check_index,
    check_vectors,
    check_weights,
    check_scorers,
    check_llm,
    check_host,
    check_port,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what each check found, one on a line; 0 where nothing is to be mended, else 1."""
    parser = argparse.ArgumentParser(
        prog="python -m api doctor",
        description="Check the set-up and say what to mend. Nothing is changed, and nothing is fetched.",
        epilog="Exit: 0 nothing to mend (warnings included), 1 there is a problem, 2 wrong usage.",
    )
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    options = parser.parse_args(arguments)
    findings = examine()
    sound = all(finding.state != "problem" for finding in findings)
    if options.json:
        print(json.dumps({"sound": sound, "checks": [asdict(one) for one in findings]}, ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            print(show(finding))
    return 0 if sound else 1


def examine() -> list[Finding]:
    """What all checks found; one that fails itself is a problem of its own."""
    findings: list[Finding] = []
    for general in ALWAYS:
        findings += _run(general.__name__, general)
    try:
        setup = Setup(index=IndexSettings(), qa=QaSettings(), api=ApiSettings())
    except InvalidSettings as error:
        says, _, cure = str(error).rpartition(". Correct")
        return [*findings, problem("settings", says or str(error), f"correct{cure}" if says else "correct them")]
    for check in CHECKS:
        findings += _run(check.__name__, partial(check, setup))
    return findings


def show(finding: Finding) -> str:
    """One finding on one line."""
    says = " ".join(finding.says.split())
    cure = f" → {' '.join(finding.cure.split())}" if finding.cure else ""
    return f"{finding.state:<8} {finding.check:<9} {says}{cure}"


def _run(name: str, check: Callable[[], Finding | list[Finding]]) -> list[Finding]:
    try:
        found = check()
    except Exception as error:  # noqa: BLE001 - a check that fails must not keep the others from being made
        subject = name.removeprefix("check_")
        return [
            problem(
                subject,
                f"it cannot be checked ({type(error).__name__}: {error})",
                "run it again, or see the log of the system",
            )
        ]
    return found if isinstance(found, list) else [found]


if __name__ == "__main__":
    sys.exit(main())
