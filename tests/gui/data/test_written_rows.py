"""Rows that a model writes from the passages of a collection, looked at before anything is made of them."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QLabel, QLineEdit, QPushButton, QSpinBox, QTableView
from pytestqt.qtbot import QtBot

from tests.gui.acting import find
from tests.gui.data.tab_given import Around, FakeCollections, click, save_rows
from workbench.database import Database
from workbench.datasets.store import DatasetStore
from workbench.llm.types import ModelKind, ModelRef
from workbench.rag.row_writing import WRITE_ROWS, WriteRowsReport, WriteRowsRequest, WrittenRow
from workbench.rag.training_row_types import GroundRequest
from workbench.ui.data import DataTab, build
from workbench.ui.data.passages_part import GROUND_ROWS

SMALL = ModelRef(name="small", path="/m/small.gguf", parameters=10)
LARGE = ModelRef(name="large", path="/m/large.gguf", parameters=20)
EMBEDDER = ModelRef(name="bert", path="/m/bert.gguf", parameters=99, kind=ModelKind.EMBEDDER)
ROWS = tuple(
    WrittenRow(question=f"Where is {n}?", answer=f"in box {n}", document="boxes.md", passage=f"{n} is in box {n}.")
    for n in range(3)
)


@pytest.fixture
def around(database: Database) -> Around:
    return Around(DatasetStore(database), FakeCollections("handbook"))


def open_page(qtbot: QtBot, around: Around, *, has_rows: bool = True) -> DataTab:
    if has_rows:
        save_rows(around, "house")
    tab = build(
        around.jobs, around.messages, around.navigator, datasets=around.datasets, collections=around.collections,
        models=lambda: (SMALL, LARGE, EMBEDDER),
    )  # fmt: skip
    qtbot.addWidget(tab)
    tab.resize(900, 700)
    tab.show()
    click(tab, "data_passages")
    return tab


def let_write(tab: DataTab, around: Around, report: WriteRowsReport) -> None:
    find(tab, QCheckBox, "passages_writes").click()
    click(tab, "passages_make")
    around.jobs.of(WRITE_ROWS)[-1].finish(report)


def test_that_the_largest_model_that_answers_is_offered(qtbot: QtBot, around: Around) -> None:
    tab = open_page(qtbot, around)
    box = find(tab, QComboBox, "passages_model")
    assert [box.itemText(n) for n in range(box.count())] == ["small", "large"]
    assert box.currentText() == "large"
    assert not box.isEnabled(), "until a model shall write"


def test_that_the_first_data_set_can_come_from_a_collection_alone(qtbot: QtBot, around: Around) -> None:
    tab = open_page(qtbot, around, has_rows=False)
    assert find(tab, QCheckBox, "passages_writes").isChecked()
    assert find(tab, QPushButton, "passages_make").isEnabled()
    click(tab, "passages_make")
    assert around.jobs.of(WRITE_ROWS)


def test_that_written_rows_are_looked_at_and_only_the_taken_ones_used(qtbot: QtBot, around: Around) -> None:
    tab = open_page(qtbot, around)
    find(tab, QSpinBox, "passages_count").setValue(3)
    find(tab, QSpinBox, "passages_without_answer").setValue(20)
    let_write(tab, around, WriteRowsReport(rows=ROWS, rejected=2, read=5))
    request = WriteRowsRequest.model_validate(around.jobs.of(WRITE_ROWS)[-1].spec.params)
    assert (request.model, request.count) == (LARGE, 3)
    assert find(tab, QLabel, "passages_made").text().startswith("3 rows written. 2 were of no use.")
    table = find(tab, QTableView, "written_rows")
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Space)
    assert find(tab, QLabel, "written_count").text() == "2 of 3 are taken"
    assert find(tab, QLineEdit, "passages_name").text() == "handbook with passages"
    click(tab, "passages_make")
    ground = GroundRequest.model_validate(around.jobs.of(GROUND_ROWS)[-1].spec.params)
    assert [row.question for row in ground.rows] == ["Where is 1?", "Where is 2?"]
    assert (ground.rows[0].source, ground.answers_are_quoted, ground.without_answer) == ("boxes.md", True, 0.2)


def test_that_a_row_that_was_left_out_can_be_taken_again(qtbot: QtBot, around: Around) -> None:
    tab = open_page(qtbot, around)
    let_write(tab, around, WriteRowsReport(rows=ROWS, rejected=0, read=3))
    click(tab, "written_toggle")
    assert find(tab, QPushButton, "written_toggle").text() == "Take it"
    click(tab, "written_toggle")
    assert find(tab, QLabel, "written_count").text() == "3 of 3 are taken"
    click(tab, "written_others")
    assert find(tab, QPushButton, "passages_make").text() == "Let it write"


def test_that_a_model_that_wrote_nothing_of_use_is_said(qtbot: QtBot, around: Around) -> None:
    tab = open_page(qtbot, around)
    let_write(tab, around, WriteRowsReport(rows=(), rejected=9, read=9))
    said = find(tab, QFrame, "passages_trouble").accessibleName()
    assert "large wrote no row of use from 9 passages." in said
    assert find(tab, QPushButton, "passages_make").isEnabled()


def test_that_models_that_are_found_later_are_offered(qtbot: QtBot, around: Around) -> None:
    save_rows(around, "house")
    found: list[ModelRef] = []
    tab = build(
        around.jobs, around.messages, around.navigator, datasets=around.datasets, collections=around.collections,
        models=lambda: tuple(found),
    )  # fmt: skip
    qtbot.addWidget(tab)
    tab.show()
    click(tab, "data_passages")
    writes = find(tab, QCheckBox, "passages_writes")
    assert not writes.isEnabled()
    found.append(SMALL)
    tab.presenter.passages.take_models()
    assert writes.isEnabled()
    assert find(tab, QComboBox, "passages_model").currentText() == "small"
