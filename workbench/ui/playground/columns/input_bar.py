"""The one input of all columns, with Run and Stop."""

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from workbench.ui.playground.columns.state import ColumnsState
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button

_HEIGHT = 72


class InputBar(QWidget):
    edited = Signal(str)
    run_requested = Signal()
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: ColumnsState) -> None:
        # Without telling it back, and not at all while it is the same: the cursor stays.
        if self._text.toPlainText() != state.question:
            with QSignalBlocker(self._text):
                self._text.setPlainText(state.question)
        several = len(state.columns) > 1
        self._text.setPlaceholderText(
            self.tr("Ask something, or paste a text. It goes to all columns at once.") if several
            else self.tr("Ask something, or paste a text and say what to do with it.")
        )  # fmt: skip
        self._run.setVisible(not state.is_running)
        self._run.setEnabled(state.can_run)
        self._stop.setVisible(state.is_running)
        self._reason.setText("" if state.has_no_model else state.not_ready)
        self._reason.setVisible(bool(self._reason.text()))

    def take_focus(self) -> None:
        self._text.setFocus()

    def first_field(self) -> QWidget:
        return self._text

    def _build_widgets(self) -> None:
        self._text = QPlainTextEdit(self)
        self._text.setObjectName("prompt")
        self._text.setAccessibleName(self.tr("Input"))
        self._text.setTabChangesFocus(True)
        self._text.setFixedHeight(_HEIGHT)
        self._run = named_button(self, "run_prompt", self.tr("Run"), "primary", icon="play")
        self._stop = named_button(self, "stop_answer", self.tr("Stop"), "danger", icon="stop")
        self._run.setToolTip(self.tr("Ctrl+Enter"))
        self._stop.setToolTip(self.tr("Esc"))
        self._reason = QLabel(self)
        self._reason.setObjectName("run_reason")
        self._reason.setWordWrap(True)
        set_role(self._reason, "error")

    def _build_layout(self) -> None:
        buttons = QVBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._stop)
        buttons.addWidget(self._run)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._text, 1)
        row.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._reason)
        column.addLayout(row)

    def _connect(self) -> None:
        self._text.textChanged.connect(self._on_changed)
        self._run.clicked.connect(self.run_requested)
        self._stop.clicked.connect(self.stop_requested)

    @Slot()
    def _on_changed(self) -> None:
        self.edited.emit(self._text.toPlainText())
