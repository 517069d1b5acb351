"""One line per training that runs: how far it is, and the way to its page."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.ui.finetune.run_state import Phase, RunState
from workbench.ui.theme import set_role
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.named_button import named_button


class RunLines(QWidget):
    run_chosen = Signal(str)
    run_cancelled = Signal(str)
    run_moved_up = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: dict[str, _RunLine] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self.hide()

    def show_runs(self, runs: tuple[RunState, ...]) -> None:
        names = {run.name for run in runs}
        for name in [name for name in self._lines if name not in names]:
            gone = self._lines.pop(name)
            self._column.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for run in runs:
            if run.name not in self._lines:
                line = _RunLine(run.name, self)
                line.chosen.connect(self.run_chosen)
                line.cancelled.connect(self.run_cancelled)
                line.moved_up.connect(self.run_moved_up)
                self._lines[run.name] = line
        waiting = [run.name for run in runs if run.phase is Phase.QUEUED]
        for place, run in enumerate(runs):
            line = self._lines[run.name]
            if self._column.indexOf(line) != place:
                self._column.insertWidget(place, line)
            line.show_run(run, is_waiting=run.name in waiting, can_move_up=run.name in waiting[1:])
        self.setVisible(bool(runs))


class _RunLine(QFrame):
    chosen = Signal(str)
    cancelled = Signal(str)
    moved_up = Signal(str)

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._name = name
        set_role(self, "strip")
        self._title, self._text = QLabel(self), ElidedLabel(parent=self)
        self._title.setText(name[:40])
        self._text.setObjectName("run_line")
        self._show = named_button(
            self, "run_show", self.tr("Show"), spoken=self.tr("Show the training {}").format(name)
        )
        self._show.clicked.connect(self._on_clicked)
        self._up = named_button(
            self,
            "run_up",
            self.tr("Earlier"),
            spoken=self.tr("Let the training {} begin before the one in front of it").format(name),
        )
        self._up.clicked.connect(self._on_up)
        self._cancel = named_button(
            self,
            "run_line_cancel",
            self.tr("Cancel"),
            spoken=self.tr("Take the training {} out of the queue").format(name),
        )
        self._cancel.clicked.connect(self._on_cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(12)
        row.addWidget(self._title)
        row.addWidget(self._text, 1)
        row.addWidget(self._up)
        row.addWidget(self._cancel)
        row.addWidget(self._show)

    def show_run(self, run: RunState, *, is_waiting: bool, can_move_up: bool) -> None:
        self._text.setText(run.line)
        self._up.setVisible(can_move_up)
        self._cancel.setVisible(is_waiting)

    @Slot()
    def _on_up(self) -> None:
        self.moved_up.emit(self._name)

    @Slot()
    def _on_cancel(self) -> None:
        self.cancelled.emit(self._name)

    @Slot()
    def _on_clicked(self) -> None:
        self.chosen.emit(self._name)
