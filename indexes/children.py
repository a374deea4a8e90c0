"""Has work done by a process of its own, which may import what this one must not."""

import json
import subprocess
import sys
from typing import Any

from indexes.errors import EngineMissing

_SECONDS = 1800
"""A busy machine takes minutes; a process that hangs must not keep the service from starting for ever."""
_CHILD = "import json, sys; from importlib import import_module; order = json.loads(sys.argv[2]); "
_CHILD += "sys.path[:] = order['path']; import_module(sys.argv[1]).main(order)"


def run_child(module: str, order: dict[str, Any]) -> None:
    """Call `main` of a module with an order, elsewhere. Raises `EngineMissing` where it fails or hangs."""
    command = [sys.executable, "-c", _CHILD, module, json.dumps(order | {"path": sys.path})]
    try:
        # The command is ours; what varies are paths of the settings.
        done = subprocess.run(  # noqa: S603
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EngineMissing(f"what runs the weights could not be made ({error})") from error
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        raise EngineMissing(
            f"what runs the weights could not be made ({lines[-1] if lines else f'status {done.returncode}'})"
        )
