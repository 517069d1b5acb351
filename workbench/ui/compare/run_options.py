"""How a comparison is run, as it is set on the page "Run". No Qt."""

from dataclasses import dataclass, field
from typing import Any

from workbench.compare.economy import Economy
from workbench.compare.spec import ComparisonSpec
from workbench.compare.weights import Weights


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What stands on the page; the fields are those of `ComparisonSpec` but for the last."""

    repeats: int = 1
    budget_seconds: float = 0.0
    timed_questions: int = 10
    forgetting: bool = False
    waves: tuple[int, ...] = ()
    """Of an opened comparison: which of its questions came together."""
    margin: float = 0.05
    weights: Weights = field(default_factory=Weights)
    economy: Economy = field(default_factory=Economy)
    fresh: bool = False
    """Everything is asked anew, whatever earlier runs answered."""

    @classmethod
    def of(cls, spec: ComparisonSpec) -> "RunOptions":
        """Those of an opened comparison."""
        return cls(
            repeats=spec.repeats,
            budget_seconds=spec.budget_seconds,
            timed_questions=spec.timed_questions,
            forgetting=spec.forgetting,
            waves=spec.waves,
            margin=spec.margin,
            weights=spec.weights,
            economy=spec.economy,
        )

    @property
    def spec_values(self) -> dict[str, Any]:
        """For a `ComparisonSpec`."""
        return {
            "repeats": self.repeats,
            "budget_seconds": self.budget_seconds,
            "timed_questions": self.timed_questions,
            "forgetting": self.forgetting,
            "waves": self.waves,
            "margin": self.margin,
            "weights": self.weights,
            "economy": self.economy,
        }
