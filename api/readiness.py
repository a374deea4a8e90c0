"""Says whether questions are answered, and in which state each part is: for probes, and for the page of the index."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from api.logs import open_log
from api.probing import Probe, Probing, Told
from api.problems import find_kind, without_paths
from api.serving import Opened, Serving
from indexes.errors import DatelineError
from qa.types import Question

_INDEX = "index"
_PROBE = Question(text="Is anything found?", mode="quotes", limit=1)


@dataclass(frozen=True, slots=True)
class Readiness:
    """The state of each part where questions are answered; else none, why not, and the slug of that."""

    parts: Mapping[str, str] = field(default_factory=dict)
    detail: str = ""
    slug: str = ""


def look(serving: Serving, probing: Probing) -> Readiness:
    """Ask each part anew, within seconds."""
    told = probing.ask({**_probes(serving), _INDEX: partial(_search, serving)})
    index = told.pop(_INDEX)
    if isinstance(index.value, dict):
        # Where the search has opened the index, its other parts are known only now.
        told = told or probing.ask(_probes(serving))
        return Readiness({**index.value, **{name: _state(one, probing.seconds) for name, one in told.items()}})
    if index.late:
        late = f"The index did not answer within {probing.seconds:g} seconds: look into the service's log."
        return Readiness(detail=late, slug="no-answer")
    error = index.error if isinstance(index.error, Exception) else OSError("the index told nothing")
    if not isinstance(error, DatelineError):
        open_log("health").error("not ready", exc_info=error)
    kind = find_kind(error)
    return Readiness(detail=kind.detail or without_paths(str(error)), slug=kind.slug)


def _probes(serving: Serving) -> Mapping[str, Probe]:
    """How the parts of the build that serves are asked; none while there is no such build."""
    opened = serving.peek()
    return opened.probes if opened else {}


def _search(serving: Serving) -> dict[str, str]:
    """Search, as a question would: the state of each part as the answerer knows it."""
    with serving.lend() as opened:
        opened.answerer.search(_PROBE)
        return _parts(opened, serving.failure)


def _parts(opened: Opened, failure: DatelineError | None) -> dict[str, str]:
    """The state of each part as the answerer tells it; the index also says why a newer build does not serve."""
    parts = {name: without_paths(state) for name, state in opened.answerer.parts().items()}
    parts["index"] = opened.manifest.name
    if failure:
        parts["index"] += f"; the current build is not served: {without_paths(str(failure))}"
    return {"encoder": "ready", "llm": "off", **parts, "mode": opened.mode}


def _state(told: Told, seconds: float) -> str:
    """The state of a part that was asked, in words without paths."""
    if told.late:
        return f"unreachable: no answer within {seconds:g} seconds"
    if isinstance(told.error, DatelineError):
        return f"unreachable: {without_paths(str(told.error))}"
    if told.error is not None:
        open_log("health").warning("a part cannot be asked", error=str(told.error))
        return f"unreachable: {type(told.error).__name__}"
    return str(told.value)
