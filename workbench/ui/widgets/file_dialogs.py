"""Asking for a file or folder that is there, or where a file shall be written. Gone when they are closed."""

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QWidget

FILE, FILES, FOLDER = (
    QFileDialog.FileMode.ExistingFile,
    QFileDialog.FileMode.ExistingFiles,
    QFileDialog.FileMode.Directory,
)


def files_of(kind: str, endings: Sequence[str]) -> str:
    """A filter of a file dialog: "Rows (*.csv *.json)"."""
    return f"{kind} ({' '.join(f'*{ending}' for ending in endings)})"


class OpenDialog(QFileDialog):
    """Connect `fileSelected`, or `filesSelected` where there may be several."""

    def __init__(
        self,
        parent: QWidget,
        title: str,
        name: str,
        filters: Sequence[str] = (),
        *,
        mode: QFileDialog.FileMode = FILE,
    ) -> None:
        """`filters` like "Rows (*.csv)", to which all files are added; none: everything is shown from the beginning."""
        super().__init__(parent, title)
        self.setObjectName(name)
        self.setFileMode(mode)
        if filters:
            self.setNameFilters([*filters, self.tr("All files (*)")])
        self.finished.connect(self.deleteLater)


class SaveDialog(QFileDialog):
    """Gives a name without an ending that of the chosen filter. Connect `fileSelected`."""

    def __init__(self, parent: QWidget, title: str, name: str, filters: Sequence[str]) -> None:
        """`filters` like "Report (*.html)"; the first one is chosen at the beginning."""
        super().__init__(parent, title)
        self.setObjectName(name)
        self.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.setNameFilters(filters)
        self._take_ending(filters[0])
        self.filterSelected.connect(self._take_ending)
        self.finished.connect(self.deleteLater)

    @Slot(str)
    def _take_ending(self, chosen: str) -> None:
        self.setDefaultSuffix(chosen.rsplit("*.", 1)[-1].rstrip(")"))
