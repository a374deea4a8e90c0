"""Makes an 8-bit model of a graph, calibrated on texts of our own."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from indexes.quieting import quiet_engines

# The widest values of such a model pass through these two layers: 8 bits there cost most of what they cost in all.
_EXACT = r".*layer\.[01]\.output\.dense.*"


def quantize(graph: Any, examples: Sequence[Mapping[str, NDArray[Any]]]) -> Any:  # noqa: ANN401 - the engine's graph
    """The graph with 8-bit weights and activations; `examples` are inputs such as it will get.

    Weights use their whole range: where 8-bit dot products are no instruction of the processor, sums may overflow, so
    the model is for processors that have it.
    """
    quiet_engines()
    import nncf

    nncf.set_log_level(logging.ERROR)
    return nncf.quantize(
        graph,
        nncf.Dataset(list(examples)),
        model_type=nncf.ModelType.TRANSFORMER,
        subset_size=len(examples),
        ignored_scope=nncf.IgnoredScope(patterns=[_EXACT], validate=False),
        advanced_parameters=nncf.AdvancedQuantizationParameters(overflow_fix=nncf.OverflowFix.DISABLE),
    )
