"""Searching a better prompt: what the user does and sees."""

from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QTableView,
    QWidget,
)

from tests.fakes import FakeJob
from tests.gui.playground.search.conftest import Desk
from tests.unit.playground.search.scripted import MODEL, WRITER, Script, ScriptedTools, right_with
from workbench.database import Database
from workbench.datasets.store import DatasetStore
from workbench.datasets.types import TrainingRow
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobCancelled, RecordingContext
from workbench.jobs.spec import JobSpec
from workbench.llm.tasks import ScanModelsReport
from workbench.llm.types import ChatMessage, Role
from workbench.playground.search.conducting import conduct
from workbench.playground.search.tasks import (
    READ_QUESTIONS,
    READ_SHOTS,
    SEARCH_PROMPT,
    QuestionsRequest,
    read_search_questions,
    read_search_shots,
)
from workbench.playground.search.types import SearchReport, SearchRequest
from workbench.ui.playground.search.state import ShotsFrom
from workbench.ui.theme import tokens_of

W = TypeVar("W", bound=QWidget)


def find(desk: Desk, kind: type[W], name: str) -> W:
    widget = desk.page.findChild(kind, name)
    assert widget is not None, name
    return widget


def press(desk: Desk, name: str) -> None:
    button = find(desk, QPushButton, name)
    assert button.isEnabled()
    button.click()


def texts(desk: Desk) -> str:
    found = "\n".join(label.text() for label in desk.page.findChildren(QLabel) if label.isVisible())
    return found.replace("\u00a0", " ")


def cells(desk: Desk) -> list[list[str]]:
    model = find(desk, QTableView, "search_candidates_table").model()
    columns = range(model.columnCount())
    return [
        [str(model.index(row, column).data()).replace("\u00a0", " ") for column in columns]
        for row in range(model.rowCount())
    ]


def read_file(desk: Desk, path: Path) -> None:
    """Choose a file and let the job that reads it do its work, here."""
    desk.page.presenter.open_file(str(path))
    job = desk.jobs.of(READ_QUESTIONS)[-1]
    job.finish(read_search_questions(RecordingContext(), QuestionsRequest.model_validate(job.spec.params)))


class Speaking(RecordingContext):
    """Says what the task says as events of the fake job; may cancel itself."""

    def __init__(self, job: FakeJob, stop_at: float = 0) -> None:
        super().__init__()
        self._job, self._stop_at = job, stop_at

    def produce(self, item: object) -> None:
        self._job.produce(item)  # type: ignore[arg-type]

    def progress(self, done: float, total: float = 0.0, label: str = "") -> None:
        self._job.progress(done, total, label)
        if self._stop_at and done >= self._stop_at:
            self.cancelled.set()
        super().progress(done, total, label)


def search(desk: Desk, script: Script, stop_at: float = 0) -> SearchReport | None:
    """Do the work of the search that was submitted, on scripted models; None when it stopped itself."""
    job = desk.jobs.of(SEARCH_PROMPT)[-1]
    job.start()
    request = SearchRequest.model_validate(job.spec.params)
    try:
        report = conduct(Speaking(job, stop_at), request, ScriptedTools(script))
    except JobCancelled:
        return None
    job.finish(report.model_copy(update={"candidates": ()}))
    return report


def started(desk: Desk, path: Path, **choices: object) -> FakeJob:
    """A search over the file, just submitted."""
    read_file(desk, path)
    for name, value in {"formats": False, "generations": 600, **choices}.items():
        desk.page.presenter.change(name, value)
    press(desk, "search_run")
    return desk.jobs.of(SEARCH_PROMPT)[-1]


@pytest.fixture(autouse=True)
def everything_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.playground.search.telling._TELL_EVERY_SECONDS", 0.0)
    monkeypatch.setattr("workbench.ui.playground.search.run_part._SHOW_EVERY_SECONDS", 0.0)


def short_is_best(system: str) -> float:
    return 1.0 if "Use as few words" in system else 0.3


def test_that_an_empty_page_says_what_it_needs(desk: Desk) -> None:
    assert "Choose questions with known answers." in texts(desk)
    assert not find(desk, QPushButton, "search_run").isEnabled()


def test_that_a_file_shows_its_questions_and_what_is_wrong_with_the_rest(desk: Desk, questions_file: Path) -> None:
    read_file(desk, questions_file)
    assert "colours.jsonl" in texts(desk)
    assert "40 questions: about half choose the prompt" in texts(desk)
    assert "row 41: the question is empty" in texts(desk)
    assert find(desk, QPushButton, "search_run").isEnabled()


def test_that_a_file_that_cannot_be_used_is_explained_in_its_place(desk: Desk) -> None:
    desk.page.presenter.open_file("/nowhere/x.csv")
    desk.jobs.last.fail(WorkbenchError("x.csv has 3 questions; a search needs at least 12.", hint="Half of them ..."))
    assert "a search needs at least 12" in texts(desk)


def test_that_a_renamed_model_stays_chosen(desk: Desk) -> None:
    setup = desk.page.presenter._setup

    def listed(name: str) -> None:
        setup._around.catalog.refresh()
        found = (MODEL.model_copy(update={"name": "starter"}), WRITER.model_copy(update={"name": name, "path": "/w"}))
        desk.jobs.last.finish(ScanModelsReport(models=found))

    listed("writer")
    setup._board.set_up(model="writer", writer="writer")
    listed("scribe")
    chosen = desk.page.presenter.state.setup
    assert (chosen.model, chosen.writer) == ("scribe", "scribe")


def test_that_a_problem_of_the_prompt_keeps_the_search_from_starting(desk: Desk, questions_file: Path) -> None:
    read_file(desk, questions_file)
    desk.source.trouble = "Line 1: the tag is not closed."
    for listener in desk.source.listeners:
        listener()
    assert "The prompt in the editor has a problem: Line 1" in texts(desk)
    assert not find(desk, QPushButton, "search_run").isEnabled()


def test_that_the_start_is_saved_and_everything_chosen_goes_into_the_request(desk: Desk, questions_file: Path) -> None:
    read_file(desk, questions_file)
    metric = find(desk, QComboBox, "search_metric")
    metric.setCurrentIndex(metric.findData("contains"))
    metric.activated.emit(metric.currentIndex())
    find(desk, QCheckBox, "search_techniques").click()
    find(desk, QCheckBox, "search_writes").click()
    find(desk, QPlainTextEdit, "search_own").setPlainText("Be kind.\n---\nBe brief.")
    find(desk, QSpinBox, "search_generations").setValue(500)
    find(desk, QSpinBox, "search_minutes").setValue(3)
    press(desk, "search_run")
    request = SearchRequest.model_validate(desk.jobs.of(SEARCH_PROMPT)[-1].spec.params)
    version = desk.prompts.versions("colours")[0]
    assert request.start_version_id == version.id
    assert request.start == version.prompt
    assert request.metric.name == "contains"
    assert not request.techniques
    assert request.writer == request.model
    assert request.instructions == ("Be kind.", "Be brief.")
    assert request.budget.generations == 500
    assert request.budget.seconds == 180
    assert request.shots_from_questions


def test_that_a_saved_version_can_be_the_start(desk: Desk, questions_file: Path) -> None:
    version = desk.source.save_for_run()
    desk.page.presenter.refresh()
    start = find(desk, QComboBox, "search_start")
    assert [start.itemText(n) for n in range(start.count())] == ["As it stands in the editor", "colours v1"]
    start.setCurrentIndex(1)
    start.activated.emit(1)
    job = started(desk, questions_file)
    assert job.spec.params["start_version_id"] == version.id


def test_that_candidates_are_shown_with_scores_and_dropped_ones_greyed(desk: Desk, questions_file: Path) -> None:
    started(desk, questions_file)
    assert search(desk, right_with(short_is_best), stop_at=500) is None
    rows = cells(desk)
    assert ["As short as possible", "100 %"] in [row[:2] for row in rows]
    out = [number for number, row in enumerate(rows) if row[3].startswith("out, round")]
    assert out
    assert out[0] > 0
    model = find(desk, QTableView, "search_candidates_table").model()
    muted = QColor(tokens_of(desk.page).muted)
    assert model.index(out[0], 0).data(Qt.ItemDataRole.ForegroundRole).color() == muted
    assert model.index(0, 0).data(Qt.ItemDataRole.ForegroundRole) is None
    assert "Searching…" in texts(desk)
    assert "of 600 generations" in texts(desk)
    assert find(desk, QProgressBar, "search_used").value() > 300


def test_that_a_better_prompt_is_shown_with_its_held_out_score_and_used_by_one_click(
    desk: Desk, questions_file: Path
) -> None:
    started(desk, questions_file)
    report = search(desk, right_with(short_is_best))
    assert report
    assert "A better prompt was found" in texts(desk)
    assert "On 20 held-out questions" in texts(desk)
    assert cells(desk)[0][3] == "best"
    assert find(desk, QWidget, "search_held_out").isVisible()
    assert "Use as few words" in find(desk, QPlainTextEdit, "search_candidate_text").toPlainText()
    press(desk, "search_use")
    newest = desk.prompts.versions("colours")[0]
    assert newest.prompt == report.winner.prompt
    assert newest.parent_id == report.start_version_id
    assert newest.name == "found by search"
    assert desk.source.opened == [newest.id]
    assert desk.navigator.opened == [("playground", {"page": "prompt"})]


def test_that_no_better_prompt_is_said_plainly(desk: Desk, questions_file: Path) -> None:
    started(desk, questions_file, shots_from=ShotsFrom.NOWHERE)
    search(desk, right_with(lambda system: 1.0 if system == "Answer the question." else 0.2))
    assert "No better prompt found" in texts(desk)
    assert "none of them did better than the starting prompt" in texts(desk)
    assert not find(desk, QPushButton, "search_use").isVisible()


def test_that_selecting_a_candidate_shows_what_it_says_beside_the_start(desk: Desk, questions_file: Path) -> None:
    started(desk, questions_file)
    search(desk, right_with(short_is_best))
    table = find(desk, QTableView, "search_candidates_table")
    row = next(number for number, cell in enumerate(cells(desk)) if cell[0] == "Read twice")
    table.selectRow(row)
    assert "Before you answer, read the request" in find(desk, QPlainTextEdit, "search_candidate_text").toPlainText()
    assert "Answer the question." in find(desk, QPlainTextEdit, "search_start_text").toPlainText()
    assert "out in round" in find(desk, QLabel, "search_candidate_about").text()


def test_that_stopping_says_that_it_can_go_on_and_the_same_set_up_goes_on(desk: Desk, questions_file: Path) -> None:
    job = started(desk, questions_file)
    press(desk, "job_strip_stop")
    assert job.cancelled
    search(desk, right_with(short_is_best), stop_at=100)
    job.end_cancelled()
    assert "Not finished" in texts(desk)
    assert desk.messages.texts("info")[-1].startswith("The search was stopped.")
    press(desk, "search_change")
    press(desk, "search_run")
    again = desk.jobs.of(SEARCH_PROMPT)[-1]
    assert again is not job
    assert again.spec.params["folder"] == job.spec.params["folder"]


def test_that_a_crash_starts_the_search_again_by_itself_twice(desk: Desk, questions_file: Path) -> None:
    started(desk, questions_file)
    for _ in range(3):
        desk.jobs.of(SEARCH_PROMPT)[-1].crash()
    assert len(desk.jobs.of(SEARCH_PROMPT)) == 3
    assert "stopped unexpectedly" in texts(desk)
    assert "Start it again: it goes on where it was." in texts(desk)


def test_that_a_failure_is_told_with_its_words(desk: Desk, questions_file: Path) -> None:
    job = started(desk, questions_file)
    job.fail(WorkbenchError("The last 16 answers failed: the server is gone.", hint="See to it that it answers."))
    assert "the server is gone" in texts(desk)
    assert "See to it that it answers." in texts(desk)


def test_that_a_search_of_an_earlier_start_is_taken_up(desk: Desk, questions_file: Path) -> None:
    spec = started(desk, questions_file).spec
    desk.jobs.of(SEARCH_PROMPT)[-1].crash()
    desk.page.presenter.stop()
    listener = desk.page.presenter.follow(JobSpec.model_validate(spec.model_dump()))
    job = FakeJob("job-old", spec, listener)
    desk.jobs.jobs.append(job)
    job.progress(30, 600, "Round 2: 5 candidates left")
    assert "Round 2: 5 candidates left" in desk.page.presenter.state.running.label  # type: ignore[union-attr]
    search(desk, right_with(short_is_best))
    assert "A better prompt was found" in texts(desk)


def test_that_earlier_searches_are_reopened(desk: Desk, questions_file: Path) -> None:
    started(desk, questions_file)
    search(desk, right_with(short_is_best))
    press(desk, "search_change")
    press(desk, "search_history")
    menu = find(desk, QMenu, "search_history_menu")
    assert "colours on colours.jsonl" in menu.actions()[0].text()
    menu.actions()[0].trigger()
    menu.close()
    assert "A better prompt was found" in texts(desk)
    assert cells(desk)[0][3] == "best"


def test_that_worked_examples_come_from_a_saved_data_set(desk: Desk, database: Database, questions_file: Path) -> None:
    rows = [
        TrainingRow(
            messages=(
                ChatMessage(role=Role.USER, content=f"Where is shelf {n}?"),
                ChatMessage(role=Role.ASSISTANT, content=f"row {n}"),
            ),
            number=n,
        )
        for n in range(1, 20)
    ]
    DatasetStore(database).save("shelves", rows)
    desk.page.presenter.refresh()
    shots = find(desk, QComboBox, "search_shots")
    index = shots.findText("shelves")
    shots.setCurrentIndex(index)
    shots.activated.emit(index)
    job = desk.jobs.of(READ_SHOTS)[-1]
    job.finish(read_search_shots(RecordingContext(), QuestionsRequest.model_validate(job.spec.params)))
    assert "19 examples to choose from" in texts(desk)
    assert shots.currentText() == "shelves"
    assert len(started(desk, questions_file).spec.params["shots"]) == 19


def test_that_everything_is_reached_by_the_keyboard_and_has_a_name(desk: Desk, questions_file: Path) -> None:
    read_file(desk, questions_file)
    reached = set()
    find(desk, QComboBox, "search_start").setFocus()
    for _ in range(40):
        focused = desk.page.focusWidget()
        if focused is not None:
            reached.add(focused.objectName())
        QTest.keyClick(focused or desk.page, Qt.Key.Key_Tab)
    wanted = {
        "search_start",
        "search_choose",
        "search_metric",
        "search_model",
        "search_generations",
        "search_techniques",
    }
    assert wanted | {"search_shots", "search_own", "search_run"} <= reached
    kinds = (QPushButton, QComboBox, QCheckBox, QSpinBox, QPlainTextEdit, QTableView)
    nameless = [
        widget.objectName() for kind in kinds for widget in desk.page.findChildren(kind) if not widget.accessibleName()
    ]
    assert not [name for name in nameless if not name.startswith("qt_")]
