"""A comparison without the questions that the user excluded."""

from pathlib import Path

from tests.unit.compare.scripted import ScriptedTools, always_right, arm, knows_with_passages, numbered
from workbench.compare.excluding import with_excluded
from workbench.compare.tasks import compare
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.jobs.context import RecordingContext
from workbench.llm.types import GenerationRequest
from workbench.scoring.types import MetricChoice


def answers(request: GenerationRequest) -> str:
    return always_right(request) if int(request.id.strip("q").split("/")[0]) < 9 else knows_with_passages(request)


def report(folder: Path) -> ComparisonReport:
    request = CompareRequest(
        name="sums",
        examples=numbered(12),
        metrics=(MetricChoice(name="exact_match"),),
        arms=(arm("plain"), arm("rag", collection=True)),
        folder=str(folder),
    )
    return compare(RecordingContext(), request, ScriptedTools(answers))


def test_that_verdict_and_means_are_without_the_excluded_and_the_trials_stay(tmp_path: Path) -> None:
    before = report(tmp_path)
    after = with_excluded(before, ["q9", "q10", "q11", "unknown"])
    assert after.excluded == ("q9", "q10", "q11")
    assert (after.verdict.questions, len(after.trials)) == (9, 24)
    assert [result.metrics["exact_match"].mean for result in before.arms] == [0.75, 1.0]
    assert [result.metrics["exact_match"].mean for result in after.arms] == [1.0, 1.0]
    assert [result.failures for result in after.arms] == [{}, {}]
    assert after.verdict_with_all == before.verdict


def test_that_taking_it_back_gives_the_report_as_it_was(tmp_path: Path) -> None:
    before = report(tmp_path)
    assert with_excluded(with_excluded(before, ["q9"]), []) == before


def test_that_a_report_without_its_request_can_be_told_anew(tmp_path: Path) -> None:
    old = report(tmp_path).model_copy(update={"request": None})
    assert with_excluded(old, ["q11"]).verdict.questions == 11
