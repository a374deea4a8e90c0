"""Tells the engines, before they are loaded, to stay offline, to report nothing and not to spin while they wait."""

import os
import sys


def quiet_engines() -> None:
    """Set what the engines read from the environment. What the user has set already stays."""
    for variable in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK"):
        os.environ.setdefault(variable, "1")
    # Importing ONNX Runtime sends an event and writes an identity into the home folder, before its own call could say no.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    # torch and llama.cpp share one OpenMP library, which reads this once: threads that spin starve each other.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # No variable turns this off: importing openvino or nncf sends an event and writes an identity into the home folder.
    # Where the module cannot be imported, both use an empty stand-in of their own.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # None: "not to be found"
