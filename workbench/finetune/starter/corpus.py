"""The starter model's text: an endless, seeded stream of invented conversations, from short to document-like.

Nothing is collected from anywhere: names, facts, documents, questions and answers are generated. A tenth of all name
words (by hash) is kept for evaluation and never appears here, nor does the format that the benchmark teaches by LoRA.
"""

# ruff: noqa: E501  (tables of sentences: one idea per line)

import random
from collections.abc import Callable, Iterator

from workbench.finetune.scratch.dialog import Dialog
from workbench.finetune.starter.copying import copying_dialog
from workbench.finetune.starter.formats import format_dialog
from workbench.finetune.starter.general import general_dialog
from workbench.finetune.starter.grounded import EASY, LONG, MEDIUM, SHORT, TINY, Shape, grounded_dialog
from workbench.finetune.starter.names import Names
from workbench.finetune.starter.plain import plain_dialog

Maker = Callable[[Names], Dialog]


def _grounded(shape: Shape) -> Maker:
    return lambda names: grounded_dialog(names, shape)


_STAGES: tuple[tuple[float, tuple[tuple[Maker, float], ...]], ...] = (
    (0.12, ((copying_dialog, 0.50), (_grounded(TINY), 0.40), (_grounded(SHORT), 0.10))),
    (0.29, ((copying_dialog, 0.30), (_grounded(TINY), 0.10), (_grounded(SHORT), 0.60))),
    (0.38, ((copying_dialog, 0.25), (_grounded(SHORT), 0.40), (_grounded(MEDIUM), 0.25), (format_dialog, 0.05), (general_dialog, 0.05))),
    (0.49, ((copying_dialog, 0.25), (_grounded(SHORT), 0.48), (_grounded(MEDIUM), 0.15), (format_dialog, 0.08), (general_dialog, 0.04))),
    (0.56, ((copying_dialog, 0.14), (_grounded(EASY), 0.42), (_grounded(SHORT), 0.16), (_grounded(MEDIUM), 0.18), (format_dialog, 0.06),
            (general_dialog, 0.04))),
    (0.68, ((copying_dialog, 0.08), (_grounded(EASY), 0.10), (_grounded(SHORT), 0.12), (_grounded(MEDIUM), 0.40), (_grounded(LONG), 0.18),
            (format_dialog, 0.08), (general_dialog, 0.04))),
    (1.01, ((copying_dialog, 0.02), (_grounded(TINY), 0.06), (_grounded(SHORT), 0.16), (_grounded(MEDIUM), 0.24), (_grounded(LONG), 0.24),
            (plain_dialog, 0.22), (format_dialog, 0.04), (general_dialog, 0.02))),
)  # fmt: skip
"""Up to which share of the training -> what is drawn, and how often."""


def dialog(names: Names, progress: float) -> Dialog:
    """One conversation as it is drawn after `progress` (0 to 1) of the training."""
    makers = next(mix for until, mix in _STAGES if progress < until)
    makers_, weights = zip(*makers, strict=True)
    chosen: Maker = names.rng.choices(makers_, weights)[0]
    return chosen(names)


def stream(seed: int, progress: Callable[[], float] = lambda: 1.0, *, held_out: bool = False) -> Iterator[Dialog]:
    """Conversations for ever; `progress` says how far the training is."""
    names = Names(random.Random(seed), held_out=held_out)
    while True:
        yield dialog(names, progress())
