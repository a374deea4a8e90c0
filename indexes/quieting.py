"""Tells the engines, before they are loaded, to stay offline, to report nothing and not to spin while they wait."""

import os


def quiet_engines() -> None:
    """Set what the engines read from the environment. What the user has set already stays."""
    for variable in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK"):
        os.environ.setdefault(variable, "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    # torch and llama.cpp share one OpenMP library, which reads this once: threads that spin starve each other.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
