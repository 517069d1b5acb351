"""A place to drop files and folders on, with buttons for those who do not drag."""

from PySide6.QtCore import QMimeData, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from workbench.ui import icons
from workbench.ui.theme import set_role, tokens_of
from workbench.ui.widgets.file_dialogs import OpenDialog
from workbench.ui.widgets.named_button import named_button


def paths_of(data: QMimeData) -> list[str]:
    """The local files and folders that are being dragged."""
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile()]


class DropArea(QFrame):
    """Says what can be dropped; `paths_chosen` tells what was, however it was chosen."""

    paths_chosen = Signal(list)

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_over = False
        self._build_widgets(text)
        self._build_layout()
        self._connect()

    def show_enabled(self, enabled: bool) -> None:
        """While a job runs nothing can be added."""
        self.setAcceptDrops(enabled)
        self._files.setEnabled(enabled)
        self._folder.setEnabled(enabled)

    @Slot()
    def choose_files(self) -> None:
        """Open the file dialog."""
        self._open_dialog(self.tr("Add files"), QFileDialog.FileMode.ExistingFiles)

    @Slot()
    def choose_folder(self) -> None:
        self._open_dialog(self.tr("Add a folder"), QFileDialog.FileMode.Directory)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if paths_of(event.mimeData()):
            self._show_over(True)
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._show_over(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._show_over(False)
        event.acceptProposedAction()
        self.paths_chosen.emit(paths_of(event.mimeData()))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        tokens = tokens_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(tokens.accent_soft if self._is_over else tokens.surface))
        edge = QColor(tokens.accent if self._is_over else tokens.border_strong)
        painter.setPen(QPen(edge, 1.2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 10, 10)
        painter.end()

    def _show_over(self, is_over: bool) -> None:
        self._is_over = is_over
        self.update()

    def _open_dialog(self, title: str, mode: QFileDialog.FileMode) -> None:
        dialog = OpenDialog(self, title, "drop_area_dialog", mode=mode)
        dialog.filesSelected.connect(self._on_selected)
        dialog.open()

    def _build_widgets(self, text: str) -> None:
        self.setObjectName("drop_area")
        self.setAccessibleName(text)
        self.setAcceptDrops(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._icon = QLabel(self)
        icons.set_icon(self._icon, "plus", "muted", 20)
        self._text = QLabel(text, self)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        set_role(self._text, "muted")
        self._files = named_button(self, "add_files", self.tr("Add files…"), spoken=self.tr("Add files"), icon="file")
        self._folder = named_button(
            self, "add_folder", self.tr("Add a folder…"), spoken=self.tr("Add a folder"), icon="folder"
        )

    def _build_layout(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 12, 10)
        row.setSpacing(10)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addWidget(self._files)
        row.addWidget(self._folder)

    def _connect(self) -> None:
        self._files.clicked.connect(self.choose_files)
        self._folder.clicked.connect(self.choose_folder)

    @Slot(list)
    def _on_selected(self, paths: list[str]) -> None:
        self.paths_chosen.emit(paths)
