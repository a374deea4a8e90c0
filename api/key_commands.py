"""Adds, lists and revokes API keys on the terminal: `python -m api keys`."""

import argparse
import sys
from typing import Any

from api.keys import KeyFile, Scope


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse's subparsers, whose type is private
    """Add `keys add`, `keys list` and `keys revoke` to the commands."""
    parser = commands.add_parser(
        "keys",
        help="add, list and revoke API keys",
        description="Add, list and revoke API keys. A running service knows about a change at once.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = actions.add_parser("add", help="make a key and print it, this once", description="Make a key and print it.")
    add.add_argument("name", metavar="NAME", help="whose key it is: letters, digits, '.', '_' and '-'")
    add.add_argument(
        "--scope",
        action="append",
        choices=("ask", "admin"),
        help="ask: reads and questions (the default); admin: changes of the index too; may be repeated",
    )
    actions.add_parser("list", help="list the keys, without their secrets", description="List the keys.")
    revoke = actions.add_parser("revoke", help="forget a key", description="Forget a key.")
    revoke.add_argument("name", metavar="NAME", help="as the list gives it")


def run_keys(options: argparse.Namespace, keys: KeyFile) -> int:
    """Run the action. Raises `KeyRefused` and `KeysDamaged`."""
    match options.action:
        case "add":
            _add(keys, options.name, options.scope or ["ask"])
        case "revoke":
            _revoke(keys, options.name)
        case _:
            _list(keys)
    return 0


def _add(keys: KeyFile, name: str, scopes: list[Scope]) -> None:
    """The key alone on standard output, so that a script can take it from there."""
    first = not keys.read()
    key, secret = keys.add(name, scopes)
    print(secret)
    lines = [
        f"Key {key.name!r} ({', '.join(key.scopes)}) is added to {str(keys.path)!r}.",
        "It is shown this once: keep it where you keep passwords.",
    ]
    if first:
        lines.append("It is the first one: from now on requests need a key.")
    print("\n".join(lines), file=sys.stderr)


def _revoke(keys: KeyFile, name: str) -> None:
    left = keys.revoke(name)
    print(f"Key {name!r} is revoked.")
    if not left:
        print(
            "It was the last one: a service on loopback is now open to everybody on this machine, unless "
            "DATELINE_REQUIRE_KEY is set; any other refuses everybody.",
            file=sys.stderr,
        )


def _list(keys: KeyFile) -> None:
    found = keys.read()
    if not found:
        print("There are no keys: python -m api keys add NAME", file=sys.stderr)
    width = max((len(key.name) for key in found), default=0)
    for key in found:
        print(f"{key.name:{width}}  {key.id}  {key.created}  {', '.join(key.scopes)}")
