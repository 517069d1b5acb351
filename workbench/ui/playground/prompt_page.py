"""The Prompt page: the editor of the prompt at the left, what it leads to at the right."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QWidget

from workbench.ui.playground.page import HasHead
from workbench.ui.tabs import OpensCases


class PromptPage(QWidget):
    """`editor` can be folded away; it is None while there is nothing to edit but the conversation itself."""

    def __init__(self, editor: QWidget | None, conversation: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editor, self.conversation = editor, conversation
        self._build_layout()
        self.setFocusProxy(conversation)

    def open_case(self, case: dict[str, str]) -> None:
        """Another tab opens this one with a `model`, an `adapter` or a `prompt` in hand."""
        if isinstance(self.conversation, OpensCases):
            self.conversation.open_case(case)

    def head(self) -> QWidget:
        return self.conversation.head() if isinstance(self.conversation, HasHead) else QWidget(self)

    def _build_layout(self) -> None:
        self.split = QSplitter(Qt.Orientation.Horizontal, self)
        self.split.setObjectName("playground_split")
        if self.editor is not None:
            self.split.addWidget(self.editor)
            self.split.setStretchFactor(0, 2)
        self.split.addWidget(self.conversation)
        self.split.setStretchFactor(self.split.count() - 1, 3)
        self.split.setCollapsible(self.split.count() - 1, False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.split)
