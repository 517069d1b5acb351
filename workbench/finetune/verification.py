"""Does the exported file answer like the trained adapter? Logits of both, over a few prompts."""

from collections.abc import Callable, Sequence
from typing import Any

from workbench.errors import WorkbenchError
from workbench.finetune.base_model import compare_logits
from workbench.finetune.types import Verification

SAMPLES = 4
SAMPLE_TOKENS = 256
_FACTOR = 3.0
"""How many times the two engines' own difference the export may differ."""
ADAPTER_FLOOR = 0.1
"""What is allowed in any case, as a share of the logits' spread."""
REQUANTISED_FLOOR = 0.2
"""The same where weights were rounded once more (a merged Q8_0 model). A wrong export is off by more than 1."""

Logits = Callable[[Sequence[int]], Any]


def choose_samples(rows: Sequence[Sequence[int]]) -> list[list[int]]:
    """A few rows spread over the lengths: short ones and training length."""
    order = sorted(range(len(rows)), key=lambda index: (len(rows[index]), index))
    picks = [order[round(i * (len(order) - 1) / max(1, SAMPLES - 1))] for i in range(min(SAMPLES, len(order)))]
    return [list(rows[index][:SAMPLE_TOKENS]) for index in dict.fromkeys(picks)]


def verify(
    samples: Sequence[Sequence[int]],
    *,
    trained: Logits,
    base: Logits,
    exported: Logits,
    engine_base: Logits,
    name: str,
    floor: float = ADAPTER_FLOOR,
) -> Verification:
    """Compare `exported` (llama.cpp) with `trained` (PEFT); `engine_base` with `base` says what is rounding.

    Raises WorkbenchError when the export answers differently.
    """
    positions, same, worst, reference, effect, spread = 0, 0.0, 0.0, 0.0, 0.0, 0.0
    for ids in samples:
        target, plain = trained(ids), base(ids)
        found = compare_logits(target, exported(ids))
        positions += found.positions
        same += found.same_argmax * found.positions
        worst = max(worst, found.max_difference)
        spread = max(spread, found.spread)
        reference = max(reference, compare_logits(plain, engine_base(ids)).max_difference)
        effect = max(effect, compare_logits(plain, target).max_difference)
    tolerance = max(_FACTOR * reference, floor * spread)
    result = Verification(
        prompts=len(samples),
        positions=positions,
        same_argmax=same / max(1, positions),
        max_difference=worst,
        tolerance=tolerance,
        reference_difference=reference,
        effect=effect,
    )
    if not worst <= tolerance:  # also catches NaN
        raise WorkbenchError(
            f"The exported adapter “{name}” does not answer like the trained one; it was not kept.",
            hint="Please report this with the details.",
            details=result.model_dump_json(indent=1),
            code="export_differs",
        )
    return result
