"""Opens ONNX files and computes with them, without torch."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from indexes.machines import count_cores
from indexes.quieting import quiet_engines

T = TypeVar("T")

Inputs: TypeAlias = Mapping[str, NDArray[np.int64]]
"""What a graph reads, by name."""

SCORING = ThreadPoolExecutor(count_cores(), thread_name_prefix="scoring")
"""The threads that score, for all questions at once: more than there are cores would only take turns."""


class Session:
    """An ONNX file that is open. Many threads may compute at once."""

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        """Open it; one input is computed by so many threads. Raises RuntimeError where it cannot be opened."""
        quiet_engines()
        import onnxruntime

        onnxruntime.disable_telemetry_events()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.enable_mem_pattern = False  # it keeps a plan of the memory for every length that it ever saw
        options.log_severity_level = 3  # errors
        # The language model wants the same cores.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session: Any = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except Exception as problem:  # its errors have no class in common but this
            raise RuntimeError(f"ONNX Runtime cannot open {str(path)!r}: {problem}") from problem

    def run(self, inputs: Inputs) -> NDArray[np.float32]:
        """The first output of one input."""
        return np.asarray(self._session.run(None, dict(inputs))[0], dtype=np.float32)


def share_out(work: Callable[[int], T], lengths: Sequence[int], threads: Executor) -> list[T]:
    """What `work` makes of each number from 0, in order; the longest first, so that none waits for it.

    The threads take one at a time, so as many of them as there are cores keep these busy. `work` shares out nothing itself.
    """
    order = sorted(range(len(lengths)), key=lambda at: -lengths[at])
    found = dict(zip(order, threads.map(work, order), strict=True))
    return [found[at] for at in range(len(order))]
