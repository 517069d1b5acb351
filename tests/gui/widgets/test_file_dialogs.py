"""Asking where a file shall be written: a name without an ending gets that of the chosen kind."""

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from workbench.ui.widgets.file_dialogs import SaveDialog


def test_that_the_ending_follows_the_chosen_kind(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    dialog = SaveDialog(window, "Write it", "write_dialog", ["JSON lines (*.jsonl)", "CSV (*.csv)"])
    assert dialog.defaultSuffix() == "jsonl"
    dialog.filterSelected.emit("CSV (*.csv)")
    assert dialog.defaultSuffix() == "csv"
