"""Whatever breaks in a run: what was measured stays, what is missing is said, and failed arms decide nothing."""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import BaseModel

from tests.openai_server import Faults, OpenAiServer, serving
from tests.unit.compare.running import placed, run
from tests.unit.compare.scripted import (
    ScriptedEngine,
    ScriptedTools,
    always_right,
    arm,
    asked_number,
    knows_with_passages,
)
from workbench.compare import journal
from workbench.compare.stopped_runs import sum_up_folder
from workbench.compare.tasks import compare
from workbench.compare.trial_types import FailureReason
from workbench.compare.types import ComparisonReport
from workbench.compare.verdict_types import VerdictKind
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.jobs.journal_file import append_record
from workbench.llm.endpoints.connection import Patience
from workbench.llm.endpoints.endpoint_engine import EndpointEngine
from workbench.llm.endpoints.models import as_model
from workbench.llm.endpoints.types import Endpoint
from workbench.llm.types import ChatEngine, GenerationRequest, LoadConfig, ModelRef


def only_questions_below(limit: int, then: str) -> Callable[[GenerationRequest], str]:
    def answer(request: GenerationRequest) -> str:
        if request.adapter is not None and asked_number(request) >= limit:
            raise WorkbenchError(then)
        return knows_with_passages(request)

    return answer


def test_that_an_adapter_deleted_in_mid_run_ends_its_arm_alone(tmp_path: Path) -> None:
    gone = only_questions_below(32, "The adapter a.gguf is gone.")
    arms = (arm("a"), arm("rag", collection=True), arm("tuned", adapter="/a.gguf"))
    report, batches = run(placed(tmp_path, *arms, count=200), gone)
    assert [(result.answered, result.failed) for result in report.arms] == [(200, 0), (200, 0), (32, 168)]
    assert "The adapter a.gguf is gone." in report.arms[2].problem
    assert report.verdict.winner == "rag"
    assert "tuned" not in report.verdict.best
    assert any("tuned is not judged" in reason for reason in report.verdict.reasons)
    assert sum(len(batch) for batch in batches) == 200 + 200 + 64  # after a block without any answer it is given up


def test_that_one_question_that_never_fits_fails_alone(tmp_path: Path) -> None:
    def too_long(request: GenerationRequest) -> str:
        if asked_number(request) == 3:
            raise WorkbenchError("The prompt is longer than the context.")
        return always_right(request)

    report, _ = run(placed(tmp_path, arm("a"), count=4), too_long)
    assert (report.arms[0].answered, report.arms[0].failed) == (3, 1)
    assert report.trials[3].failure is FailureReason.CRASHED


@pytest.mark.parametrize("count", [1, 40])
def test_that_nothing_is_decided_where_all_answers_are_empty(tmp_path: Path, count: int) -> None:
    report, _ = run(placed(tmp_path, arm("a"), arm("b", system="Be brief."), count=count), lambda _: "  ")
    verdict = report.verdict
    assert (verdict.kind, verdict.winner, verdict.best, verdict.recommended) == (VerdictKind.UNDECIDED, None, (), None)
    assert verdict.reasons[-2:] == (
        "a is not judged: all of its answers are empty.",
        "b is not judged: all of its answers are empty.",
    )


def test_that_an_arm_that_says_nothing_does_not_make_another_one_win(tmp_path: Path) -> None:
    def silent_with_a_system_prompt(request: GenerationRequest) -> str:
        return "" if len(request.messages) > 1 else always_right(request)

    report, _ = run(placed(tmp_path, arm("a"), arm("b", system="Be brief.")), silent_with_a_system_prompt)
    verdict = report.verdict
    assert (verdict.kind, verdict.winner, verdict.recommended) == (VerdictKind.UNDECIDED, None, None)
    assert "run the comparison again" in verdict.reasons[0]
    assert "b is not judged: all of its answers are empty." in verdict.reasons


def test_that_one_question_gives_no_winner(tmp_path: Path) -> None:
    report, _ = run(placed(tmp_path, arm("a"), arm("rag", collection=True), count=1), knows_with_passages)
    assert (report.verdict.kind, report.verdict.winner) == (VerdictKind.UNDECIDED, None)
    assert report.arms[1].metrics["exact_match"].mean == 1.0


def test_that_a_model_that_is_gone_fails_its_arms_and_no_other(tmp_path: Path) -> None:
    lost = ModelRef(name="lost", path="/models/lost.gguf")

    class Lost(ScriptedTools):
        def model_hash(self, model: ModelRef) -> str:
            if model == lost:
                raise FileNotFoundError(errno.ENOENT, "No such file", model.path)
            return super().model_hash(model)

    arms = (arm("a"), arm("gone", model=lost), arm("rag", collection=True))
    report = compare(RecordingContext(), placed(tmp_path, *arms), Lost(knows_with_passages))
    assert report.verdict.winner == "rag"
    assert [result.failed for result in report.arms] == [0, 40, 0]
    assert "/models/lost.gguf" in report.arms[1].problem


def test_that_a_model_that_cannot_be_loaded_is_tried_once(tmp_path: Path) -> None:
    tried = []

    class Broken(ScriptedTools):
        def open_engine(self, model: ModelRef, load: LoadConfig) -> ScriptedEngine:
            tried.append(model.name)
            raise WorkbenchError("tiny.gguf is cut off.")

    arms = (arm("a"), arm("b", system="Be brief."))
    report = compare(RecordingContext(), placed(tmp_path, *arms), Broken(always_right))
    assert tried == ["tiny"]
    assert {result.problem for result in report.arms} == {"tiny.gguf is cut off."}
    assert report.verdict.best == ()


def test_that_a_full_disk_ends_the_run_with_its_reason_and_what_was_written_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[BaseModel] = []

    def append(path: Path, record: BaseModel) -> int:
        if len(written) == 40:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(record)
        return append_record(path, record)

    monkeypatch.setattr(journal, "append_record", append)
    request = placed(tmp_path, arm("a"), arm("rag", collection=True), count=32)
    with pytest.raises(WorkbenchError) as caught:
        compare(RecordingContext(), request, ScriptedTools(knows_with_passages))
    assert caught.value.code == "disk_full"
    report = sum_up_folder(Path(request.folder))
    assert [(result.answered, result.failed, result.missing) for result in report.arms] == [(32, 0, 0), (8, 0, 24)]
    assert all(not result.problem for result in report.arms)  # the disk is no arm's fault
    monkeypatch.undo()
    again, batches = run(placed(tmp_path, arm("a"), arm("rag", collection=True), count=32), knows_with_passages)
    assert (again.missing, len(batches)) == (0, 1)


class ServerTools(ScriptedTools):
    """Scripted, but for the arm that a server answers."""

    def open_engine(self, model: ModelRef, load: LoadConfig) -> ChatEngine:  # type: ignore[override]
        if model.endpoint is None:
            return super().open_engine(model, load)
        quick = Patience(attempts=2, first_wait_seconds=0.01, connect_seconds=2, silence_seconds=5)
        return EndpointEngine(model.endpoint, "", quick)


def far(server: OpenAiServer, **more: object) -> ModelRef:
    return as_model(Endpoint.of(name="far", base_url=server.url, model="small", **more))


def with_server(home: Path, server: OpenAiServer, count: int) -> ComparisonReport:
    arms = (arm("near", collection=True), arm("far").model_copy(update={"model": far(server)}))
    tools = ServerTools(knows_with_passages)
    return compare(RecordingContext(), placed(home, *arms, count=count), tools)


def test_that_a_server_that_dies_half_way_keeps_its_answers_and_is_not_asked_on(tmp_path: Path) -> None:
    with serving() as server:

        def answer(body: dict[str, object]) -> str:
            if len(server.answered) >= 40:
                server.faults = Faults(status=503)
            return str(int(str(body["messages"][-1]["content"]).split()[2]) + 1)  # type: ignore[index]

        server.answer = answer
        report = with_server(tmp_path, server, 200)
        asked = len(server.answered)
        near, dead = report.arms
        assert (near.answered, near.failed) == (200, 0)
        assert 32 <= dead.answered < 64
        assert dead.answered + dead.failed == 200
        assert "503" in dead.problem or "far" in dead.problem
        assert report.verdict.winner is None
        assert any("far is not judged" in reason for reason in report.verdict.reasons)
        assert asked < 250  # with two attempts for each of the three blocks at most

        server.faults = Faults()
        server.answer = lambda body: str(int(str(body["messages"][-1]["content"]).split()[2]) + 1)
        again = with_server(tmp_path, server, 200)
        assert (again.arms[1].answered, again.arms[1].failed) == (200, 0)
        assert again.reused == 200 + dead.answered
