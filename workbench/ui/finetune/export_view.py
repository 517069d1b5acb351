"""An export under way, and how it ended: where it lies, how it was proved, or why it was not kept."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.ui.finetune.state import ExportState
from workbench.ui.theme import set_role
from workbench.ui.widgets.job_strip import JobStrip
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.trouble_card import TroubleCard


class ExportView(QWidget):
    """Takes no room while there is nothing to say."""

    stop_requested = Signal()
    folder_requested = Signal()
    dismissed = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._build_widgets()
        self._build_layout()
        self._strip.stop_requested.connect(self.stop_requested)
        self._open.clicked.connect(self.folder_requested)
        self._dismiss.clicked.connect(self.dismissed)

    def show_export(self, export: ExportState | None) -> None:
        self.setVisible(export is not None)
        self._result.setVisible(export is not None and bool(export.result))
        self._text.setText(export.result if export is not None else "")
        self._trouble.show_trouble(export.trouble if export is not None else None)
        if export is None or not export.is_running:
            self._strip.clear()
        elif export.total > 0:
            self._strip.show_progress(export.done, export.total, export.label)
        else:
            self._strip.show_text(export.label)

    def _build_widgets(self) -> None:
        self._strip = JobStrip(self)
        self._trouble = TroubleCard(f"{self._name}_trouble", self)
        self._result = QFrame(self)
        self._result.setObjectName(f"{self._name}_result")
        set_role(self._result, "message-info")
        self._text = QLabel(self._result)
        self._text.setObjectName(f"{self._name}_result_text")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._open = self._button("folder", self.tr("Open folder"), self.tr("Open the folder of the export"))
        self._dismiss = self._button("dismiss", self.tr("Close"), self.tr("Close this message"))
        set_role(self._dismiss, "quiet")

    def _build_layout(self) -> None:
        row = QHBoxLayout(self._result)
        row.setContentsMargins(12, 6, 8, 6)
        row.addWidget(self._text, 1)
        row.addWidget(self._open)
        row.addWidget(self._dismiss)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for part in (self._trouble, self._result, self._strip):
            column.addWidget(part)

    def _button(self, name: str, text: str, accessible: str) -> QPushButton:
        return named_button(self._result, f"{self._name}_{name}", text, spoken=accessible)
