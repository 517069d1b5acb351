"""What the page "Scores" of the set-up shows beside the chosen metrics. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from workbench.scoring.judge_settings import JudgeSettings
from workbench.scoring.model_metrics import JUDGE, PAIRWISE, problem_of_scores, title_of
from workbench.scoring.types import MetricChoice


@dataclass(frozen=True, slots=True)
class ScoresState:
    judge: JudgeSettings = field(default_factory=JudgeSettings)
    """Asked where a metric needs a judge."""
    shown: str = ""
    """The metric whose settings are looked at; empty: the one that decides."""


def problem_of_judging(metrics: Sequence[MetricChoice], judge: JudgeSettings) -> str:
    """Why the answers cannot be scored like that, as a sentence; empty when they can."""
    asking = [choice.name for choice in metrics if choice.name in (JUDGE, PAIRWISE)]
    if asking and not judge.model:
        return f"“{title_of(asking[0])}” needs a model that judges: choose one under Scores."
    problem = problem_of_scores(metrics, judge)
    return f"{problem[:1].upper()}{problem[1:]}." if problem else ""
