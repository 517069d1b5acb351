"""How a comparison is run, as it is set on the page "Run". No Qt."""

from dataclasses import dataclass
from typing import Any

from workbench.compare.spec import ComparisonSpec


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What stands on the page; the fields are those of `ComparisonSpec` but for the last."""

    repeats: int = 1
    budget_seconds: float = 0.0
    timed_questions: int = 10
    forgetting: bool = False
    waves: tuple[int, ...] = ()
    """Of an opened comparison: which of its questions came together."""
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
        }
