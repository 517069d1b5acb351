"""What the cards of the set-up are made of."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QFrame, QLabel, QSizePolicy, QSpinBox, QVBoxLayout, QWidget

from workbench.ui.theme import set_role


class Card(QFrame):
    """A titled panel with a form in it."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "panel")
        self._heading = QLabel(title, self)
        set_role(self._heading, "subtitle")
        self.form = QFormLayout()
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self.form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        self.form.setHorizontalSpacing(14)
        self.form.setVerticalSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(10)
        column.addWidget(self._heading)
        column.addLayout(self.form)

    def note(self, name: str = "", role: str = "small") -> QLabel:
        """A line of explanation."""
        label = QLabel(self)
        label.setObjectName(name)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        set_role(label, role)
        return label


def number(name: str, title: str, low: int, high: int, step: int, parent: QWidget, none: str = "") -> QSpinBox:
    """A spin box that tells of a value when it is typed to its end; the lowest value reads as `none`."""
    box = QSpinBox(parent)
    box.setObjectName(name)
    box.setAccessibleName(title)
    box.setRange(low, high)
    box.setSingleStep(step)
    box.setGroupSeparatorShown(True)
    box.setKeyboardTracking(False)
    box.setFixedWidth(box.fontMetrics().horizontalAdvance("9,999,999,999") + 60)
    if none:
        box.setSpecialValueText(none)
    return box
