"""Asking for files, and where one shall be written."""

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from workbench.ui.widgets.file_dialogs import FOLDER, OpenDialog, SaveDialog, files_of


def test_that_the_ending_follows_the_chosen_kind(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    dialog = SaveDialog(window, "Write it", "write_dialog", ["JSON lines (*.jsonl)", "CSV (*.csv)"])
    assert dialog.defaultSuffix() == "jsonl"
    dialog.filterSelected.emit("CSV (*.csv)")
    assert dialog.defaultSuffix() == "csv"


def test_that_a_file_is_asked_for_by_kind_and_any_other_can_be_chosen(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    dialog = OpenDialog(window, "Rows", "rows_dialog", [files_of("Rows", (".csv", ".json"))])
    assert dialog.nameFilters() == ["Rows (*.csv *.json)", "All files (*)"]
    dialog.open()
    with qtbot.waitSignal(dialog.destroyed, timeout=60_000):
        dialog.reject()
    assert OpenDialog(window, "A folder", "folder_dialog", mode=FOLDER).fileMode() is FOLDER
