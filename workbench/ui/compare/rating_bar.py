"""Buttons that rate an answer: right, partly right, wrong, or 1 to 5; the keys of the same numbers do it too."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from workbench.compare.judge.types import AnswerRating, RatingScale
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button


class RatingBar(QWidget):
    rated = Signal(object)
    """The value, 0 to 1; None: cannot say."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._scale: RatingScale | None = None
        self._buttons: list[QPushButton] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(6)

    def show_rating(self, scale: RatingScale, rating: AnswerRating | None) -> None:
        """The buttons of a scale, the one pressed that was chosen."""
        if scale is not self._scale:
            self._build(scale)
        chosen = None if rating is None else rating.value
        for button in self._buttons:
            button.setChecked(rating is not None and button.property("value") == chosen)

    def press(self, number: int) -> None:
        """The key of that number; 0: cannot say."""
        place = len(self._buttons) - 1 if number == 0 else number - 1
        if 0 <= place < len(self._buttons) and self.isEnabled():
            self._buttons[place].click()

    def _build(self, scale: RatingScale) -> None:
        while (item := self._row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self._scale, self._buttons = scale, []
        words = (
            (self.tr("Right"), self.tr("Partly"), self.tr("Wrong"))
            if scale is RatingScale.STEPS
            else ("1", "2", "3", "4", "5")
        )
        for number, (text, value) in enumerate(zip(words, scale.values, strict=True), 1):
            self._add(text, value, f"{self._name}_{number}", self.tr("Rate: {} (key {})").format(text, number))
        self._add(self.tr("Can't say"), None, f"{self._name}_0", self.tr("I cannot say (key 0)"))
        set_role(self._buttons[-1], "quiet")
        self._row.addStretch(1)

    def _add(self, text: str, value: float | None, name: str, accessible: str) -> None:
        button = named_button(self, name, text, tip=accessible)
        button.setCheckable(True)
        button.setProperty("value", value)
        button.clicked.connect(self._on_clicked)
        self._buttons.append(button)
        self._row.addWidget(button)

    @Slot()
    def _on_clicked(self) -> None:
        self.rated.emit(self.sender().property("value"))
