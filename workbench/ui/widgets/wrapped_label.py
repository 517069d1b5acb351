"""A label for sentences: plain text that wraps at whatever width there is, and never asks for more."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from workbench.ui.theme import set_role


class WrappedLabel(QLabel):
    def __init__(self, text: str = "", role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        # In this order: wrapping adds to the policy that the height follows from the width.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setWordWrap(True)
        if role:
            set_role(self, role)
