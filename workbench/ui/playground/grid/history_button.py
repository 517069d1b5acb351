"""Opens one of the grids that were begun before."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from workbench.ui.playground.grid.state import HistoryLine


class HistoryButton(QPushButton):
    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: Sequence[HistoryLine] = ()
        self.setObjectName("grid_history")
        self.setText(self.tr("Earlier grids"))
        self.setAccessibleName(self.tr("Earlier grids"))
        self.clicked.connect(self._on_clicked)

    def show_lines(self, lines: Sequence[HistoryLine]) -> None:
        self._lines = lines
        self.setEnabled(bool(lines))

    @Slot()
    def _on_clicked(self) -> None:
        menu = QMenu(self)
        menu.setObjectName("grid_history_menu")
        for line in self._lines:
            menu.addAction(line.text.replace("&", "&&")).setData(line.id)
        menu.triggered.connect(self._on_chosen)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(self.rect().topLeft()))

    @Slot(object)
    def _on_chosen(self, action: object) -> None:
        if isinstance(action, QAction):
            self.chosen.emit(int(action.data()))
