"""A text that is folded away below its title until somebody wants to read it."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from workbench.ui import icons
from workbench.ui.theme import set_role
from workbench.ui.widgets.answer_view import AnswerView

_TALLEST = 260


class TextFold(QWidget):
    """Hidden while there is no text. Button and text are made when they are first seen: most never are."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._view: AnswerView | None = None
        self._button: QPushButton | None = None
        self.setObjectName(name)
        self.hide()

    def show_text(self, title: str, text: str) -> None:
        """Without a text there is nothing to see."""
        self.setVisible(bool(text))
        if not text and self._button is None:
            return
        button = self._button = self._button or self._build_button()
        button.setText(title)
        button.setAccessibleName(title)
        self._text = text
        if self._view is not None and self._view.text() != text:
            self._view.show_plain(text)

    def _build_button(self) -> QPushButton:
        button = QPushButton(self)
        button.setObjectName(f"{self.objectName()}_fold")
        button.setCheckable(True)
        button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        set_role(button, "quiet")
        icons.set_icon(button, "chevron-right", "muted", 12)
        button.toggled.connect(self._on_toggled)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._column.addWidget(button)
        button.show()  # now, not with the next round of events
        return button

    @Slot(bool)
    def _on_toggled(self, is_open: bool) -> None:
        assert self._button is not None, "it toggled"
        icons.set_icon(self._button, "chevron-down" if is_open else "chevron-right", "muted", 12)
        if is_open and self._view is None:
            self._view = AnswerView(self, fits_content=True, tallest=_TALLEST)
            self._view.setObjectName(f"{self.objectName()}_text")
            self._view.setAccessibleName(self._button.text())
            self._view.show_plain(self._text)
            self._column.addWidget(self._view)
        if self._view is not None:
            self._view.setVisible(is_open)
