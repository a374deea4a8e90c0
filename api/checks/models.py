"""Checks the models: the weights that are here, and whether the language model can be used."""

from api.checks.findings import Finding, Setup, ok, problem, warning
from indexes.errors import DatelineError
from indexes.pins import EXPANDER, LOCAL_LLM
from indexes.scorers import has_graphs
from indexes.weights import inspect_weights
from qa.errors import ModelUnavailable

_FETCH = "run `python -m indexes weights`"
_REPAIR = "run `python -m indexes weights --repair`"


def check_weights(setup: Setup) -> list[Finding]:
    """Whether all weights are here, each file with the hash that it must have. Nothing is fetched."""
    wanted = [setup.index.encoder, EXPANDER, *([LOCAL_LLM] if setup.index.needs_llm_weights else [])]
    return [_check(name, setup) for name in wanted]


def _check(name: str, setup: Setup) -> Finding:
    found = inspect_weights(name, setup.index)
    if found.unchecked:
        return warning("weights", f"{name}: {found.unchecked}", "use pinned weights where it matters")
    # Answers are quotes only without the language model; without the others there are none.
    tell = warning if name == LOCAL_LLM else problem
    if found.missing:
        return tell("weights", f"{name}: {len(found.missing)} files are not here ({found.missing[0]})", _FETCH)
    if found.damaged:
        return problem("weights", f"{name}: {found.damaged[0]} is damaged", _REPAIR)
    return ok("weights", f"{name}: {found.checked} files, each with its SHA-256")


def check_scorers(setup: Setup) -> Finding:
    """Whether the graphs that judge quotes are kept; without them each start writes them anew. Nothing is written."""
    if has_graphs(setup.index):
        return ok("scorers", "the graphs of both are kept and whole")
    return warning("scorers", "their graphs are not kept: the next start writes them, for some seconds", _FETCH)


def check_llm(setup: Setup) -> Finding:
    """Whether the language model can be opened, or its server answers and takes the key."""
    settings = setup.qa
    if settings.llm == "quotes":
        return ok("llm", "off: verified quotes are the answers")
    if setup.index.needs_llm_weights and inspect_weights(LOCAL_LLM, setup.index, hashed=False).missing:
        return warning("llm", f"{LOCAL_LLM} is not here: answers are verified quotes only", _FETCH)
    from qa.models.opening import open_model
    from qa.models.remote import RemoteModel

    try:
        model = open_model(settings, index_settings=setup.index)
        try:
            listed = list(model.list_models()) if isinstance(model, RemoteModel) else []
        finally:
            model.close()
    except ModelUnavailable as error:
        says, _, cure = str(error).partition("; ")
        return problem("llm", says, cure or "see DATELINE_LLM and the settings beside it")
    except DatelineError as error:
        return problem("llm", str(error), "correct the settings of the language model")
    if listed and model.name not in listed:
        cure = f"set DATELINE_LLM_MODEL to one of: {', '.join(listed[:5])}"
        return warning("llm", f"the server does not list {model.name!r}", cure)
    where = f" at {settings.llm_base_url}" if isinstance(model, RemoteModel) else ""
    return ok("llm", f"{model.name}{where} can be used")
