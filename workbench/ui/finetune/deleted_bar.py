"""What was deleted and can come back: a bar with an undo, for as long as that is possible."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from workbench.finetune.removal import RemovedAdapter
from workbench.ui.pace import in_words as duration_in_words
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button

INTERVAL_MS = 15_000


class DeletedBar(QFrame):
    """Hidden while nothing can come back; undoes the last deletion first."""

    undo_requested = Signal(str)
    """The id of the deleted adapter."""
    time_went_by = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._removed: tuple[RemovedAdapter, ...] = ()
        self.setObjectName("deleted_bar")
        set_role(self, "message-info")
        self._text = QLabel(self)
        self._text.setObjectName("deleted_text")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._undo = named_button(
            self, "undo_delete", self.tr("Undo"), spoken=self.tr("Bring the deleted adapter back"), icon="undo"
        )
        self._timer = QTimer(self, interval=INTERVAL_MS)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.addWidget(self._text, 1)
        row.addWidget(self._undo)
        self._undo.clicked.connect(self._on_undo)
        self._timer.timeout.connect(self._on_time)
        self.hide()

    def show_removed(self, removed: Sequence[RemovedAdapter]) -> None:
        """The last deleted one first."""
        self._removed = tuple(removed)
        self.setVisible(bool(removed))
        if removed:
            self._say(removed[0], len(removed) - 1)
            self._timer.start()
        else:
            self._timer.stop()

    def _say(self, last: RemovedAdapter, others: int) -> None:
        left = duration_in_words(last.seconds_left())
        text = self.tr("“{}” was deleted. It can come back for {}.").format(last.name, left)
        if others:
            text += self.tr(" Before it: {}.").format(", ".join(f"“{each.name}”" for each in self._removed[1:4]))
        self._text.setText(text)

    @Slot()
    def _on_undo(self) -> None:
        if self._removed:
            self.undo_requested.emit(self._removed[0].id)

    @Slot()
    def _on_time(self) -> None:
        self.show_removed(self._removed)
        self.time_went_by.emit()
