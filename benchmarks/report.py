"""What a benchmark answers: what was measured, and how that stands to its goals."""

import operator
import platform
from dataclasses import asdict, dataclass, field
from typing import Any

from workbench.memory import total_memory

_COMPARISONS = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt, "==": operator.eq}


def describe_machine() -> dict[str, Any]:
    """What the numbers were measured on: kind, never name or path."""
    import psutil

    return {
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": psutil.cpu_count(logical=False) or psutil.cpu_count(),
        "memory_gib": round(total_memory() / 2**30, 1),
        "python": platform.python_version(),
    }


@dataclass(frozen=True, slots=True)
class Goal:
    """One number that was promised: `goal` reads like ">= 0.85"."""

    name: str
    value: float
    goal: str

    @property
    def met(self) -> bool:
        sign, bound = self.goal.split()
        return bool(_COMPARISONS[sign](self.value, float(bound)))


@dataclass(frozen=True, slots=True)
class Report:
    """The answer of one benchmark."""

    benchmark: str
    measured: dict[str, Any]
    goals: tuple[Goal, ...] = ()
    machine: dict[str, Any] = field(default_factory=describe_machine)

    def to_json(self) -> dict[str, Any]:
        goals = [{**asdict(goal), "met": goal.met} for goal in self.goals]
        return {"benchmark": self.benchmark, "machine": self.machine, "measured": self.measured, "goals": goals}
