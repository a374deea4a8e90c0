"""Starts the service: `python -m api [--host H] [--port P]`; `python -m api keys` manages who may call it."""

import argparse
import asyncio
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import uvicorn

from api.app import create_app
from api.archives import Archive
from api.errors import Refused
from api.key_commands import add_parser, run_keys
from api.keys import KeyFile
from api.logs import install_logs, open_log
from api.security import require_key
from api.serving import Serving
from api.settings import ApiSettings
from indexes.errors import DatelineError, IndexMissing

_CONNECTIONS = 512
CLOSING_SECONDS = 10.0
"""Seconds, after those of open requests, in which the service closes what it holds."""


Open = Callable[[], AbstractContextManager[Archive]]


def main(
    arguments: Sequence[str] | None = None,
    *,
    open_builds: Open | None = None,
    closing_seconds: float = CLOSING_SECONDS,
) -> int:
    """Serve until a signal, or run a command; 0 after a stop, 1 where it fails. `open_builds` gives other builds.

    At a stop open requests may finish for `shutdown_seconds`. Whatever still runs `closing_seconds` later ends with the
    process, which then ends at once, with 0 too.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["doctor"]:
        from api.doctor import main as examine

        return examine(given[1:])
    options = _read_options(given)
    try:
        wanted = {name: value for name in ("host", "port") if (value := getattr(options, name)) is not None}
        settings = ApiSettings(**wanted)
        keys = KeyFile(settings.home)
        if options.command == "keys":
            return run_keys(options, keys)
        install_logs(settings.log_format, level="debug" if options.debug else settings.log_level)
        require_key(settings, keys=len(keys.read()))
        with _listen(settings.host, settings.port) as listening, (open_builds or _open_builds)() as archive:
            return _serve(settings, archive, listening, closing_seconds=closing_seconds)
    except DatelineError as error:
        if options.debug:
            raise
        print(error, file=sys.stderr)
        return 1


def _open_builds() -> AbstractContextManager[Archive]:
    """The builds of DATELINE_HOME; late, because the engines take seconds to import."""
    from api.wiring import open_builds

    return open_builds()


def _read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m api",
        description="Serve answers over HTTP. Settings: DATELINE_… in the environment, or dateline.toml.",
        epilog="`python -m api doctor` checks the set-up instead, and says what to mend.",
    )
    parser.add_argument(
        "--host", metavar="H", help="address to listen on (default: 127.0.0.1; off loopback an API key is needed)"
    )
    parser.add_argument("--port", metavar="P", type=_port, help="port to listen on (default: 8000; 0: a free one)")
    parser.add_argument("--debug", action="store_true", help="log more, and show tracebacks")
    commands = parser.add_subparsers(dest="command", title="instead of serving", metavar="COMMAND")
    add_parser(commands)
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:  # noqa: PLR2004 - the highest port there is
        raise argparse.ArgumentTypeError(f"{text!r} is no port: give a number from 0 to 65535")
    return int(text)


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises `Refused`."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind)
    except OSError as error:
        raise Refused(f"The host {host!r} is not known ({error}): choose another with --host.") from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(128)
    except OSError as error:
        listening.close()
        cause = error.strerror or str(error)
        message = f"Port {port} on {host} cannot be used ({cause}): stop the program that uses it, or choose another "
        raise Refused(message + "with --port.") from error
    listening.setblocking(False)  # noqa: FBT003 - the socket module's own signature
    return listening


def _serve(settings: ApiSettings, archive: Archive, listening: socket.socket, *, closing_seconds: float) -> int:
    app = create_app(archive, settings)
    config = uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=settings.shutdown_seconds,
        h11_max_incomplete_event_size=65_536,
    )
    # uvicorn raises the signal that stopped it once more when it is done: a stop that was asked for is no failure.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    last_seconds = settings.shutdown_seconds + closing_seconds
    keys = len(KeyFile(settings.home).read())
    server = _Announcing(config, address=_address(settings.host, listening), keys=keys, last_seconds=last_seconds)
    server.run(sockets=[listening])
    return 0 if server.started else 1


_STREAMING = 0.8
"""The share of the seconds for a stop after which streams are ended."""


class _Announcing(uvicorn.Server):
    """A server that says where it is and what state it is in, once it answers; and that ends, whatever hangs."""

    def __init__(self, config: uvicorn.Config, *, address: str, keys: int, last_seconds: float) -> None:
        super().__init__(config)
        self._address = address
        self._keys = f"{keys:,}" if keys else "none: whoever uses this machine may ask, and change the index"
        self._last_seconds = last_seconds
        self._streaming_seconds = (config.timeout_graceful_shutdown or 0) * _STREAMING

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let open requests finish, then close everything. A thread that hangs cannot keep the process for ever."""
        end = threading.Timer(self._last_seconds, _end_now)
        end.daemon = True
        end.start()
        asyncio.get_running_loop().call_later(self._streaming_seconds, self._stop_streams)
        await super().shutdown(sockets=sockets)

    def _stop_streams(self) -> None:
        """Have the streams that are still open end properly, before uvicorn cuts them off."""
        if stopping := self.lifespan.state.get("stopping"):
            stopping.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then print the address, the mode, the build, and what is missing."""
        await super().startup(sockets=sockets)
        if self.started:
            state: dict[str, Any] = self.lifespan.state
            lines = await asyncio.to_thread(_announce, state["serving"])
            first = f"Dateline on {self._address} (reference: {self._address}/docs)"
            print("\n".join((first, *lines, f"  API keys: {self._keys}")), flush=True)


def _end_now() -> None:
    """End the process without what hangs. Builds and traces are whole at any moment: each takes its place in one step."""
    busy = [thread.name for thread in threading.enumerate() if not thread.daemon]
    open_log("stopping").warning("ended without waiting any longer", threads=busy)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(0)


def _announce(serving: Serving) -> list[str]:
    """The state of the service in lines for a person; what is missing stands out."""
    try:
        with serving.lend() as opened:
            manifest, parts, mode = opened.manifest, opened.answerer.parts(), opened.mode
    except DatelineError as error:
        state = "NO INDEX" if isinstance(error, IndexMissing) else "INDEX NOT USED"
        return [
            f"  !!! {state}: {error}",
            "  !!! Until then questions get a 503; a new build is found without a restart.",
        ]
    counts = f"{manifest.articles:,} articles, {manifest.passages:,} passages"
    lines = [f"  mode: {mode}", f"  index: {manifest.name} ({counts})", f"  encoder: {manifest.encoder}"]
    llm = parts.get("llm", "off")
    if llm.startswith("missing"):
        lines.append(f"  !!! NO LANGUAGE MODEL: {llm.removeprefix('missing:').strip()}")
        lines.append(
            "  !!! Answers are verified quotes only (mode quotes) until it is there and the service is restarted."
        )
    else:
        lines.append(f"  language model: {llm}")
    return lines


def _address(host: str, listening: socket.socket) -> str:
    port = listening.getsockname()[1]
    return f"http://[{host.strip('[]')}]:{port}" if ":" in host else f"http://{host}:{port}"


if __name__ == "__main__":
    sys.exit(main())
