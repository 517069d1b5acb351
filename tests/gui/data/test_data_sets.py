"""The Data tab: what is saved, and rows with passages made of it."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QLabel, QLineEdit, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from tests.gui.acting import click as click_on
from tests.gui.acting import find
from tests.gui.data.tab_given import Around, FakeCollections, answer, choose, click, open_tab, save_rows, texts
from workbench.datasets.rows_file import write_rows
from workbench.datasets.types import RowProblem, TrainingRow
from workbench.llm.types import ChatMessage, Role
from workbench.rag.training_row_types import GroundReport, GroundRequest
from workbench.ui.data.conversation_view import ConversationView
from workbench.ui.data.import_part import PREPARE
from workbench.ui.data.passages_part import GROUND_ROWS
from workbench.ui.widgets.empty_state import EmptyState


def test_that_deleting_asks_first_and_keep_keeps(qtbot: QtBot, around: Around) -> None:
    save_rows(around, "house")
    tab = open_tab(qtbot, around)
    click(tab, "data_delete")
    assert find(tab, QFrame, "delete_question").isVisible()
    click(tab, "delete_no")
    assert around.datasets.find("house") is not None
    click(tab, "data_delete")
    click(tab, "delete_yes")
    assert around.datasets.find("house") is None
    assert find(tab, EmptyState, "data_empty").isVisible()


def test_that_rows_whose_file_is_gone_are_said_so(qtbot: QtBot, around: Around) -> None:
    save_rows(around, "house")
    Path(around.datasets.get("house").rows_path).unlink()
    tab = open_tab(qtbot, around)
    assert "gone from the data folder" in find(tab, QFrame, "data_rows_trouble").accessibleName()


def test_that_a_data_set_goes_on_to_fine_tuning(qtbot: QtBot, around: Around) -> None:
    save_rows(around, "house")
    tab = open_tab(qtbot, around)
    click(tab, "data_tune")
    assert around.navigator.opened == [("finetune", {"dataset": "house"})]


def test_that_another_tab_can_open_a_data_set(qtbot: QtBot, around: Around) -> None:
    save_rows(around, "first")
    save_rows(around, "second", 25)
    tab = open_tab(qtbot, around)
    tab.open_case({"dataset": "first"})
    assert tab.presenter.state.selected == "first"


def test_that_the_arrow_keys_walk_through_the_rows(qtbot: QtBot, around: Around) -> None:
    save_rows(around, "house")
    tab = open_tab(qtbot, around)
    table = find(tab, QTableView, "dataset_rows")
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Down)
    assert find(tab.library, ConversationView).shown_texts() == ["Where is 2?", "In box 2."]


def test_that_without_a_collection_the_documents_tab_is_offered(qtbot: QtBot, around: Around) -> None:
    save_rows(around, "house")
    tab = open_tab(qtbot, around)
    click(tab, "data_passages")
    click_on(find(tab.passages, QPushButton, "empty_state_action"))
    assert around.navigator.opened == [("documents", {})]


def test_that_a_collection_that_came_later_is_offered(qtbot: QtBot, around: Around) -> None:
    save_rows(around, "house")
    around.collections.names = ["handbook"]
    tab = open_tab(qtbot, around)
    click(tab, "data_passages")
    around.collections.names = ["letters", "handbook"]
    tab.hide()
    tab.show()
    box = find(tab, QComboBox, "passages_collection")
    assert [box.itemText(n) for n in range(box.count())] == ["letters", "handbook"]
    assert box.currentText() == "handbook", "what was chosen stays"
    around.collections.names = ["letters"]
    tab.hide()
    tab.show()
    assert box.currentText() == "letters"


def test_that_rows_with_passages_are_saved_and_the_left_out_ones_shown(qtbot: QtBot, around: Around) -> None:
    around.collections = FakeCollections("handbook", "letters")
    save_rows(around, "house", document="boxes.md")
    tab = open_tab(qtbot, around)
    click(tab, "data_passages")
    choose(find(tab, QComboBox, "passages_collection"), "letters")
    assert find(tab, QLineEdit, "passages_name").text() == "house with passages"
    assert find(tab, QCheckBox, "passages_quoted").isChecked()
    click(tab, "passages_make")
    job = around.jobs.of(GROUND_ROWS)[-1]
    request = GroundRequest.model_validate(job.spec.params)
    assert request.collection.name == "letters"
    assert (len(request.rows), request.rows[0].source) == (30, "boxes.md")
    out = Path(request.out)
    out.write_text(
        '{"messages": [{"role": "user", "content": "[1] A box. Where?"},'
        ' {"role": "assistant", "content": "In 1. [1]"}]}\n',
        "utf-8",
    )
    missing = RowProblem(row=7, message="The answer 'In box 7.' was not found in any chunk.")
    job.finish(GroundReport(path=str(out), rows=1, problems=(missing,)))
    answer(around.jobs.of(PREPARE)[-1])
    made = around.datasets.get("house with passages")
    assert (made.row_count, made.problem_count, made.origin) == (1, 1, "house, with passages of letters")
    assert "Saved “house with passages” with 1 row." in find(tab, QLabel, "passages_made").text()
    assert texts(find(tab, QTableView, "passages_left_out"), 0) == ["7"]
    assert not out.exists()


def test_that_no_row_with_a_passage_is_said_plainly(qtbot: QtBot, around: Around, tmp_path: Path) -> None:
    around.collections = FakeCollections("handbook")
    save_rows(around, "house")
    tab = open_tab(qtbot, around)
    click(tab, "data_passages")
    click(tab, "passages_make")
    around.jobs.last.finish(GroundReport(path=str(tmp_path / "none.jsonl"), rows=0))
    assert "No answer was found in the collection “handbook”" in find(tab, QFrame, "passages_trouble").accessibleName()
    assert find(tab, QPushButton, "passages_make").isEnabled()


def test_that_rows_written_by_hand_are_shown_as_they_are(qtbot: QtBot, around: Around, tmp_path: Path) -> None:
    messages = (ChatMessage(role=Role.USER, content="<b>x</b>"), ChatMessage(role=Role.ASSISTANT, content="&amp;"))
    write_rows([TrainingRow(messages=messages)], tmp_path)
    around.datasets.save("markup", [TrainingRow(messages=messages, number=1)])
    tab = open_tab(qtbot, around)
    labels = [label for label in tab.library.findChildren(QLabel) if label.text() in ("<b>x</b>", "&amp;")]
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}
    assert len(labels) == 2
