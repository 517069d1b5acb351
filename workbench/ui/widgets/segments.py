"""A row of choices of which one holds."""

from collections.abc import Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QWidget

from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button


class Segments(QFrame):
    chosen = Signal(str)
    """The key of the choice that the person made."""

    def __init__(self, name: str, titles: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        set_role(self, "segments")
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self.buttons: dict[str, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(3, 3, 3, 3)
        row.setSpacing(2)
        for key, title in titles.items():
            button = named_button(self, f"{name}_{key}", title, "segment")
            button.setCheckable(True)
            self._group.addButton(button)
            self.buttons[key] = button
            row.addWidget(button)
        self._group.buttonClicked.connect(self._on_clicked)

    def show_choice(self, key: str) -> None:
        """Show this choice; tells nothing back."""
        if key in self.buttons:
            self.buttons[key].setChecked(True)

    @property
    def choice(self) -> str:
        return next((key for key, button in self.buttons.items() if button.isChecked()), "")

    @Slot()
    def _on_clicked(self) -> None:
        self.chosen.emit(self.choice)
