"""The end of a log file, to read and to copy."""

from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QTextCursor
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from workbench.ui.theme import set_role
from workbench.ui.widgets.elided_label import ElidedLabel

SHOWN_BYTES = 256 * 1024


def read_end(path: Path, size: int = SHOWN_BYTES) -> str:
    """The last `size` bytes of a text file, from a line's start; a sentence when it cannot be read."""
    try:
        with path.open("rb") as file:
            length = file.seek(0, 2)
            file.seek(max(0, length - size))
            text = file.read().decode("utf-8", errors="replace")
    except OSError as error:
        return f"The log {path.name} cannot be read: {error.strerror}."
    return text.partition("\n")[2] if length > size else text


class LogDialog(QDialog):
    """Does not block; deletes itself when closed."""

    def __init__(self, title: str, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self.setObjectName("log_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Log of {}").format(title))
        self.resize(820, 520)
        self._build_widgets()
        self._build_layout()
        self._connect()
        self._on_refresh()

    def _build_widgets(self) -> None:
        self._place = ElidedLabel(str(self._path), Qt.TextElideMode.ElideMiddle, self)
        set_role(self._place, "small")
        self._text = QPlainTextEdit(self)
        self._text.setObjectName("log_text")
        self._text.setAccessibleName(self.tr("End of the log"))
        self._text.setReadOnly(True)
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        set_role(self._text, "code")
        role = QDialogButtonBox.ButtonRole
        self._buttons = QDialogButtonBox(self)
        self._folder = self._buttons.addButton(self.tr("Open folder"), role.ActionRole)
        self._refresh = self._buttons.addButton(self.tr("Read again"), role.ActionRole)
        self._buttons.addButton(self.tr("Close"), role.RejectRole)

    def _build_layout(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.addWidget(self._place)
        column.addWidget(self._text, 1)
        column.addWidget(self._buttons)

    def _connect(self) -> None:
        self._buttons.rejected.connect(self.close)
        self._refresh.clicked.connect(self._on_refresh)
        self._folder.clicked.connect(self._on_open_folder)

    @Slot()
    def _on_refresh(self) -> None:
        self._text.setPlainText(read_end(self._path))
        self._text.moveCursor(QTextCursor.MoveOperation.End)

    @Slot()
    def _on_open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._path.parent)))
