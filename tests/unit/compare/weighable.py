"""A finished comparison of five arms that is worth weighing: made of scores, nothing is run."""

from collections.abc import Sequence

import numpy as np

from tests.unit.compare.scripted import arm, numbered
from workbench.compare.arm_types import Arm, GeneralResult, MemoryParts, Timing
from workbench.compare.journal import Measured
from workbench.compare.summing_up import summarize
from workbench.compare.trial_types import Trial
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.datasets.types import Example
from workbench.scoring.types import MetricChoice, ScoreValue

_GB = 1_000_000_000
ARMS: dict[str, tuple[float, float, float]] = {
    # mean score, seconds per answer, gigabytes
    "zero-shot": (0.25, 0.8, 1.9),
    "few-shot": (0.38, 1.3, 2.1),
    "rag": (0.80, 3.1, 2.9),
    "tuned": (0.52, 0.8, 2.0),
    "tuned + rag": (0.83, 3.2, 3.0),
}


FORGOTTEN = GeneralResult(questions=130, before=0.61, after=0.55, difference=-0.06, low=-0.10, high=-0.02)


def report_of(count: int = 120, *, folder: str = "", seed: int = 7) -> ComparisonReport:
    """Questions with the tags "facts" and "form"; on form the tuned arms are better."""
    request = CompareRequest(
        name="handbook questions",
        examples=_examples(count),
        metrics=(MetricChoice(name="exact_match"),),
        arms=tuple(_arm(name) for name in ARMS),
        folder=folder,
        written="name: handbook questions",
    )
    measured = Measured(
        timings={name: Timing(questions=10, latency_seconds=values[1]) for name, values in ARMS.items()},
        memories={name: MemoryParts(weights=int(values[2] * _GB)) for name, values in ARMS.items()},
        general={
            "tuned": GeneralResult(questions=130, before=0.61, after=0.55, difference=-0.06, low=-0.1, high=-0.02)
        },
    )
    trials = [trial for name in ARMS for trial in _trials(name, request.examples, seed)]
    return summarize(request, trials, measured).model_copy(update={"request": request})


def _examples(count: int) -> tuple[Example, ...]:
    return tuple(
        example.model_copy(update={"tags": ("form",) if n % 3 == 0 else ("facts", "dates") if n < 15 else ("facts",)})
        for n, example in enumerate(numbered(count))
    )


def _arm(name: str) -> Arm:
    made = arm(name, collection="rag" in name, adapter="/a.gguf" if "tuned" in name else "")
    times = {
        "training_seconds": 2400.0 if "tuned" in name else 0.0,
        "adapter_name": "house-style" if "tuned" in name else "",
        "indexing_seconds": 95.0 if "rag" in name else 0.0,
    }
    return made.model_copy(update=times)


def _trials(name: str, examples: Sequence[Example], seed: int) -> list[Trial]:
    random = np.random.default_rng(seed)
    hard = random.random(len(examples))
    own = np.random.default_rng((seed, len(name))).random(len(examples))
    chance = np.where(own < 0.5, hard, np.random.default_rng((seed, 1, len(name))).random(len(examples)))
    mean = ARMS[name][0]
    found = []
    for example, drawn in zip(examples, chance, strict=True):
        wanted = mean if "form" not in example.tags else (0.95 if "tuned" in name else 0.45)
        value = ScoreValue(value=float(drawn < wanted))
        found.append(Trial(arm=name, example_id=example.id, answer="an answer", scores={"exact_match": value}))
    return found
