"""Running a comparison: shared searches, one load per model, failures that stay where they happen, continuing."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.compare.running import StopsAfter, request_for
from tests.unit.compare.scripted import (
    MODEL,
    ScriptedTools,
    always_right,
    arm,
    asked_number,
    hash_of,
    knows_with_passages,
)
from workbench.compare.blocks import BLOCK
from workbench.compare.journal import is_finished, read_report
from workbench.compare.seen import SeenKind, SeenRow, SeenRows
from workbench.compare.tasks import compare
from workbench.compare.trial_types import FailureReason, Trial, TrialDone
from workbench.compare.verdict_types import VerdictKind
from workbench.datasets.types import Example
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobCancelled, RecordingContext
from workbench.llm.types import GenerationRequest, ModelRef, Role
from workbench.playground.types import Shot
from workbench.scoring.types import MetricChoice


def only(trials: tuple[Trial, ...], arm_name: str) -> list[Trial]:
    return [trial for trial in trials if trial.arm == arm_name]


def test_that_the_arm_that_reads_the_documents_wins(tmp_path: Path) -> None:
    tools = ScriptedTools(knows_with_passages)
    context = RecordingContext()
    report = compare(
        context,
        request_for(arm("prompt"), arm("rag", collection=True), arm("tuned", adapter="/a.gguf"), folder=tmp_path),
        tools,
    )
    assert report.verdict.kind is VerdictKind.WINNER
    assert report.verdict.winner == "rag"
    assert [result.name for result in report.arms] == ["prompt", "rag", "tuned"]
    assert [result.metrics["exact_match"].mean for result in report.arms] == [0.0, 1.0, 0.0]
    assert len(report.trials) == 3 * 40
    assert report.arms[0].failures == {"not known": 40}
    produced = [item for item in context.produced if isinstance(item, TrialDone)]
    assert (produced[-1].done, produced[-1].total) == (120, 120)
    assert read_report(tmp_path) == report


def test_that_a_trial_keeps_everything_that_proves_it(tmp_path: Path) -> None:
    tools = ScriptedTools(knows_with_passages)
    arms = (arm("rag", collection=True), arm("tuned", adapter="/a.gguf"))
    report = compare(RecordingContext(), request_for(*arms, count=3, folder=tmp_path), tools)
    rag, tuned = only(report.trials, "rag")[1], only(report.trials, "tuned")[1]
    assert rag.answer == "2 [1]"
    assert [hit.document for hit in rag.hits] == ["doc1.md", "other.md"]
    assert rag.used == (0, 1)
    assert "1 plus one is 2." in rag.prompt
    assert rag.adapter_hash == ""
    assert tuned.adapter_hash == hash_of("/a.gguf")
    assert tuned.model_hash == rag.model_hash == hash_of(MODEL.path)
    assert rag.scores["exact_match"].value == 1.0
    assert tuned.prompt == "<user> What is 1 plus one?"


def test_that_the_model_is_loaded_once_and_every_question_searched_once_for_quality(tmp_path: Path) -> None:
    tools = ScriptedTools(knows_with_passages)
    arms = (arm("a"), arm("rag", collection=True), arm("tuned + rag", adapter="/a.gguf", collection=True))
    compare(RecordingContext(), request_for(*arms, timed_questions=0, folder=tmp_path), tools)
    assert len(tools.engines) == 1
    assert tools.engines[0].closed
    assert len(tools.searcher.searches) == 40


def test_that_time_is_measured_alone_after_a_warm_up(tmp_path: Path) -> None:
    tools = ScriptedTools(knows_with_passages)
    report = compare(RecordingContext(), request_for(arm("rag", collection=True), folder=tmp_path), tools)
    assert len(tools.engines[0].streamed) == 11
    timing = report.arms[0].timing
    assert timing.questions == 10
    assert timing.latency_seconds is not None
    assert timing.first_token_seconds is not None
    assert 0 < timing.first_token_seconds <= timing.latency_seconds
    assert len(tools.searcher.searches) == 40 + 11  # what a person waits for includes the search


def test_that_memory_is_the_sum_of_what_the_arm_needs(tmp_path: Path) -> None:
    tools = ScriptedTools(always_right)
    report = compare(
        RecordingContext(), request_for(arm("plain"), arm("tuned", adapter="/a.gguf"), folder=tmp_path), tools
    )
    plain, tuned = (result.memory for result in report.arms)
    assert (plain.weights, plain.kv_cache, plain.compute, plain.adapter) == (100, 10, 3, 0)
    assert (tuned.weights, tuned.kv_cache, tuned.compute, tuned.adapter) == (100, 10, 3, 5)
    assert report.arms[1].memory_bytes == 118


def test_that_few_shot_examples_are_earlier_turns_after_the_system_prompt(tmp_path: Path) -> None:
    tools = ScriptedTools(always_right)
    shots = (Shot(question="What is 100 plus one?", answer="101"),)
    compare(RecordingContext(), request_for(arm("few", shots=shots, system="Be brief."), folder=tmp_path), tools)
    messages = tools.engines[0].batches[0][0].messages
    assert [message.role for message in messages] == [Role.SYSTEM, Role.USER, Role.ASSISTANT, Role.USER]
    assert [message.content for message in messages] == [
        "Be brief.",
        "What is 100 plus one?",
        "101",
        "What is 0 plus one?",
    ]


def test_that_an_arm_that_fails_leaves_the_others_alone(tmp_path: Path) -> None:
    broken = ModelRef(name="cut", path="/models/cut.gguf")
    tools = ScriptedTools(
        knows_with_passages,
        refused={
            "/models/cut.gguf": WorkbenchError("cut.gguf is cut off.", hint="Download it again."),
            "/gone.gguf": WorkbenchError("The adapter gone.gguf is gone."),
        },
    )
    arms = (
        arm("rag", collection=True),
        arm("prompt"),
        arm("broken").model_copy(update={"model": broken}),
        arm("gone", adapter="/gone.gguf"),
    )
    report = compare(RecordingContext(), request_for(*arms, folder=tmp_path), tools)
    assert report.verdict.winner == "rag"
    assert {trial.failure for trial in only(report.trials, "broken")} == {FailureReason.CRASHED}
    assert "cut.gguf is cut off" in only(report.trials, "broken")[0].problem
    by_name = {result.name: result for result in report.arms}
    assert (by_name["gone"].answered, by_name["gone"].failed) == (0, 40)
    assert "gone" in by_name["gone"].problem
    assert by_name["gone"].metrics["exact_match"].mean is None
    assert any("broken is not judged" in reason for reason in report.verdict.reasons)


def test_that_a_question_that_fails_is_a_failed_trial_among_good_ones(tmp_path: Path) -> None:
    def one_too_long(request: GenerationRequest) -> str:
        if asked_number(request) == 7:
            raise WorkbenchError("The prompt is longer than the context.")
        return always_right(request)

    report = compare(RecordingContext(), request_for(arm("a"), folder=tmp_path), ScriptedTools(one_too_long))
    assert [trial.example_id for trial in report.trials if trial.has_failed] == ["q7"]
    assert report.arms[0].metrics["exact_match"].count == 39
    assert report.arms[0].metrics["exact_match"].mean == 1.0


def test_that_a_wrong_adapter_in_the_engine_is_noticed(tmp_path: Path) -> None:
    """The bare arm is proved to have answered without an adapter: an engine that says otherwise fails the trial."""
    tools = ScriptedTools(always_right)
    arms = (arm("tuned", adapter="/a.gguf").model_copy(update={"adapter_hash": "0" * 64}),)
    report = compare(RecordingContext(), request_for(*arms, count=2, folder=tmp_path), tools)
    assert all("Another adapter answered" in trial.problem for trial in report.trials)


def test_that_a_stopped_run_is_continued_with_the_same_batches(tmp_path: Path) -> None:
    request = request_for(arm("a"), arm("b", system="Be brief."), count=70, folder=tmp_path)
    whole = ScriptedTools(always_right)
    reference = compare(RecordingContext(), request.model_copy(update={"folder": str(tmp_path / "whole")}), whole)

    first = ScriptedTools(always_right)
    with pytest.raises(JobCancelled):
        compare(StopsAfter(3 * BLOCK + 5), request, first)
    assert not is_finished(tmp_path)
    second = ScriptedTools(always_right)
    report = compare(RecordingContext(), request, second)

    assert [trial.answer for trial in report.trials] == [trial.answer for trial in reference.trials]
    made = [[each.id for each in batch] for batch in second.engines[0].batches]
    second_block, last = [f"q{n}" for n in range(32, 64)], [f"q{n}" for n in range(64, 70)]
    assert made == [second_block, last, last]  # b was in the middle of its second block
    assert second.engines[0].streamed == []  # what was measured alone was kept


def test_that_a_changed_arm_is_answered_again(tmp_path: Path) -> None:
    request = request_for(arm("a"), count=5, folder=tmp_path)
    compare(RecordingContext(), request, ScriptedTools(always_right))
    changed = request.model_copy(update={"arms": (arm("a", system="Be brief."),)})
    tools = ScriptedTools(always_right)
    compare(RecordingContext(), changed, tools)
    assert len(tools.engines[0].batches) == 1


def test_that_other_metrics_need_no_new_answers(tmp_path: Path) -> None:
    request = request_for(arm("a"), count=5, folder=tmp_path)
    compare(RecordingContext(), request, ScriptedTools(always_right))
    tools = ScriptedTools(always_right)
    report = compare(
        RecordingContext(), request.model_copy(update={"metrics": (MetricChoice(name="contains"),)}), tools
    )
    assert tools.engines == []  # the model was not even loaded
    assert report.arms[0].metrics["contains"].mean == 1.0


def test_that_an_arm_that_killed_the_process_twice_is_left_out(tmp_path: Path) -> None:
    dies = f"""
import os, pathlib
from workbench.compare.journal import Journal
with Journal(pathlib.Path({str(tmp_path)!r})).attempt("killer"):
    os._exit(1)
"""
    for _ in range(2):
        assert subprocess.run([sys.executable, "-c", dies]).returncode == 1
    tools = ScriptedTools(always_right)
    report = compare(RecordingContext(), request_for(arm("good"), arm("killer"), folder=tmp_path), tools)
    assert [result.answered for result in report.arms] == [40, 0]
    assert "stopped unexpectedly" in report.arms[1].problem
    again = compare(
        RecordingContext(), request_for(arm("good"), arm("killer"), folder=tmp_path), ScriptedTools(always_right)
    )
    assert again.arms[1].answered == 40  # once the run came to its end, the next one tries again


def test_that_half_a_line_in_the_journal_costs_one_block_only(tmp_path: Path) -> None:
    request = request_for(arm("a"), count=40, folder=tmp_path)
    compare(RecordingContext(), request, ScriptedTools(always_right))
    path = tmp_path / "trials.jsonl"
    path.write_bytes(path.read_bytes()[:-30])
    tools = ScriptedTools(always_right)
    report = compare(RecordingContext(), request, tools)
    assert [len(batch) for batch in tools.engines[0].batches] == [8]
    assert len(report.trials) == 40


@pytest.mark.parametrize("answer", [always_right, knows_with_passages])
def test_that_unanswerable_questions_want_a_refusal(answer: Callable[[GenerationRequest], str], tmp_path: Path) -> None:
    examples = (Example(id="u", question="What is 3 plus one?"),)
    report = compare(
        RecordingContext(), request_for(arm("a"), folder=tmp_path, examples=examples), ScriptedTools(answer)
    )
    assert report.trials[0].scores["exact_match"].value == 0.0
    assert report.trials[0].failure is FailureReason.NOT_REFUSED


def test_that_leaked_questions_are_flagged_and_the_verdict_is_given_without_them_too(tmp_path: Path) -> None:
    shots = (Shot(question="what is 5 PLUS one", answer="6"),)
    arms = (arm("few", shots=shots), arm("tuned", adapter="/a.gguf"))
    row = SeenRow(question="[1] doc\n\nQuestion: What is 9 plus one?")
    rows = SeenRows(kind=SeenKind.TRAINING, where="training rows of adapter a", arms=("tuned",), rows=(row,))
    request = request_for(*arms, folder=tmp_path, seen=(rows,))
    report = compare(RecordingContext(), request, ScriptedTools(always_right))
    assert [(leak.example_id, leak.arms, leak.kind) for leak in report.leaks] == [
        ("q5", ("few",), "exact"),
        ("q9", ("tuned",), "exact"),
    ]
    assert report.verdict.questions == 40
    assert report.verdict_without_leaks is not None
    assert report.verdict_without_leaks.questions == 38


def test_that_the_same_request_gives_the_same_answers_and_scores(tmp_path: Path) -> None:
    reports = [
        compare(
            RecordingContext(),
            request_for(arm("a"), arm("rag", collection=True), folder=tmp_path / str(turn)),
            ScriptedTools(knows_with_passages),
        )
        for turn in range(2)
    ]
    assert reports[0].trials == reports[1].trials
    assert reports[0].verdict.pairs == reports[1].verdict.pairs
    assert [result.metrics for result in reports[0].arms] == [result.metrics for result in reports[1].arms]
