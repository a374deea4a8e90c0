"""Asks a Chroma server whether it answers, bounded in time."""

from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from indexes.errors import IndexDamaged

SECONDS = 3.0
_HEARTBEAT = "/api/v2/heartbeat"
_OK = 200


def require_store(url: str, *, seconds: float = SECONDS) -> None:
    """Raises `IndexDamaged` unless the server at `url` says that it is alive; `seconds` bound each wait for it."""
    address = urlsplit(url)
    kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
    connection = kind(address.hostname or "", address.port, timeout=seconds)
    try:
        connection.request("GET", _HEARTBEAT)
        status = connection.getresponse().status
    except (OSError, HTTPException) as problem:
        cause = "no answer in time" if isinstance(problem, TimeoutError) else str(problem) or type(problem).__name__
        raise IndexDamaged(
            f"the Chroma server at {url!r} does not answer ({cause}); start it or correct DATELINE_CHROMA_URL"
        ) from problem
    finally:
        connection.close()
    if status != _OK:
        raise IndexDamaged(
            f"{url!r} is no Chroma server that works ({_HEARTBEAT} answered {status}); look into its log or correct "
            "DATELINE_CHROMA_URL"
        )
