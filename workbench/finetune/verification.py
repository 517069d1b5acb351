"""Does the exported file answer like the trained adapter? Logits of both, over a few prompts."""

from collections.abc import Callable, Sequence
from typing import Any

from workbench.errors import WorkbenchError
from workbench.finetune.base_model import Agreement, compare_logits
from workbench.finetune.types import Verification

SAMPLES = 4
SAMPLE_TOKENS = 256
_FACTOR = 3.0
"""How many times the two engines' own difference the export may differ."""
ADAPTER_FLOOR = 0.03
"""What is allowed in any case, as a share of the logits' spread."""
REQUANTISED_FLOOR = 0.06
"""The same where weights were rounded once more (a merged Q8_0 model). A wrong export is off by about 1."""

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
    found: list[Agreement] = []
    reference, effect = 0.0, 0.0
    for ids in samples:
        target, plain = trained(ids), base(ids)
        found.append(compare_logits(target, exported(ids)))
        reference = max(reference, compare_logits(plain, engine_base(ids)).rms_difference)
        effect = max(effect, compare_logits(plain, target).rms_difference)
    positions = sum(agreement.positions for agreement in found)
    rms = max(agreement.rms_difference for agreement in found)
    tolerance = max(_FACTOR * reference, floor * max(agreement.spread for agreement in found))
    result = Verification(
        prompts=len(samples),
        positions=positions,
        same_argmax=sum(agreement.same_argmax * agreement.positions for agreement in found) / positions,
        max_difference=max(agreement.max_difference for agreement in found),
        rms_difference=rms,
        tolerance=tolerance,
        reference_difference=reference,
        effect=effect,
    )
    if not rms <= tolerance:  # also catches NaN
        raise _differs(f"The exported adapter “{name}”", result.model_dump_json(indent=1))
    return result


def verify_model(
    samples: Sequence[Sequence[int]], trained: Logits, written: Logits, name: str, reference_difference: float
) -> None:
    """Compare a whole model in llama.cpp (`written`) with the trained one.

    `reference_difference` is what the engines differ by on the base. Raises WorkbenchError when it answers differently.
    """
    found = [compare_logits(trained(ids), written(ids)) for ids in samples]
    rms = max(agreement.rms_difference for agreement in found)
    spread = max(agreement.spread for agreement in found)
    tolerance = max(_FACTOR * reference_difference, REQUANTISED_FLOOR * spread)
    if not rms <= tolerance:
        raise _differs(f"The written model “{name}”", f"rms difference {rms:.4f}, allowed {tolerance:.4f}")


def _differs(what: str, details: str) -> WorkbenchError:
    return WorkbenchError(
        f"{what} does not answer like the trained one; it was not kept.",
        hint="Please report this with the details.",
        details=details,
        code="export_differs",
    )
