"""A box of choices, some of which cannot be taken and say why."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QWidget

from workbench.ui.widgets.elided_combo import ElidedComboBox

FILE = "\n"
"""The value that stands for "A file…": nothing is called so."""


@dataclass(frozen=True, slots=True)
class Choice:
    text: str
    value: str
    tip: str = ""
    refused: str = ""
    """Why it cannot be taken; empty when it can."""


class ChoiceBox(ElidedComboBox):
    def __init__(self, name: str, spoken: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, name, spoken, fewest=7)

    @property
    def value(self) -> str:
        return str(self.currentData() or "")

    def show_choices(self, choices: Sequence[Choice], chosen: str) -> None:
        """With one of them chosen; something chosen that is not among them is added, so that it can be left."""
        if chosen not in [choice.value for choice in choices]:
            choices = [*choices, Choice(chosen, chosen)]
        with QSignalBlocker(self):
            self.clear()
            for number, choice in enumerate(choices):
                refused = f"  ·  {choice.refused}" if choice.refused else ""
                self.addItem(f"{choice.text}{refused}", choice.value)
                self.setItemData(number, choice.tip or choice.refused or None, Qt.ItemDataRole.ToolTipRole)
                if choice.refused and choice.value != chosen:
                    self._refuse(number)
            self.setCurrentIndex(self.findData(chosen))

    def _refuse(self, number: int) -> None:
        rows = self.model()
        assert isinstance(rows, QStandardItemModel)
        rows.item(number).setEnabled(False)
