"""Raw text for a model from scratch: its own tokenizer, blocks in an order that follows from the seed, samples."""

import itertools
import random
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from workbench.finetune.encoding import EncodedRow
from workbench.finetune.scratch.examples import Encoded, tensors
from workbench.finetune.scratch.sizes import ScratchSettings
from workbench.finetune.scratch.tokenizer import END

if TYPE_CHECKING:
    from tokenizers import Tokenizer


class OwnTokenizer:
    """The model's own tokenizer as raw text is encoded with (`texts.RawTextModel`)."""

    def __init__(self, tokenizer: "Tokenizer") -> None:
        self._tokenizer = tokenizer
        self.end_token: int = tokenizer.token_to_id(END) or 0

    def tokenize(self, text: str, *, at_start: bool = True) -> list[int]:
        return [] if not text else self.tokenize_plain(text)

    def tokenize_plain(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text).ids
        return ids

    def text(self, ids: Sequence[int]) -> str:
        return str(self._tokenizer.decode(list(ids)))


def batches(
    blocks: Sequence[EncodedRow], settings: ScratchSettings, seed: int, from_step: int
) -> Iterator[list[Encoded]]:
    """Batches of `batch_tokens` tokens without end, from that step on: every block once a pass, in the seed's order."""
    size = max(1, settings.batch_tokens // settings.shape.context)
    order: Iterator[int] = itertools.chain.from_iterable(
        random.Random(f"{seed}/{epoch}").sample(range(len(blocks)), len(blocks)) for epoch in itertools.count()
    )
    order = itertools.islice(order, from_step * size, None)
    while True:
        yield [as_example(blocks[index]) for index in itertools.islice(order, size)]


def as_example(block: EncodedRow) -> Encoded:
    """A block of text: from each token to the next."""
    return Encoded(tuple(block.ids[:-1]), tuple(block.ids[1:]))


def mean_loss(model: Any, blocks: Sequence[EncodedRow], settings: ScratchSettings) -> float:
    """Mean cross-entropy over the tokens of `blocks`, in nats."""
    import torch

    size = max(1, settings.batch_tokens // settings.shape.context)
    total, count = 0.0, 0
    with torch.no_grad():
        for start in range(0, len(blocks), size):
            ids, targets = tensors([as_example(block) for block in blocks[start : start + size]])
            learned = int((targets != -100).sum())
            total += float(model(ids, targets)) * learned
            count += learned
    return total / max(1, count)


def continued(model: Any, ids: Sequence[int], longest: int, end: int) -> list[int]:
    """At most `longest` further tokens, each the likeliest."""
    import torch

    said: list[int] = []
    with torch.no_grad():
        while len(said) < longest:
            token = int(model.logits(torch.tensor([[*ids, *said]]))[0, -1].argmax())
            if token == end:
                break
            said.append(token)
    return said
