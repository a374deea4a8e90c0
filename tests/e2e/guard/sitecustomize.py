"""Writes down, and refuses, every connection that a Python process opens beyond loopback: Python loads it at the start."""

import ipaddress
import os
import sys


def _is_near(host: object) -> bool:
    if host in {None, "", "localhost", b"localhost"}:
        return True
    try:
        address = ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        where = arguments[-1]
        host = where[0] if isinstance(where, tuple) else None  # a path of a local socket is no tuple
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if not _is_near(host):
        with open(os.environ["DATELINE_TEST_CONNECTIONS"], "a") as stream:  # noqa: PTH123 - nothing is imported here
            stream.write(f"{event} {host!r}\n")
        raise ConnectionRefusedError(f"{event} {host!r}: beyond loopback")


if "DATELINE_TEST_CONNECTIONS" in os.environ:
    sys.addaudithook(_watch)
