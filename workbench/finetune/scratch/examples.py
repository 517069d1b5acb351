"""Conversations as batches of tokens: what is read, what is learned, and which ones go together."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.finetune.scratch.dialog import Dialog

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer

IGNORE = -100
"""Target of a token that is read but not learned."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A conversation as tokens, with the targets of the tokens that are learned."""

    ids: tuple[int, ...]
    targets: tuple[int, ...]


def encode(dialog: Dialog, tokenizer: "Tokenizer", *, learn_all: bool = False) -> Encoded:
    """Tokens in the chat format; only the assistant's words and their end are learned."""
    ids: list[int] = []
    learned: list[bool] = []
    for turn in dialog:
        head = tokenizer.encode(f"<|{turn.role}|>\n").ids
        body = tokenizer.encode(turn.text.strip()).ids + tokenizer.encode("<|end|>").ids
        ids += head + body + tokenizer.encode("\n").ids
        learned += [False] * len(head) + [turn.role == "assistant" or learn_all] * len(body) + [False]
    targets = [following if learn else IGNORE for following, learn in zip(ids[1:], learned[1:], strict=True)]
    return Encoded(tuple(ids[:-1]), tuple(targets))


def batches(
    examples: Iterator[Encoded], batch_tokens: int, longest: int, rng: random.Random
) -> Iterator[list[Encoded]]:
    """Examples of similar length together, at most `batch_tokens` with padding."""
    while True:
        pool: list[Encoded] = []
        total = 0
        while total < batch_tokens * 6:
            example = next(examples)
            if len(example.ids) <= longest:
                pool.append(example)
                total += len(example.ids)
        groups: list[list[Encoded]] = [[]]
        for example in sorted(pool, key=lambda e: len(e.ids)):
            if (len(groups[-1]) + 1) * len(example.ids) > batch_tokens and groups[-1]:
                groups.append([])
            groups[-1].append(example)
        if len(groups) > 1:
            groups = groups[:-1] if sum(len(e.ids) for e in groups[-1]) < batch_tokens // 2 else groups
        rng.shuffle(groups)
        yield from groups


def tensors(batch: Sequence[Encoded]) -> tuple["torch.Tensor", "torch.Tensor"]:
    """Ids and targets, padded on the right."""
    import torch

    length = max(len(example.ids) for example in batch)
    ids = torch.zeros(len(batch), length, dtype=torch.long)
    targets = torch.full((len(batch), length), IGNORE, dtype=torch.long)
    for row, example in enumerate(batch):
        ids[row, : len(example.ids)] = torch.tensor(example.ids)
        targets[row, : len(example.targets)] = torch.tensor(example.targets)
    return ids, targets
