"""Running a comparison and reading its results."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QTableView, QWidget
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJob
from tests.gui.compare.conftest import Desk
from tests.gui.compare.test_setup import cells, find, press, read_questions, texts
from tests.unit.compare.scripted import ScriptedTools, always_right, arm, knows_with_passages, numbered
from workbench.compare.tasks import PREPARE, RUN_COMPARISON, Preparation, compare
from workbench.compare.trial_types import TrialDone
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.llm.types import GenerationRequest
from workbench.scoring.types import MetricChoice

REQUEST = CompareRequest(
    name="sums",
    examples=numbered(12),
    metrics=(MetricChoice(name="exact_match"), MetricChoice(name="token_f1")),
    arms=(arm("prompt"), arm("rag", collection=True)),
)


@pytest.fixture
def running(desk: Desk, qtbot: QtBot, questions_file: Path) -> FakeJob:
    """A comparison that has just been started."""
    press(desk, "compare_standard")
    desk.tab.presenter.open_file(str(questions_file))
    read_questions(desk, questions_file)
    press(desk, "compare_run")
    desk.jobs.of(PREPARE)[0].finish(Preparation(request=REQUEST))
    return desk.jobs.of(RUN_COMPARISON)[0]


@pytest.fixture
def work(running: FakeJob) -> Callable[[], tuple[ComparisonReport, list[TrialDone]]]:
    """Does what the worker would do, and returns what it says."""

    def do() -> tuple[ComparisonReport, list[TrialDone]]:
        context = RecordingContext()
        request = CompareRequest.model_validate(running.spec.params)
        report = compare(context, request, ScriptedTools(knows_with_passages))
        return report, [item for item in context.produced if isinstance(item, TrialDone)]

    return do


Work = Callable[[], tuple[ComparisonReport, list[TrialDone]]]


def finish(running: FakeJob, work: Work) -> ComparisonReport:
    report, trials = work()
    for trial in trials:
        running.produce(trial)
    running.finish(report.model_copy(update={"trials": ()}))
    return report


def marks(desk: Desk) -> dict[str, str]:
    """The signs of every question, in the order of the arms."""
    return {row[0]: "".join(row[1:3]) for row in cells(desk, "compare_matrix")}


def test_that_a_run_is_a_durable_background_job(running: FakeJob) -> None:
    assert running.spec.durable
    assert running.spec.background
    assert Path(running.spec.params["folder"]).parent.name == "comparisons"


def test_that_answers_show_as_they_come(desk: Desk, running: FakeJob, work: Work, qtbot: QtBot) -> None:
    _, trials = work()
    running.produce(trials[0])
    running.progress(1, 24, "prompt: 1 of 12")
    assert "Comparing…" in texts(desk)
    assert "prompt: 1 of 12" in texts(desk)
    assert marks(desk)["What is 0 plus one?"] == "✗"
    assert not find(desk, QPushButton, "compare_export").isEnabled()


def test_that_showing_that_takes_long_is_done_less_often(desk: Desk, running: FakeJob, work: Work) -> None:
    desk.tab.presenter._run._clock = (
        itertools.count().__next__
    )  # every look at the clock is a second later: showing takes one
    _, trials = work()
    shown = []
    for trial in trials[:9]:
        running.produce(trial)
        shown.append(sum(sign != "" for sign in marks(desk).values()))
    assert shown == [1, 1, 1, 1, 1, 1, 7, 7, 7]


def test_that_the_end_brings_the_verdict_and_keeps_the_comparison(desk: Desk, running: FakeJob, work: Work) -> None:
    report = finish(running, work)
    assert "rag answers best" in texts(desk)
    assert report.verdict.reasons[0] in texts(desk)
    assert set(marks(desk).values()) == {"✗✓"}
    assert [entry.winner for entry in desk.store.list_comparisons()] == ["rag"]
    assert not desk.tab.strip.isVisible()


def test_that_an_arm_that_is_left_alone_is_not_recommended(desk: Desk, running: FakeJob) -> None:
    def silent_with_passages(request: GenerationRequest) -> str:
        return "" if "plus one is" in request.messages[-1].content else always_right(request)

    def work() -> tuple[ComparisonReport, list[TrialDone]]:
        context = RecordingContext()
        request = CompareRequest.model_validate(running.spec.params)
        report = compare(context, request, ScriptedTools(silent_with_passages))
        return report, [item for item in context.produced if isinstance(item, TrialDone)]

    finish(running, work)
    assert find(desk, QLabel, "compare_headline").text() == "Nothing to decide"
    assert not find(desk, QLabel, "compare_recommended").isVisible()
    assert (
        find(desk, QLabel, "compare_reasons")
        .text()
        .startswith(
            "Only prompt can be judged (100 %): there is nothing to compare it with, and nothing is recommended. "
            "Why the others cannot be judged stands below"
        )
    )
    assert [entry.recommended for entry in desk.store.list_comparisons()] == [None]


def test_that_a_cell_opens_the_answer_with_its_reason(desk: Desk, running: FakeJob, work: Work, qtbot: QtBot) -> None:
    finish(running, work)
    matrix = find(desk, QTableView, "compare_matrix")
    place = matrix.visualRect(matrix.model().index(2, 1)).center()
    qtbot.mouseClick(matrix.viewport(), Qt.MouseButton.LeftButton, pos=place)  # type: ignore[no-untyped-call]
    assert find(desk, QLabel, "compare_answer").text() == "a guess"
    assert "not known" in texts(desk)
    assert "Right: 3" in texts(desk)


def test_that_a_passage_opens_in_its_document(desk: Desk, running: FakeJob, work: Work, qtbot: QtBot) -> None:
    finish(running, work)
    desk.tab.presenter.select_trial("rag", "q4")
    press(desk, "compare_passage_0")
    assert desk.navigator.opened == [("documents", {"collection": "handbook", "document": "doc4.md", "page": "1"})]


def test_that_a_passage_of_a_further_collection_opens_there(desk: Desk, running: FakeJob, work: Work) -> None:
    finish(running, work)
    results = desk.tab.presenter.state.results
    assert results is not None
    trial = results.trials["rag", "q3"]
    hit = trial.hits[0].model_copy(update={"collection": "letters"})
    trials = {**results.trials, ("rag", "q3"): trial.model_copy(update={"hits": (hit, *trial.hits[1:])})}
    desk.tab.presenter._board.show(results=replace(results, trials=trials))
    desk.tab.presenter.select_trial("rag", "q3")
    press(desk, "compare_passage_0")
    assert desk.navigator.opened[-1][1]["collection"] == "letters"


def test_that_the_matrix_shows_only_where_the_arms_differ(desk: Desk, running: FakeJob, work: Work) -> None:
    finish(running, work)
    box = find(desk, QComboBox, "compare_filter")
    for data, count in (("different", 12), ("leaked", 0), ("wrong", 12), ("all", 12)):
        box.setCurrentIndex(box.findData(data))
        box.activated.emit(box.currentIndex())
        assert len(cells(desk, "compare_matrix")) == count, data


@pytest.mark.parametrize("suffix", ["html", "csv", "jsonl"])
def test_that_results_are_written(desk: Desk, running: FakeJob, work: Work, suffix: str, tmp_path: Path) -> None:
    finish(running, work)
    desk.tab.presenter.export(str(tmp_path / f"r.{suffix}"))
    assert "What is 4 plus one?" in (tmp_path / f"r.{suffix}").read_text(encoding="utf-8")
    assert desk.messages.texts("info") == [f"Wrote r.{suffix}."]


def test_that_results_that_cannot_be_written_are_no_crash(desk: Desk, running: FakeJob, work: Work) -> None:
    finish(running, work)
    desk.tab.presenter.export("/nowhere/at/all/r.html")
    assert desk.messages.texts("error") == ["/nowhere/at/all/r.html cannot be written: No such file or directory."]


def test_that_stopping_keeps_what_is_done(desk: Desk, running: FakeJob, work: Work, qtbot: QtBot) -> None:
    _, trials = work()
    for trial in trials[:5]:
        running.produce(trial)
    press(desk, "job_strip_stop")
    assert running.cancelled
    running.end_cancelled()
    assert "Not finished" in texts(desk)
    assert sum(sign != "" for sign in marks(desk).values()) == 5


def test_that_a_killed_process_is_started_again_until_it_is_hopeless(desk: Desk, running: FakeJob) -> None:
    for attempt in range(5):
        desk.jobs.of(RUN_COMPARISON)[attempt].crash("The system ended the process.")
    assert len(desk.jobs.of(RUN_COMPARISON)) == 6
    assert "The system ended the process." not in texts(desk)
    desk.jobs.of(RUN_COMPARISON)[5].crash("The system ended the process.")
    assert len(desk.jobs.of(RUN_COMPARISON)) == 6
    assert "The system ended the process." in texts(desk)


def test_that_an_unknown_name_is_said_before_anything_runs(desk: Desk, qtbot: QtBot, questions_file: Path) -> None:
    press(desk, "compare_standard")
    desk.tab.presenter.open_file(str(questions_file))
    read_questions(desk, questions_file)
    press(desk, "compare_run")
    desk.jobs.of(PREPARE)[0].fail(WorkbenchError("Arm 'tuned': There is no adapter “x”.", hint="Train it."))
    assert "There is no adapter “x”." in texts(desk)
    assert not desk.jobs.of(RUN_COMPARISON)
    assert find(desk, QPushButton, "compare_run").isEnabled()


def test_that_a_run_of_an_earlier_start_is_followed(desk: Desk, running: FakeJob, work: Work) -> None:
    listener = desk.tab.presenter.follow(running.spec)
    follower = FakeJob("durable-1", running.spec, listener)
    finish(follower, work)
    assert "rag answers best" in texts(desk)


def test_that_a_run_of_an_earlier_start_can_be_stopped(desk: Desk, running: FakeJob) -> None:
    running.end_cancelled()
    presenter = desk.tab.presenter
    followed = desk.jobs.submit(running.spec, presenter.follow(running.spec))
    followed.start()
    followed.progress(3, 24, "prompt: 3 of 12")
    press(desk, "job_strip_stop")
    assert followed.cancelled
    followed.end_cancelled()
    assert not find(desk, QPushButton, "job_strip_stop").isVisible()
    assert desk.messages.texts("info")[-1] == "The comparison was stopped. Run it again to go on where it was."


def test_that_a_stop_before_a_followed_run_was_heard_of_is_not_lost(desk: Desk, running: FakeJob) -> None:
    running.end_cancelled()
    followed = desk.jobs.submit(running.spec, desk.tab.presenter.follow(running.spec))
    desk.tab.presenter.stop()
    assert not followed.cancelled
    followed.start()
    assert followed.cancelled
    followed.crash()
    assert desk.jobs.of(RUN_COMPARISON)[-1] is followed, "what was stopped is not started again"


def test_that_of_two_followed_runs_one_is_shown_and_can_be_stopped(desk: Desk, running: FakeJob) -> None:
    running.end_cancelled()
    first = desk.jobs.submit(running.spec, desk.tab.presenter.follow(running.spec))
    other = running.spec.model_copy(update={"params": {**running.spec.params, "name": "other sums"}})
    second = desk.jobs.submit(other, desk.tab.presenter.follow(other))
    for job, label in ((second, "of the second"), (first, "of the first")):
        job.start()
        job.progress(1, 24, label)
    assert "of the second" in texts(desk)
    press(desk, "job_strip_stop")
    assert second.cancelled and not first.cancelled
    first.end_cancelled()
    assert find(desk, QPushButton, "job_strip_stop").isVisible()


def test_that_a_run_of_another_version_of_the_program_is_left_alone(desk: Desk, running: FakeJob) -> None:
    running.end_cancelled()
    spec = running.spec.model_copy(update={"params": {"name": "from the future", "arms": 7}})
    desk.jobs.submit(spec, desk.tab.presenter.follow(spec)).start()
    assert not find(desk, QPushButton, "job_strip_stop").isVisible()


def test_that_results_are_whole_in_a_low_and_narrow_window_with_a_big_font(
    desk: Desk, running: FakeJob, work: Work, qtbot: QtBot
) -> None:
    font = desk.tab.font()
    font.setPointSizeF(12.5)
    desk.tab.setFont(font)
    finish(running, work)
    desk.tab.resize(660, 412)
    page = desk.tab.results
    reasons, arms = find(desk, QLabel, "compare_reasons"), find(desk, QTableView, "compare_result_arms")
    matrix = find(desk, QTableView, "compare_matrix")

    def top(widget: QWidget) -> int:
        return widget.mapTo(page, QPoint()).y()

    qtbot.waitUntil(lambda: reasons.height() >= reasons.heightForWidth(reasons.width()))
    qtbot.waitUntil(lambda: top(arms) >= top(reasons) + reasons.height())
    qtbot.waitUntil(lambda: top(matrix) >= top(arms) + arms.height())
    assert matrix.viewport().height() >= 5 * matrix.rowHeight(0)
    assert matrix.columnWidth(0) >= matrix.viewport().width() // 4
    assert arms.columnWidth(1) > 15 * arms.fontMetrics().averageCharWidth(), "there is room to draw the intervals"
