"""Trains the cross-encoder: low-rank adapters (LoRA, Hu et al. 2021) and a head over the frozen layers of the encoder."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from evals.errors import WrongUsage
from evals.types import Example
from indexes.graph_writing import load_body
from indexes.graphs import load_tokenizer
from indexes.pairs import Pair, encode_pair
from indexes.scorer_exporting import SCALE, pool_pairs

_ADAPTED = ("query", "key", "value", "dense")
_ALIKE = 32
"""Pairs of about the same length that are computed at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How it is trained. The defaults made the adapters that the service has.

    Each step takes `questions` questions, of each at most `positives` texts that answer and `others` that do not: two
    thirds of these the likeliest, the rest by chance. The loss is a softmax over each question's texts, and `answering`
    times a binary cross entropy in which a text that answers weighs `weight` times as much.
    """

    rank: int = 16
    epochs: int = 6
    questions: int = 32
    positives: int = 2
    others: int = 12
    rate: float = 1e-3
    decay: float = 0.01
    warm_up: float = 0.08
    answering: float = 3.0
    weight: float = 3.0
    seed: int = 0


Follow = Callable[[int, int, float], None]
"""Is told the step, how many there are, and the loss."""


def train(
    examples: Sequence[Example], weights: Path, recipe: Recipe, *, follow: Follow, begin: Path | None = None
) -> dict[str, Any]:
    """The adapters `NAME.a`, `NAME.b` and the `head` by name, in half precision; on a GPU where there is one. Raises `WrongUsage`.

    `begin` is a file of adapters to go on from. The frozen layers compute in bfloat16: on a processor without
    instructions for it, training takes several times as long.
    """
    import torch

    torch.manual_seed(recipe.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    # In evaluation mode and with eager attention: dropout, and the way back through the other attention, take longer
    # than all else on a processor.
    body = load_body(weights).to(torch.bfloat16)
    added = _adapt(body, recipe.rank)
    head = torch.nn.Linear(2 * body.config.hidden_size, 1)
    torch.nn.init.normal_(head.weight, std=0.02)
    torch.nn.init.zeros_(head.bias)
    tensors = {"head.weight": head.weight, "head.bias": head.bias}
    for name, (inner, outer) in added.items():
        tensors |= {f"{name}.a": inner, f"{name}.b": outer}
    if begin is not None:
        _read_into(tensors, begin)
    body.to(device)
    head.to(device)
    learned = [*(matrix for pair in added.values() for matrix in pair), *head.parameters()]
    batches = list(_batches(_encode(examples, weights), recipe))
    if not batches:
        raise WrongUsage(f"{len(examples)} questions are too few to train on; take {recipe.questions} or more")
    optimizer = torch.optim.AdamW(learned, lr=recipe.rate, weight_decay=recipe.decay)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, _slope(len(batches), recipe.warm_up))
    for step, batch in enumerate(batches, start=1):
        logits = head(_pool_alike(body, [pair for pairs, _ in batch for pair in pairs]).float())[:, 0]
        loss = _loss(logits, [holds for _, holds in batch], recipe)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimizer.step()
        schedule.step()
        follow(step, len(batches), float(loss.detach()))
    return {name: tensor.detach().half().cpu().contiguous() for name, tensor in tensors.items()}


def write_adapters(tensors: dict[str, Any], path: Path) -> None:
    """Write them as the file that `indexes.scorers` takes."""
    from safetensors.torch import save_file

    save_file(tensors, path)


def _read_into(tensors: Mapping[str, Any], path: Path) -> None:
    """Set the tensors to those of a file that `write_adapters` wrote. Raises `WrongUsage`."""
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        found = load_file(path)
    except (OSError, SafetensorError) as problem:
        raise WrongUsage(f"{str(path)!r} is no file of adapters ({problem}); name one that `train` wrote") from problem
    if {name: tensor.shape for name, tensor in found.items()} != {name: one.shape for name, one in tensors.items()}:
        raise WrongUsage(f"{str(path)!r} holds adapters of another shape; name one that `train` wrote with this recipe")
    with torch.no_grad():
        for name, tensor in tensors.items():
            tensor.copy_(found[name])


def _adapt(body: Any, rank: int) -> dict[str, tuple[Any, Any]]:  # noqa: ANN401 - the engine's model
    """Freeze the body and add to each of its matrices a product of two small ones, by the matrix's name."""
    import torch

    for parameter in body.parameters():
        parameter.requires_grad = False
    added = {}
    for name, module in list(body.encoder.named_modules()):
        if name.rsplit(".", 1)[-1] in _ADAPTED and isinstance(module, torch.nn.Linear):
            inner = torch.nn.Parameter(torch.randn(rank, module.in_features) / math.sqrt(module.in_features))
            outer = torch.nn.Parameter(torch.zeros(module.out_features, rank))
            module.register_parameter("adapter_a", inner)
            module.register_parameter("adapter_b", outer)
            module.register_forward_hook(_add)
            added[f"encoder.{name}"] = (inner, outer)
    return added


def _pool_alike(body: Any, pairs: Sequence[Pair]) -> Any:  # noqa: ANN401 - the engine's model and tensor
    """What `pool_pairs` gives, computed for pairs of about the same length at a time, so that little is padding."""
    import torch

    order = sorted(range(len(pairs)), key=lambda at: len(pairs[at][0]))
    pooled = [
        pool_pairs(body, [pairs[at] for at in order[first : first + _ALIKE]]) for first in range(0, len(order), _ALIKE)
    ]
    return torch.cat(pooled)[torch.tensor(np.argsort(order), device=body.device)]


def _add(module: Any, inputs: tuple[Any, ...], output: Any) -> Any:  # noqa: ANN401 - the engine's hook
    inner, outer = module.adapter_a.to(output.dtype), module.adapter_b.to(output.dtype)
    return output + (inputs[0] @ inner.T) @ outer.T * SCALE


def _encode(examples: Sequence[Example], weights: Path) -> list[tuple[list[Pair], list[bool]]]:
    tokenizer = load_tokenizer(weights)
    return [
        ([encode_pair(tokenizer, one.question, text) for text in one.texts], list(one.holds))
        for one in examples
        if len(one.texts) > 1
    ]


def _batches(
    rows: list[tuple[list[Pair], list[bool]]], recipe: Recipe
) -> Iterator[list[tuple[list[Pair], list[bool]]]]:
    """The texts of each step, chosen anew in every epoch."""
    choose = np.random.default_rng(recipe.seed)
    for _ in range(recipe.epochs):
        order = choose.permutation(len(rows))
        for first in range(0, len(rows) // recipe.questions * recipe.questions, recipe.questions):
            yield [_choose(rows[at], recipe, choose) for at in order[first : first + recipe.questions]]


def _choose(
    row: tuple[list[Pair], list[bool]], recipe: Recipe, choose: np.random.Generator
) -> tuple[list[Pair], list[bool]]:
    pairs, holds = row
    right = choose.permutation([at for at, held in enumerate(holds) if held])[: recipe.positives]
    wrong = [at for at, held in enumerate(holds) if not held]
    likeliest, rest = wrong[: recipe.others * 2 // 3], wrong[recipe.others * 2 // 3 :]
    chance = choose.permutation(rest)[: recipe.others - len(likeliest)]
    picked = [int(at) for at in (*right, *likeliest, *chance)]
    return [pairs[at] for at in picked], [holds[at] for at in picked]


def _loss(logits: Any, holds: Sequence[Sequence[bool]], recipe: Recipe) -> Any:  # noqa: ANN401 - the engine's tensors
    import torch

    among, alone = [], []
    weight = torch.tensor(recipe.weight, device=logits.device)
    for scores, held in zip(logits.split([len(one) for one in holds]), holds, strict=True):
        right = torch.tensor(held, device=logits.device)
        if any(held):
            among.append(scores.logsumexp(0) - scores[right].logsumexp(0))
        alone.append(
            torch.nn.functional.binary_cross_entropy_with_logits(scores, right.to(scores.dtype), pos_weight=weight)
        )
    chosen = torch.stack(among).mean() if among else logits.sum() * 0
    return chosen + recipe.answering * torch.stack(alone).mean()


def _slope(steps: int, warm_up: float) -> Callable[[int], float]:
    """Up to 1 over the first share of the steps, then straight down to 0."""
    return lambda step: min(1.0, (step + 1) / (warm_up * steps)) * max(0.0, 1 - step / steps)
