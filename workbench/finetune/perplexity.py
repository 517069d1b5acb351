"""How well a model predicts text that it was not trained on, before and after, with intervals.

Perplexity is exp of the mean cross-entropy per token. Blocks of text are drawn with replacement (percentile bootstrap,
Efron 1979), each with its tokens; before and after share the draws, so that the ratio is a paired comparison.
"""

import math
from collections.abc import Sequence

from workbench.finetune.types import Perplexity, TextGain

BLOCKS = 200
"""At most so many held-out blocks are measured."""
_DRAWS = 2000

BlockLosses = Sequence[tuple[float, int]]
"""Of each block the summed cross-entropy in nats, and over how many tokens."""


def text_gain(before: BlockLosses, after: BlockLosses, seed: int = 0) -> TextGain:
    """Both perplexities and their ratio, with 95 % intervals over the blocks."""
    import numpy as np

    tokens = np.array([count for _, count in before], dtype=float)
    sums = [np.array([summed for summed, _ in losses]) for losses in (before, after)]
    draws = np.random.default_rng(seed).integers(0, len(tokens), (_DRAWS, len(tokens)))
    drawn_tokens = tokens[draws].sum(axis=1)
    means = [(values.sum() / tokens.sum(), values[draws].sum(axis=1) / drawn_tokens) for values in sums]
    (first, first_drawn), (second, second_drawn) = means
    return TextGain(
        before=_perplexity(first, first_drawn),
        after=_perplexity(second, second_drawn),
        ratio=_perplexity(second - first, second_drawn - first_drawn),
        blocks=len(tokens),
        tokens=int(tokens.sum()),
    )


def in_words(gain: TextGain) -> str:
    """ "Perplexity on held-out text: 41.2 before, 18.9 after (0.46 times, 95 % interval 0.42 to 0.51)." """
    ratio = gain.ratio
    return (
        f"Perplexity on held-out text ({gain.blocks:,} blocks): {gain.before.value:,.4g} before, "
        f"{gain.after.value:,.4g} after ({ratio.value:.3g} times, 95 % interval {ratio.low:.3g} to {ratio.high:.3g})."
    )


def _perplexity(mean: float, drawn: "Sequence[float]") -> Perplexity:
    import numpy as np

    low, high = np.quantile(drawn, (0.025, 0.975))
    return Perplexity(value=_exp(float(mean)), low=_exp(float(low)), high=_exp(float(high)))


def _exp(value: float) -> float:
    return math.exp(min(value, 700.0))
