"""The doors of wrong answers in the real window: what the other tab shows when a button of a case was pressed."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from tests.gui.acting import find
from tests.gui.compare.conftest import turn_to
from tests.unit.compare.scripted import ScriptedTools, always_right, arm, asked_number, numbered
from workbench.app import Program
from workbench.compare.store import ComparisonStore
from workbench.compare.tasks import compare
from workbench.compare.types import CompareRequest
from workbench.datasets.store import DatasetStore
from workbench.datasets.types import Dataset
from workbench.jobs.context import RecordingContext
from workbench.llm.library import find_model
from workbench.llm.types import GenerationRequest
from workbench.paths import WorkbenchPaths
from workbench.scoring.types import MetricChoice
from workbench.ui.compare import CompareTab

PATIENCE = 60_000


def wordy(request: GenerationRequest) -> str:
    """Every second answer is right, but in a sentence: the wrong form."""
    right = always_right(request)
    return right if asked_number(request) % 2 else f"As far as I can tell the answer must be {right}, of course."


@pytest.fixture
def case(qtbot: QtBot, program: Program, home: WorkbenchPaths) -> Program:
    """The first wrong answer of a comparison, with its doors."""
    starter = find_model("starter", [], home.models)
    request = CompareRequest(
        name="sums",
        examples=numbered(12),
        metrics=(MetricChoice(name="exact_match"),),
        arms=tuple(arm(name, model=starter, system="Be kind.") for name in ("prompt", "other")),
        folder=str(home.home / "comparisons" / "sums"),
        timed_questions=0,
    )
    report = compare(RecordingContext(), request, ScriptedTools(wordy))
    assert program.database is not None
    ComparisonStore(program.database).save(report, folder=request.folder, spec="name: sums\n")
    window = program.window
    window.open_tab("compare")
    history = find(window, QTableView, "history_table")
    find(window, QPushButton, "compare_history").click()
    qtbot.waitUntil(lambda: history.model().rowCount() == 1, timeout=PATIENCE)
    history.selectRow(0)
    find(window, QPushButton, "history_open").click()
    qtbot.waitUntil(lambda: not history.isVisible(), timeout=PATIENCE)
    [tab] = window.findChildren(CompareTab)
    turn_to(tab, "Why wrong", "compare_result_pages")
    cases = find(window, QTableView, "why_cases")
    qtbot.waitUntil(lambda: cases.model().rowCount() == 12, timeout=PATIENCE)
    place = cases.visualRect(cases.model().index(0, 0)).center()
    # pytest-qt gives the clicks no types
    qtbot.mouseClick(cases.viewport(), Qt.MouseButton.LeftButton, pos=place)  # type: ignore[no-untyped-call]
    return program


def take_as_rows(qtbot: QtBot, program: Program) -> Dataset:
    """Press the door, and save what Data shows."""
    window = program.window
    assert program.database is not None
    store = DatasetStore(program.database)
    find(window, QPushButton, "why_do_data").click()
    qtbot.waitUntil(lambda: window.current_tab == "data", timeout=PATIENCE)
    qtbot.waitUntil(lambda: find(window, QLabel, "import_count").text() == "6 rows", timeout=PATIENCE)
    warning = find(window, QLabel, "import_warning")
    assert warning.isVisible() and warning.text().startswith("These are test questions.")
    find(window, QPushButton, "dataset_save").click()
    qtbot.waitUntil(lambda: bool(store.list_datasets()), timeout=PATIENCE)
    [saved] = store.list_datasets()
    return saved


def test_that_wrong_answers_become_rows_that_are_known_to_be_test_questions(qtbot: QtBot, case: Program) -> None:
    saved = take_as_rows(qtbot, case)
    assert (saved.origin, saved.row_count) == ("test questions that were answered wrong", 6)
    assert case.database is not None
    [first, *_] = DatasetStore(case.database).rows(saved)
    assert (first.question, first.answer, first.document) == ("What is 0 plus one?", "1", "doc0.md")


def test_that_the_prompt_of_the_arm_is_in_the_editor_with_the_question(qtbot: QtBot, case: Program) -> None:
    window = case.window
    find(window, QPushButton, "why_do_prompt").click()
    assert window.current_tab == "playground"

    def shown() -> set[str]:
        fields = [field.toPlainText() for field in window.findChildren(QPlainTextEdit) if field.isVisible()]
        return {*fields, *(field.text() for field in window.findChildren(QLineEdit) if field.isVisible())}

    qtbot.waitUntil(lambda: {"Be kind.", "What is 0 plus one?"} <= shown(), timeout=PATIENCE)


def test_that_a_tuning_is_set_up_with_the_model_of_the_arm(qtbot: QtBot, case: Program) -> None:
    window = case.window
    take_as_rows(qtbot, case)
    window.open_tab("compare")
    find(window, QPushButton, "why_do_tune").click()
    assert window.current_tab == "finetune"
    base, rows = find(window, QComboBox, "base_picker"), find(window, QComboBox, "dataset_picker")
    qtbot.waitUntil(lambda: base.isVisible() and base.currentText().startswith("starter"), timeout=PATIENCE)
    assert rows.currentText().startswith("other-wrong-format")
