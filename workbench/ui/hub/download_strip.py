"""One download: how far it is, how fast, how long still, and what can be done with it."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from workbench.ui.hub.state import DownloadRow, Phase
from workbench.ui.theme import set_role
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.named_button import named_button

_STEPS = 1000


class DownloadStrip(QFrame):
    """Knows its key and asks for what the user wants of it."""

    pause_requested = Signal(str)
    resume_requested = Signal(str)
    cancel_requested = Signal(str)
    try_requested = Signal(str)

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self.setObjectName(f"download_{key}")
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_row(self, row: DownloadRow) -> None:
        self._name.setText(row.name)
        self._figures.setText(row.figures)
        self._show_bar(row)
        self._note.setText(self._note_of(row))
        self._note.setVisible(bool(self._note.text()))
        set_role(self._note, "error" if row.phase is Phase.FAILED else "small")
        self._pause.setVisible(row.phase in {Phase.RUNNING, Phase.PAUSING})
        self._pause.setEnabled(row.can_pause)
        self._resume.setVisible(row.can_resume)
        self._try.setVisible(row.phase is Phase.DONE)
        self._cancel.setText(self.tr("Hide") if row.phase is Phase.DONE else self.tr("Cancel"))
        self._cancel.setAccessibleName(f"{self._cancel.text()} {row.name}")
        self.setAccessibleName(f"{row.name}: {row.figures} {self._note.text()}".strip())

    def _show_bar(self, row: DownloadRow) -> None:
        is_known = row.total > 0
        self._bar.setVisible(row.phase is not Phase.DONE)
        self._bar.setRange(0, _STEPS if is_known or not row.is_live else 0)
        if is_known:
            self._bar.setValue(round(_STEPS * min(1.0, row.done / row.total)))

    def _note_of(self, row: DownloadRow) -> str:
        if row.phase is Phase.FAILED and row.trouble is not None:
            return f"{row.trouble.text} {row.trouble.hint}".strip()
        return row.note

    def _build_widgets(self) -> None:
        set_role(self, "strip")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._name = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle, parent=self)
        self._name.setObjectName("download_name")
        set_role(self._name, "field")
        self._figures, self._note = QLabel(self), QLabel(self)
        self._figures.setObjectName("download_figures")
        self._note.setObjectName("download_note")
        set_role(self._figures, "muted")
        for label in (self._figures, self._note):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._note.setWordWrap(True)
        self._bar = QProgressBar(self)
        self._bar.setObjectName("download_progress")
        self._bar.setAccessibleName(self.tr("Progress"))
        self._bar.setTextVisible(False)
        self._pause = named_button(self, "download_pause", self.tr("Pause"))
        self._resume = named_button(self, "download_resume", self.tr("Resume"), icon="play")
        self._try = named_button(self, "download_try", self.tr("Try it"), icon="playground")
        self._cancel = named_button(self, "download_cancel", self.tr("Cancel"), "quiet")

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._name, 1)
        head.addWidget(self._figures)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addLayout(head)
        words.addWidget(self._bar)
        words.addWidget(self._note)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 8, 8)
        row.setSpacing(8)
        row.addLayout(words, 1)
        for button in (self._try, self._resume, self._pause, self._cancel):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)

    def _connect(self) -> None:
        self._pause.clicked.connect(self._on_pause)
        self._resume.clicked.connect(self._on_resume)
        self._cancel.clicked.connect(self._on_cancel)
        self._try.clicked.connect(self._on_try)

    @Slot()
    def _on_pause(self) -> None:
        self.pause_requested.emit(self._key)

    @Slot()
    def _on_resume(self) -> None:
        self.resume_requested.emit(self._key)

    @Slot()
    def _on_cancel(self) -> None:
        self.cancel_requested.emit(self._key)

    @Slot()
    def _on_try(self) -> None:
        self.try_requested.emit(self._key)
