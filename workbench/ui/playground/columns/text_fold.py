"""A text that is folded away below its title until somebody wants to read it."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from workbench.ui import icons
from workbench.ui.theme import set_role
from workbench.ui.widgets.answer_view import AnswerView

_TALLEST = 260


class TextFold(QWidget):
    """Hidden while there is no text. The view of the text is made when it is first unfolded: most never are."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._view: AnswerView | None = None
        self._build_widgets(name)
        self._build_layout()
        self._button.toggled.connect(self._on_toggled)
        self.hide()

    def show_text(self, title: str, text: str) -> None:
        """Without a text there is nothing to see."""
        self.setVisible(bool(text))
        self._button.setText(title)
        self._button.setAccessibleName(title)
        self._text = text
        if self._view is not None and self._view.text() != text:
            self._view.show_plain(text)

    def _build_widgets(self, name: str) -> None:
        self.setObjectName(name)
        self._button = QPushButton(self)
        self._button.setObjectName(f"{name}_fold")
        self._button.setCheckable(True)
        self._button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        set_role(self._button, "quiet")
        icons.set_icon(self._button, "chevron-right", "muted", 12)

    def _build_layout(self) -> None:
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._column.addWidget(self._button)

    @Slot(bool)
    def _on_toggled(self, is_open: bool) -> None:
        icons.set_icon(self._button, "chevron-down" if is_open else "chevron-right", "muted", 12)
        if is_open and self._view is None:
            self._view = AnswerView(self, fits_content=True, tallest=_TALLEST)
            self._view.setObjectName(f"{self.objectName()}_text")
            self._view.setAccessibleName(self._button.text())
            self._view.show_plain(self._text)
            self._column.addWidget(self._view)
        if self._view is not None:
            self._view.setVisible(is_open)
