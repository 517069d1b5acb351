"""Which of several turns at the same place is looked at: ‹ 2/3 ›."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from workbench.ui import icons
from workbench.ui.theme import set_role


class BranchSwitch(QWidget):
    before_requested = Signal()
    next_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before = self._tool("chevron-left", self.tr("The version before"), "branch_before")
        self._next = self._tool("chevron-right", self.tr("The next version"), "branch_next")
        self._place = QLabel(self)
        self._place.setObjectName("branch_place")
        set_role(self._place, "small")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for widget in (self._before, self._place, self._next):
            row.addWidget(widget)
        self._before.clicked.connect(self.before_requested)
        self._next.clicked.connect(self.next_requested)

    def show_place(self, number: int, count: int, *, is_free: bool) -> None:
        """`number` of `count`, from 1."""
        self._place.setText(f"{number}/{count}")
        self._before.setEnabled(is_free and number > 1)
        self._next.setEnabled(is_free and number < count)

    def _tool(self, icon: str, text: str, name: str) -> QToolButton:
        button = QToolButton(self)
        icons.set_icon(button, icon, "muted", 16)
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.setToolTip(text)
        return button
