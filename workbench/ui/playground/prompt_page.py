"""The Prompt page: the editor of the prompt at the left, what it leads to at the right."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QWidget

from workbench.ui.playground.page import HasFirstField, HasHead
from workbench.ui.tabs import OpensCases
from workbench.ui.widgets.named_button import named_button

_EDITOR_WIDTH = 400


class PromptPage(QWidget):
    """The editor can be folded away, by a button, by keys, or with the edge between the two."""

    def __init__(self, editor: QWidget, conversation: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editor, self.conversation = editor, conversation
        self._build_widgets()
        self._build_layout()
        self._connect()

    def open_case(self, case: dict[str, str]) -> None:
        """Another tab opens this one with a `model`, an `adapter`, a `prompt` or a `version` in hand."""
        if isinstance(self.conversation, OpensCases):
            self.conversation.open_case(case)

    def head(self) -> QWidget:
        return self._head

    def first_field(self) -> QWidget:
        return self.conversation.first_field() if isinstance(self.conversation, HasFirstField) else self.conversation

    def actions(self) -> list[QAction]:
        """What the command palette offers: the page's own, the editor's, the conversation's."""
        return [*super().actions(), *self.editor.actions(), *self.conversation.actions()]

    def _build_widgets(self) -> None:
        self._head = QWidget(self)
        self._toggle = named_button(
            self._head, "toggle_editor", self.tr("Editor"), "quiet", spoken=self.tr("Show the editor of the prompt")
        )
        self._toggle.setCheckable(True)
        self._toggle.setChecked(True)
        self._action = QAction(self.tr("Show or hide the editor of the prompt"), self)
        self._action.setShortcut(QKeySequence("Ctrl+Shift+E"))
        self._action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.addAction(self._action)
        keys = self._action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        self._toggle.setToolTip(f"{self._action.text()}  {keys}")
        self.split = QSplitter(Qt.Orientation.Horizontal, self)
        self.split.setObjectName("playground_split")

    def _build_layout(self) -> None:
        head = QHBoxLayout(self._head)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(2)
        head.addWidget(self._toggle)
        if isinstance(self.conversation, HasHead):
            head.addWidget(self.conversation.head())
        self.split.addWidget(self.editor)
        self.split.addWidget(self.conversation)
        self.split.setStretchFactor(0, 0)
        self.split.setStretchFactor(1, 1)
        self.split.setCollapsible(1, False)
        self.split.setSizes([_EDITOR_WIDTH, 2 * _EDITOR_WIDTH])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.split)

    def _connect(self) -> None:
        self._toggle.clicked.connect(self._on_toggled)
        self._action.triggered.connect(self._toggle.click)
        self.split.splitterMoved.connect(self._on_moved)

    @Slot(bool)
    def _on_toggled(self, wants: bool) -> None:
        """One that was folded with the edge comes back with a width of its own."""
        self.editor.setVisible(wants)
        if wants and self.split.sizes()[0] == 0:
            self.split.setSizes([_EDITOR_WIDTH, max(1, self.split.width() - _EDITOR_WIDTH)])

    @Slot()
    def _on_moved(self) -> None:
        self._toggle.setChecked(self.split.sizes()[0] > 0)
