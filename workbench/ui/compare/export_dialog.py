"""Asking where the results of a comparison shall be written."""

from PySide6.QtWidgets import QWidget

from workbench.ui.widgets.file_dialogs import SaveDialog


def export_dialog(parent: QWidget, title: str, name: str) -> SaveDialog:
    """The ending says as what."""
    kinds = (
        parent.tr("Report (*.html)"),
        parent.tr("Table (*.csv)"),
        parent.tr("Everything, JSON lines (*.jsonl)"),
        parent.tr("Folder that runs it again (*.zip)"),
    )
    return SaveDialog(parent, title, name, kinds)
