"""What was deleted and can come back: a bar with an undo, for as long as that is possible."""

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from workbench.finetune.removal import RemovedAdapter
from workbench.naming import duration_in_words
from workbench.ui.widgets.undo_bar import UndoBar

INTERVAL_MS = 15_000


class DeletedBar(UndoBar):
    """Hidden while nothing can come back; undoes the last deletion first."""

    restore_requested = Signal(str)
    """The id of the deleted adapter."""
    time_went_by = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__("deleted", parent, spoken=parent.tr("Bring the deleted adapter back"))
        self._removed: tuple[RemovedAdapter, ...] = ()
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self.undo_requested.connect(self._on_undo)
        self._timer.timeout.connect(self._on_time)

    def show_removed(self, removed: Sequence[RemovedAdapter]) -> None:
        """The last deleted one first."""
        self._removed = tuple(removed)
        self.say(self._in_words(removed[0]) if removed else "")
        if removed:
            self._timer.start()
        else:
            self._timer.stop()

    def _in_words(self, last: RemovedAdapter) -> str:
        left = duration_in_words(last.seconds_left())
        text = self.tr("“{}” was deleted. It can come back for {}.").format(last.name, left)
        if len(self._removed) > 1:
            text += self.tr(" Before it: {}.").format(", ".join(f"“{each.name}”" for each in self._removed[1:4]))
        return text

    @Slot()
    def _on_undo(self) -> None:
        if self._removed:
            self.restore_requested.emit(self._removed[0].id)

    @Slot()
    def _on_time(self) -> None:
        self.show_removed(self._removed)
        self.time_went_by.emit()
