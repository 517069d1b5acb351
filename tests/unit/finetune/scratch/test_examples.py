"""The loss mask and the batches of training from scratch."""

import itertools
import random

from workbench.finetune.scratch.dialog import Turn
from workbench.finetune.scratch.examples import IGNORE, Encoded, batches, encode


def test_that_only_the_assistants_words_are_learned(tokenizer: object) -> None:
    dialog = (Turn("user", "Repeat: pump"), Turn("assistant", "pump"), Turn("user", "Again."), Turn("assistant", "oak"))
    targets = [t for t in encode(dialog, tokenizer).targets if t != IGNORE]  # type: ignore[arg-type]
    assert tokenizer.decode(targets, skip_special_tokens=False) == "pump<|end|>oak<|end|>"  # type: ignore[attr-defined]


def test_that_batches_keep_to_their_size_and_lose_long_examples_only() -> None:
    examples = (Encoded((1,) * n, (2,) * n) for n in itertools.cycle([10, 30, 50, 200]))
    for batch in itertools.islice(batches(examples, 300, 100, random.Random(1)), 30):
        longest = max(len(example.ids) for example in batch)
        assert longest <= 100
        assert longest * len(batch) <= 300
