"""Setting a comparison up: what the user does and sees."""

from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QListView, QPushButton, QTableView, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.compare.conftest import Desk, turn_to
from workbench.compare.catalogue import Catalogue
from workbench.compare.spec import load_spec
from workbench.datasets.test_sets.tasks import (
    READ_QUESTIONS,
    ReadQuestionsReport,
    ReadQuestionsRequest,
    read_question_files,
)
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.ui.compare.arms_list import LINES

W = TypeVar("W", bound=QWidget)


def find(desk: Desk, kind: type[W], name: str) -> W:
    widget = desk.tab.findChild(kind, name)
    assert widget is not None, name
    return widget


def press(desk: Desk, name: str) -> None:
    find(desk, QPushButton, name).click()


def cells(desk: Desk, name: str) -> list[list[str]]:
    model = find(desk, QTableView, name).model()
    return [
        [str(model.index(row, column).data()) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def arms(desk: Desk) -> dict[str, str]:
    """What the list says each arm is made of, by its name."""
    model = find(desk, QListView, "compare_arms").model()
    rows = [model.index(row, 0) for row in range(model.rowCount())]
    return {str(index.data()): str(index.data(LINES)[0]) for index in rows}


def read_questions(desk: Desk, path: Path) -> None:
    """Let the job that reads the questions do its work, here."""
    job = desk.jobs.of(READ_QUESTIONS)[-1]
    job.finish(read_question_files(RecordingContext(), ReadQuestionsRequest.model_validate(job.spec.params)))


def texts(desk: Desk) -> str:
    return "\n".join(label.text() for label in desk.tab.findChildren(QLabel) if label.isVisible())


def test_that_a_dropped_file_shows_its_questions(desk: Desk, questions_file: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(questions_file))])
    desk.tab.dropEvent(
        QDropEvent(
            QPointF(9, 9), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
    )
    read_questions(desk, questions_file)
    assert "sums.jsonl (JSONL) · not saved" in find(desk, QComboBox, "compare_sets").currentText()
    assert "12 questions · 12 name their sources · 1 row left out" in texts(desk)
    assert "row 13: the question is empty" in texts(desk)


def test_that_a_file_without_questions_is_explained(desk: Desk) -> None:
    desk.tab.presenter.open_file("/nowhere/x.csv")
    desk.jobs.last.fail(WorkbenchError("x.csv has no column for the question.", hint="Name it question."))
    assert "x.csv has no column for the question." in texts(desk)
    assert "Name it question." in texts(desk)


def test_that_the_five_standard_arms_are_made_of_what_exists(desk: Desk, qtbot: QtBot) -> None:
    press(desk, "compare_standard")
    assert arms(desk) == {
        "prompt": "starter",
        "few-shot": "starter · 4 examples",
        "rag": "starter · handbook (meaning and words, 5 passages)",
        "tuned": "starter + house-style",
        "tuned + rag": "starter + house-style-rag · handbook (meaning and words, 5 passages)",
    }


def test_that_a_missing_adapter_is_offered_where_it_is_made(desk: Desk, qtbot: QtBot) -> None:
    desk.catalogue = Catalogue(collections=desk.catalogue.collections, datasets=desk.catalogue.datasets)
    desk.tab.presenter.refresh()
    turn_to(desk.tab, "Arms")
    press(desk, "compare_standard")
    assert list(arms(desk)) == ["prompt", "few-shot", "rag"]
    offers = [button for button in desk.tab.findChildren(QPushButton) if button.isVisible() and "→" in button.text()]
    assert [button.text() for button in offers] == ["No adapter for starter yet: tune one on “rows”. → Fine-tune"]
    offers[0].click()
    assert desk.navigator.opened == [("finetune", {"dataset": "rows", "base": "starter"})]


def test_that_an_arm_is_made_in_the_form(desk: Desk, qtbot: QtBot) -> None:
    press(desk, "compare_add")
    name = find(desk, QLineEdit, "compare_arm_name")
    name.selectAll()
    qtbot.keyClicks(name, "mine")  # type: ignore[no-untyped-call]
    qtbot.keyClick(name, Qt.Key.Key_Return)  # type: ignore[no-untyped-call]
    collection = find(desk, QComboBox, "compare_arm_collection")
    collection.setCurrentIndex(collection.findData("handbook"))
    collection.activated.emit(collection.currentIndex())
    assert arms(desk) == {"mine": "starter · handbook (meaning and words, 5 passages)"}
    press(desk, "compare_copy")
    assert list(arms(desk)) == ["mine", "mine 2"]
    press(desk, "compare_remove")
    press(desk, "compare_remove")
    assert arms(desk) == {}
    assert not find(desk, QWidget, "compare_arm_form").isVisible()


def test_that_running_waits_for_questions_and_arms(desk: Desk, qtbot: QtBot, questions_file: Path) -> None:
    run = find(desk, QPushButton, "compare_run")
    assert not run.isEnabled()
    assert "Choose the questions first: a test set, or a file with questions and answers." in texts(desk)
    press(desk, "compare_standard")
    assert not run.isEnabled()
    desk.tab.presenter.open_file(str(questions_file))
    read_questions(desk, questions_file)
    assert run.isEnabled()


def test_that_a_written_comparison_opens_and_is_saved_again(desk: Desk, questions_file: Path, tmp_path: Path) -> None:
    spec = tmp_path / "compare.yaml"
    spec.write_text(
        "name: sums\nquestions: sums.jsonl\nmetrics: [{name: numeric, tolerance: 0.5}]\nseed: 4\n"
        "arms:\n  - {name: rag, model: starter, collection: handbook, retrieval: {mode: text, top_k: 3}}\n",
        encoding="utf-8",
    )
    desk.tab.open_case({"spec": str(spec)})
    read_questions(desk, questions_file)
    assert arms(desk) == {"rag": "starter · handbook (words, 3 passages)"}
    desk.tab.presenter.save_setup(str(tmp_path / "again.yaml"))
    assert load_spec(tmp_path / "again.yaml") == load_spec(spec)


def test_that_a_broken_comparison_is_explained(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "compare.yaml").write_text("name: x\narmz: []\n", encoding="utf-8")
    desk.tab.open_case({"spec": str(tmp_path / "compare.yaml")})
    assert "unknown key 'armz' (did you mean 'arms'?)" in texts(desk)


def test_that_the_report_type_survives_its_wire() -> None:
    report = ReadQuestionsReport(path="x", columns=("a",))
    assert ReadQuestionsReport.model_validate(report.model_dump(mode="json")) == report


def test_that_the_foot_is_whole_in_a_narrow_window_with_a_big_font(desk: Desk, qtbot: QtBot) -> None:
    font = desk.tab.font()
    font.setPointSizeF(12.5)
    desk.tab.setFont(font)
    press(desk, "compare_standard")
    narrow = max(720, desk.tab.minimumSizeHint().width())
    desk.tab.resize(narrow, 560)
    run, reason = find(desk, QPushButton, "compare_run"), find(desk, QLabel, "compare_reason")
    qtbot.waitUntil(lambda: desk.tab.width() == narrow)
    assert reason.text() == "Choose the questions first: a test set, or a file with questions and answers."
    assert run.width() >= run.sizeHint().width()
    assert reason.height() >= reason.heightForWidth(reason.width())


def test_that_the_form_of_an_arm_is_never_cut_off(desk: Desk, qtbot: QtBot) -> None:
    font = desk.tab.font()
    font.setPointSizeF(12.5)
    desk.tab.setFont(font)
    desk.tab.resize(780, 560)
    turn_to(desk.tab, "Arms")
    press(desk, "compare_add")
    form = find(desk, QWidget, "compare_arm_form")
    qtbot.waitUntil(form.isVisible)
    room = form.parentWidget()
    assert room is not None
    qtbot.waitUntil(lambda: form.width() <= room.width())
    assert form.width() >= form.minimumSizeHint().width()
