"""The loss of a LoRA training: cross-entropy of the learned tokens, and of nothing else."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.finetune.batching import IGNORED, collate, length_batches
from workbench.finetune.encoding import EncodedRow

if TYPE_CHECKING:
    import torch


def mean_loss(model: Any, rows: Sequence[EncodedRow], batch_size: int) -> float:
    """Mean cross-entropy over the trained tokens of `rows`, in nats, without dropout."""
    import torch

    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for batch in length_batches([len(row.ids) for row in rows], batch_size):
            inputs = {name: values.to(model.device) for name, values in collate([rows[i] for i in batch]).items()}
            summed, tokens = summed_loss(model, inputs)
            total += float(summed)
            count += tokens
    model.train(was_training)
    return total / max(1, count)


def summed_loss(model: Any, inputs: Any) -> "tuple[torch.Tensor, int]":
    """Sum of the cross-entropy of the trained tokens, and how many they are.

    Logits are computed only at positions where some row of the batch learns: with a vocabulary of 150,000 they are what
    fills the memory.
    """
    import torch

    ids, labels = inputs["input_ids"], inputs["labels"]
    wanted = labels[:, 1:] != IGNORED
    positions = wanted.any(dim=0).nonzero().squeeze(1)
    if not len(positions):
        return model(input_ids=ids, logits_to_keep=1).logits.sum() * 0.0, 0
    logits = model(input_ids=ids, logits_to_keep=positions).logits
    targets = labels[:, 1:][:, positions]
    summed = torch.nn.functional.cross_entropy(
        logits.float().flatten(0, 1), targets.flatten(), ignore_index=IGNORED, reduction="sum"
    )
    return summed, int(wanted.sum())
