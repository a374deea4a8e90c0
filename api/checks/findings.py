"""What a check found: all well, something to know, or something to mend."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from api.settings import ApiSettings
from indexes.settings import IndexSettings
from qa.settings import QaSettings

State: TypeAlias = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. `cure` says what to do, and is empty where all is well."""

    check: str
    state: State
    says: str
    cure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """The settings that are looked at."""

    index: IndexSettings
    qa: QaSettings
    api: ApiSettings


def ok(check: str, says: str) -> Finding:
    """All is well."""
    return Finding(check, "ok", says)


def warning(check: str, says: str, cure: str) -> Finding:
    """It works, but there is something to know."""
    return Finding(check, "warning", says, cure)


def problem(check: str, says: str, cure: str) -> Finding:
    """It does not work."""
    return Finding(check, "problem", says, cure)
