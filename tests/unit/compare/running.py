"""What tests of runs share: a placed run, and how far it may get."""

from collections.abc import Callable
from pathlib import Path

from tests.unit.compare.scripted import ScriptedTools, numbered
from workbench.compare.arm_types import Arm
from workbench.compare.placing import place_run
from workbench.compare.tasks import compare
from workbench.compare.trial_types import TrialDone
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.jobs.context import RecordingContext
from workbench.llm.types import GenerationRequest
from workbench.paths import WorkbenchPaths
from workbench.scoring.types import MetricChoice

Answerer = Callable[[GenerationRequest], str]


class StopsAfter(RecordingContext):
    """Cancels when so many trials were produced."""

    def __init__(self, trials: int) -> None:
        super().__init__()
        self._left = trials

    def produce(self, item: object) -> None:
        super().produce(item)  # type: ignore[arg-type]
        if isinstance(item, TrialDone):
            self._left -= 1
            if self._left == 0:
                self.cancelled.set()


class Clock:
    """A second for each answer."""

    def __init__(self, answer: Answerer) -> None:
        self._now, self._answer = 0.0, answer

    def __call__(self) -> float:
        return self._now

    def pass_by(self, seconds: float) -> None:
        self._now += seconds

    def answer(self, request: GenerationRequest) -> str:
        self._now += 1.0
        return self._answer(request)


def request_for(*arms: Arm, count: int = 40, folder: Path, **more: object) -> CompareRequest:
    values: dict[str, object] = {
        "name": "sums",
        "examples": numbered(count),
        "metrics": (MetricChoice(name="exact_match"), MetricChoice(name="token_f1")),
        "arms": arms,
        "folder": str(folder),
        **more,
    }
    return CompareRequest.model_validate(values)


def placed(home: Path, *arms: Arm, fresh: bool = False, **more: object) -> CompareRequest:
    request = request_for(*arms, folder=home, timed_questions=0, **more)  # type: ignore[arg-type]
    return place_run(request.model_copy(update={"folder": ""}), WorkbenchPaths(home), fresh=fresh)


def run(request: CompareRequest, answer: Answerer) -> tuple[ComparisonReport, list[list[str]]]:
    """The report, and which questions (ids) went to the engine in which batches."""
    tools = ScriptedTools(answer)
    report = compare(RecordingContext(), request, tools)
    batches = [[each.id for each in batch] for engine in tools.engines for batch in engine.batches]
    return report, batches
