"""Says plainly when what is asked does not stay in this program."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from workbench.llm.endpoints.models import where_text_goes
from workbench.llm.types import ModelRef
from workbench.ui.theme import set_role


class TextGoes(QLabel):
    """A badge for the chosen model; hidden for a model of this computer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("text_goes")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        set_role(self, "badge")
        self.hide()

    def show_model(self, model: ModelRef | None) -> None:
        self.say(where_text_goes(model) if model is not None else "")

    def say(self, words: str) -> None:
        """What `where_text_goes` says."""
        set_role(self, "badge-warn" if words.startswith("sends") else "badge")
        self.setText(words[:1].upper() + words[1:])
        self.setVisible(bool(words))
        self.updateGeometry()  # the new role may need more room
