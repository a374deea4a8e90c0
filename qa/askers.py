"""Names who asks, so that the trace of an answer says whose it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ASKER: ContextVar[str | None] = ContextVar("asker", default=None)


@contextmanager
def asked_by(asker: str | None) -> Iterator[None]:
    """What is asked inside is asked by this one: the id of an API key; None: nobody in particular.

    It goes along with the context: into tasks, and into threads that are given a copy of it.
    """
    token = _ASKER.set(asker)
    try:
        yield
    finally:
        _ASKER.reset(token)


def current_asker() -> str | None:
    """Who asks now."""
    return _ASKER.get()
