"""Repeats, a time budget, and a stop: what was measured is compared, what is missing is said."""

from pathlib import Path

import pytest

from tests.unit.compare.running import Clock, StopsAfter, placed, run
from tests.unit.compare.scripted import ScriptedTools, always_right, arm, asked_number, knows_with_passages
from workbench.compare.budget import Budget
from workbench.compare.conducting import Conductor
from workbench.compare.journal import Journal
from workbench.compare.judging import Judge
from workbench.compare.progress import Trials
from workbench.compare.stopped_runs import sum_up_folder
from workbench.compare.summing_up import summarize
from workbench.compare.tasks import SumUpRequest, compare, sum_up
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.compare.verdict_types import VerdictKind
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobCancelled, RecordingContext
from workbench.llm.types import GenerationConfig, GenerationRequest, ModelRef

WARM = GenerationConfig(temperature=0.8, seed=5)


def lucky_with_some_seeds(request: GenerationRequest) -> str:
    return str(asked_number(request) + 1) if request.config.seed % 2 else "a guess"


def test_that_only_sampling_arms_answer_several_times_with_seeds_of_their_own(tmp_path: Path) -> None:
    arms = (arm("greedy"), arm("sampled", generation=WARM))
    tools = ScriptedTools(lucky_with_some_seeds)
    report = compare(RecordingContext(), placed(tmp_path, *arms, count=5, repeats=4), tools)
    seeds = [batch[0].config.seed for batch in tools.engines[0].batches]
    assert [trial.repeat for trial in report.trials if trial.arm == "sampled"][:4] == [0, 1, 2, 3]
    assert len({*seeds[1:]}) == 4
    assert seeds[1] == 5
    greedy, sampled = report.arms
    assert (greedy.answered, greedy.noise, sampled.answered) == (5, {}, 20)
    lucky = sum(seed % 2 for seed in seeds[1:]) / 4
    assert sampled.metrics["exact_match"].mean == pytest.approx(lucky)
    assert sampled.metrics["exact_match"].count == 5  # questions, not answers
    assert sampled.noise["exact_match"] == pytest.approx((lucky * (1 - lucky) * 4 / 3) ** 0.5)


def test_that_the_same_seed_repeats_all_repeats_and_more_of_them_keep_the_first(tmp_path: Path) -> None:
    arms = (arm("sampled", generation=WARM),)
    run(placed(tmp_path, *arms, count=5, repeats=2), lucky_with_some_seeds)
    report, batches = run(placed(tmp_path, *arms, count=5, repeats=3), lucky_with_some_seeds)
    assert len(batches) == 1
    assert report.reused == 10


def conducted(request: CompareRequest, seconds: float) -> tuple[ComparisonReport, ScriptedTools]:
    """The run by a clock of its own: an answer takes a second."""
    clock = Clock(knows_with_passages)
    context, tools, budget = RecordingContext(), ScriptedTools(clock.answer), Budget(seconds, clock)
    trials = Trials(context, request, Journal(Path(request.folder)), Judge(request.metrics, request.examples))
    Conductor(context, request, tools, trials.journal, trials, budget).conduct()
    return summarize(request, trials.all(), trials.measured), tools


def test_that_a_cut_run_has_asked_the_same_questions_of_all_arms(tmp_path: Path) -> None:
    arms = (arm("a"), arm("rag", collection=True), arm("c", system="Be brief."))
    request = placed(tmp_path, *arms, count=200, budget_seconds=60)
    report, tools = conducted(request, 5 * 32)
    assert len(tools.engines) == 1
    assert report.missing == 600 - 5 * 32
    assert [result.answered for result in report.arms] == [64, 64, 32]
    assert report.why_missing == "The time of 2.7 minutes was used up."
    assert report.verdict.winner == "rag"
    assert report.verdict.questions == 32
    assert "Judged on the 32 of 200 questions that these arms were all asked." in report.verdict.reasons


def test_that_every_model_gets_its_share_of_the_time(tmp_path: Path) -> None:
    other = ModelRef(name="other", path="/models/other.gguf")
    request = placed(tmp_path, arm("a"), arm("b", model=other), count=200, budget_seconds=60)
    report, tools = conducted(request, 4 * 32)
    assert len(tools.engines) == 2
    assert [result.answered for result in report.arms] == [64, 64]


def test_that_a_budget_for_one_arm_only_gives_no_verdict(tmp_path: Path) -> None:
    report, _ = conducted(placed(tmp_path, arm("a"), arm("b"), budget_seconds=1), 1)
    assert (report.verdict.kind, report.verdict.winner) == (VerdictKind.UNDECIDED, None)
    assert report.missing == 80 - 32  # what was begun is made to its end
    assert report.verdict.pairs == ()


def test_that_a_stopped_run_is_summed_up_on_what_all_arms_were_asked(tmp_path: Path) -> None:
    request = placed(tmp_path, arm("a"), arm("rag", collection=True), count=64)
    with pytest.raises(JobCancelled):
        compare(StopsAfter(64 + 32 + 8), request, ScriptedTools(knows_with_passages))
    report = sum_up_folder(Path(request.folder))
    assert [(result.answered, result.missing) for result in report.arms] == [(64, 0), (40, 24)]
    assert (report.missing, report.why_missing) == (24, "The run was stopped before everything was asked.")
    assert (report.verdict.winner, report.verdict.questions) == ("rag", 40)
    told = sum_up(RecordingContext(), SumUpRequest(folder=request.folder))
    assert (told.trials, told.examples, told.arms) == ((), (), report.arms)


def test_that_an_arm_that_was_hardly_asked_does_not_hold_back_the_others(tmp_path: Path) -> None:
    arms = (arm("a"), arm("rag", collection=True), arm("c", system="Be brief."))
    request = placed(tmp_path, *arms, count=32)
    with pytest.raises(JobCancelled):
        compare(StopsAfter(64 + 1), request, ScriptedTools(knows_with_passages))
    verdict = sum_up_folder(Path(request.folder)).verdict
    assert (verdict.winner, verdict.questions) == ("rag", 32)
    assert "c is not judged: it was asked 1 of 32 questions." in verdict.reasons


def test_that_a_run_that_never_began_cannot_be_summed_up(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="Nothing was measured yet"):
        sum_up_folder(tmp_path / "nothing")


def test_that_a_stopped_run_goes_on_in_its_folder_also_with_another_budget(tmp_path: Path) -> None:
    first = placed(tmp_path, arm("a"), budget_seconds=60)
    with pytest.raises(JobCancelled):
        compare(StopsAfter(33), first, ScriptedTools(always_right))
    second = placed(tmp_path, arm("a"), budget_seconds=600)
    assert second.folder == first.folder
    report, batches = run(second, always_right)
    assert [len(batch) for batch in batches] == [8]
    assert report.missing == 0
