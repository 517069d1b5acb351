"""One line per training that runs: how far it is, and the way to its page."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.ui.finetune.state import RunState
from workbench.ui.theme import set_role
from workbench.ui.widgets.elided_label import ElidedLabel


class RunLines(QWidget):
    run_chosen = Signal(str)

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
                self._lines[run.name] = line
                self._column.addWidget(line)
            self._lines[run.name].show_run(run)
        self.setVisible(bool(runs))


class _RunLine(QFrame):
    chosen = Signal(str)

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._name = name
        set_role(self, "strip")
        self._title, self._text = QLabel(self), ElidedLabel(parent=self)
        self._title.setText(name[:40])
        self._text.setObjectName("run_line")
        self._show = QPushButton(self.tr("Show"), self)
        self._show.setObjectName("run_show")
        self._show.setAccessibleName(self.tr("Show the training {}").format(name))
        self._show.clicked.connect(self._on_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(12)
        row.addWidget(self._title)
        row.addWidget(self._text, 1)
        row.addWidget(self._show)

    def show_run(self, run: RunState) -> None:
        self._text.setText(run.line)

    @Slot()
    def _on_clicked(self) -> None:
        self.chosen.emit(self._name)
