"""Record table, empty state, job strip, elided label."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from tests.gui.acting import click, find
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.empty_state import EmptyState
from workbench.ui.widgets.job_strip import JobStrip
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable


@dataclass(frozen=True)
class File:
    name: str
    size: int


FILES = [File("beta.txt", 10), File("alpha.txt", 9), File("gamma.txt", 200)]
COLUMNS: list[Column[File]] = [
    Column("Name", lambda file: file.name, tooltip=lambda file: f"<{file.name}>"),
    Column("Size", lambda file: str(file.size), align_right=True, sort_key=lambda file: file.size),
]


@pytest.fixture
def model() -> Iterator[RecordTableModel[File]]:
    model = RecordTableModel(COLUMNS, key=lambda file: file.name)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    yield model
    assert tester.model() is model


@pytest.fixture
def table(qtbot: QtBot, model: RecordTableModel[File]) -> RecordTable[File]:
    table = RecordTable(model, "Nothing here")
    qtbot.addWidget(table)
    table.show()
    model.show(FILES)
    return table


def names(model: QAbstractItemModel) -> list[str]:
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_that_columns_show_what_they_say(table: RecordTable[File], model: RecordTableModel[File]) -> None:
    assert names(model) == ["beta.txt", "alpha.txt", "gamma.txt"]
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Size"
    assert model.index(0, 1).data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert model.record(2) == FILES[2]


def test_that_a_tool_tip_is_never_read_as_html(table: RecordTable[File], model: RecordTableModel[File]) -> None:
    assert "&lt;beta.txt&gt;" in model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_that_a_click_on_the_header_sorts_by_value_not_by_letters(
    table: RecordTable[File], model: RecordTableModel[File]
) -> None:
    table.allow_sorting()
    assert names(model) == ["beta.txt", "alpha.txt", "gamma.txt"]
    table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    assert [file.size for file in model.records] == [9, 10, 200]
    table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert [file.size for file in model.records] == [200, 10, 9]
    model.show([*FILES, File("delta.txt", 50)])
    assert [file.size for file in model.records] == [200, 50, 10, 9]


def test_that_the_selection_stays_with_its_record(table: RecordTable[File], model: RecordTableModel[File]) -> None:
    table.select_key("alpha.txt")
    assert table.selected_record() == FILES[1]
    model.show([File("new.txt", 1), FILES[2], replace(FILES[1], size=99), FILES[0]])
    selected = table.selected_record()
    assert selected is not None and selected.name == "alpha.txt" and selected.size == 99
    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert table.selected_record() == selected


def test_that_a_record_that_goes_takes_its_selection_along(
    table: RecordTable[File], model: RecordTableModel[File]
) -> None:
    chosen: list[object] = []
    table.selection_moved.connect(chosen.append)
    table.select_key("alpha.txt")
    model.show([FILES[0], FILES[2]])
    assert table.selected_record() != FILES[1]
    model.show([])
    assert model.rowCount() == 0 and table.selected_record() is None


def test_that_only_what_changed_is_drawn_again(table: RecordTable[File], model: RecordTableModel[File]) -> None:
    changed: list[int] = []
    model.dataChanged.connect(lambda first, last: changed.append(first.row()))
    model.show([FILES[0], replace(FILES[1], size=1), FILES[2]])
    assert changed == [1]


def test_that_rows_that_changed_together_are_told_together(qtbot: QtBot) -> None:
    files = [File(f"{number:03}", 0) for number in range(60)]
    model = RecordTableModel(COLUMNS, key=lambda file: file.name)
    model.show(files)
    told: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))

    def change(*rows: int) -> None:
        model.show([replace(file, size=file.size + 1) if n in rows else file for n, file in enumerate(model.records)])

    change(*range(5, 50))
    change(1, 2, 40)
    change(*range(0, 60, 2))
    assert told == [(5, 49), (1, 2), (40, 40), (0, 58)], "many places are one, views look at all columns for each"
    assert [model.record(row).size for row in (0, 2, 3, 40)] == [1, 2, 0, 3]


def test_that_columns_are_as_wide_as_qt_makes_them(table: RecordTable[File], model: RecordTableModel[File]) -> None:
    model.show([File("i" * number, 10**number) for number in range(80)])
    for column in range(len(COLUMNS)):
        assert table.sizeHintForColumn(column) == QTableView.sizeHintForColumn(table, column)


def test_that_a_model_without_keys_follows_its_rows(qtbot: QtBot) -> None:
    model: RecordTableModel[File] = RecordTableModel(COLUMNS)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for files in (FILES, FILES[:1], [*FILES, *FILES], []):
        model.show(files)
        assert list(model.records) == files
    assert tester.model() is model


def test_that_a_double_click_activates_the_record(table: RecordTable[File], model: RecordTableModel[File]) -> None:
    activated: list[object] = []
    table.record_activated.connect(activated.append)
    table.activated.emit(model.index(2, 0))
    assert activated == [FILES[2]]


def test_that_an_empty_table_draws_its_words(table: RecordTable[File], model: RecordTableModel[File]) -> None:
    model.show([])
    empty = table.viewport().grab().toImage()
    table.set_empty_text("")
    assert table.viewport().grab().toImage() != empty


def test_that_a_hundred_thousand_records_are_shown_at_once(qtbot: QtBot) -> None:
    model = RecordTableModel(COLUMNS, key=lambda file: file.name)
    table = RecordTable(model)
    qtbot.addWidget(table)
    table.show()
    many = [File(f"{number}.txt", number) for number in range(100_000)]
    model.show(many)
    model.show(many[::-1])
    assert model.record(0).size == 99_999


def test_that_an_empty_state_offers_its_action(qtbot: QtBot) -> None:
    state = EmptyState("No documents yet", "Drop some.", "Add documents…", icon="documents")
    qtbot.addWidget(state)
    state.show()
    with qtbot.waitSignal(state.action_requested):
        click(find(state, QPushButton, "empty_state_action"))
    state.show_text("Nothing found", "Try other words.", "")
    assert not find(state, QPushButton, "empty_state_action").isVisible()


def test_that_a_job_strip_shows_progress_and_can_stop(qtbot: QtBot) -> None:
    strip = JobStrip()
    qtbot.addWidget(strip)
    assert not strip.isVisible()
    strip.show_progress(3, 12, "Reading handbook.pdf")
    bar = find(strip, QProgressBar, "job_strip_progress")
    assert strip.isVisible() and bar.value() / bar.maximum() == pytest.approx(0.25)
    assert "Reading handbook.pdf" in {label.text() for label in strip.findChildren(QLabel)}
    with qtbot.waitSignal(strip.stop_requested):
        click(find(strip, QPushButton, "job_strip_stop"))
    strip.show_progress(1, 0, "Nobody knows how long")
    assert bar.maximum() == 0
    strip.show_text("Waits for 'Train'")
    assert not bar.isVisible()
    strip.clear()
    assert not strip.isVisible()


def test_that_a_long_name_is_shortened_and_whole_in_its_tool_tip(qtbot: QtBot) -> None:
    label = ElidedLabel("/a/very/long/path/" * 10 + "<b>.pdf", Qt.TextElideMode.ElideMiddle)
    qtbot.addWidget(label)
    label.resize(120, 20)
    label.show()
    label.grab()
    assert "&lt;b&gt;.pdf" in label.toolTip()
    label.setText("short")
    label.grab()
    assert label.toolTip() == ""


def test_that_columns_fit_the_rows_that_came_after_the_table_was_shown_empty(
    qtbot: QtBot, model: RecordTableModel[File]
) -> None:
    table = RecordTable(model, "Nothing yet")
    qtbot.addWidget(table)
    table.resize(600, 300)
    with qtbot.waitExposed(table):
        table.show()
    table.grab()
    name = File("a name that needs a good deal of room.txt", 1)
    model.show([name])
    qtbot.waitUntil(lambda: table.columnWidth(0) > table.fontMetrics().horizontalAdvance(name.name))


def test_that_columns_give_way_where_the_names_would_be_cut_off_and_come_back(qtbot: QtBot) -> None:
    columns: list[Column[File]] = [
        Column("Name", lambda file: file.name, stretch=True),
        Column("Kind of file", lambda file: "a text", gives_way=True),
        Column("Size in bytes", lambda file: str(file.size), gives_way=True),
        Column("Kept", lambda file: "yes"),
    ]
    model = RecordTableModel(columns)
    table = RecordTable(model)
    qtbot.addWidget(table)
    model.show(FILES)
    table.show()

    def hidden(width: int) -> list[bool]:
        table.resize(width, 200)
        table.grab()
        return [table.isColumnHidden(number) for number in range(4)]

    assert hidden(800) == [False, False, False, False]
    widths = {width: hidden(width) for width in range(800, 100, -20)}
    assert [False, False, True, False] in widths.values(), "the last one goes first"
    assert widths[120] == [False, True, True, False]
    least = 10 * table.fontMetrics().averageCharWidth()
    for width in range(320, 800, 40):
        table.resize(width, 200)
        qtbot.waitUntil(lambda: table.columnWidth(0) > least)
    assert hidden(800) == [False, False, False, False]
