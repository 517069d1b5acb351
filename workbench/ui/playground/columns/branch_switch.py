"""Which of several turns at the same place is looked at: ‹ 2/3 ›."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from workbench.ui.theme import set_role
from workbench.ui.widgets.tool_button import tool_button


class BranchSwitch(QWidget):
    before_requested = Signal()
    next_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before = tool_button(self, "branch_before", self.tr("The version before"), "chevron-left")
        self._next = tool_button(self, "branch_next", self.tr("The next version"), "chevron-right")
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
