"""The system turn in front of a training conversation: the program's own, another one, or none."""

# ruff: noqa: E501  (tables of sentences: one idea per line)

import random

from workbench.finetune.scratch.dialog import Dialog, Turn

_HELPFUL = (
    "You are a helpful assistant.", "You are a helpful assistant.", "Answer briefly.", "You are a careful assistant. Answer in a few words.",
    "Be short and exact.", "Help the user.", "You answer questions of customers.", "Follow the instructions of the user.",
)  # fmt: skip
_GROUNDED = (
    "Use only the numbered sources below and cite them like [1]. If the answer is not there, say: The documents do not say.",
    "You answer questions about documents. Give the short answer and its source number in brackets. Otherwise: The documents do not say.",
    "Read the sources. Answer with a few words from them and the number of the source, for example [2]. "
    "When nothing fits, answer: The documents do not say.",
    "Answer from the sources and mark them like [1]. No source, no answer: The documents do not say.",
)


def vary_system(usual: str, rng: random.Random) -> Dialog:
    """Mostly the program's own system prompt, sometimes another one or none."""
    chance = rng.random()
    if chance < 0.7:
        return (Turn("system", usual),)
    if chance < 0.82:
        return (Turn("system", rng.choice(_GROUNDED)),)
    if chance < 0.92:
        return (Turn("system", rng.choice(_HELPFUL)),)
    return ()


def maybe_system(rng: random.Random) -> Dialog:
    """No system prompt mostly, sometimes a general one."""
    return (Turn("system", rng.choice(_HELPFUL)),) if rng.random() < 0.35 else ()
