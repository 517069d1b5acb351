"""The loss of a training: cross-entropy of the learned tokens, and of nothing else."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.finetune.batching import IGNORED, collate, length_batches
from workbench.finetune.encoding import EncodedRow

if TYPE_CHECKING:
    import torch


def mean_loss(model: Any, rows: Sequence[EncodedRow], batch_size: int) -> float:
    """Mean cross-entropy over the trained tokens of `rows`, in nats, without dropout."""
    losses = losses_of(model, rows, batch_size)
    return sum(summed for summed, _ in losses) / max(1, sum(tokens for _, tokens in losses))


def losses_of(model: Any, rows: Sequence[EncodedRow], batch_size: int) -> list[tuple[float, int]]:
    """For each batch of similar length, in a fixed order: the summed cross-entropy in nats, and of how many tokens."""
    import torch

    was_training = model.training
    model.eval()
    found = []
    with torch.no_grad():
        for batch in length_batches([len(row.ids) for row in rows], batch_size):
            inputs = {name: values.to(model.device) for name, values in collate([rows[i] for i in batch]).items()}
            summed, tokens = summed_loss(model, inputs)
            found.append((float(summed), tokens))
    model.train(was_training)
    return found


def summed_loss(model: Any, inputs: Any) -> "tuple[torch.Tensor, int]":
    """Sum of the cross-entropy of the trained tokens, and how many they are.

    Logits are computed only at positions where some row of the batch learns: with a vocabulary of 150,000 they are what
    fills the memory.
    """
    import torch

    ids, labels = inputs["input_ids"], inputs["labels"]
    wanted = labels[:, 1:] != IGNORED
    positions = wanted.any(dim=0).nonzero().squeeze(1)
    places = {"position_ids": inputs["position_ids"]} if "position_ids" in inputs else {}
    if not len(positions):
        return model(input_ids=ids, logits_to_keep=1, **places).logits.sum() * 0.0, 0
    logits = model(input_ids=ids, logits_to_keep=positions, **places).logits
    targets = labels[:, 1:][:, positions]
    summed = torch.nn.functional.cross_entropy(
        logits.float().flatten(0, 1), targets.flatten(), ignore_index=IGNORED, reduction="sum"
    )
    return summed, int(wanted.sum())
