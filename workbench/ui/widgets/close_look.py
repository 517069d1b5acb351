"""One thing looked at closely, beside the table that it was selected in: built anew for each of them."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QLabel, QPlainTextEdit, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button


class CloseLook(QScrollArea):
    def __init__(self, name: str, spoken: str, parent: QWidget | None = None, *, prefix: str, longest: int) -> None:
        """`prefix`: how the names of its widgets begin; `longest`: characters of a text that a label lays out."""
        super().__init__(parent)
        self._prefix, self._longest = prefix, longest
        self._is_prompt_open = False
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def begin(self) -> tuple[QWidget, QVBoxLayout]:
        """An empty content to fill, and then to be handed to `setWidget`."""
        content = QWidget(self)
        column = QVBoxLayout(content)
        column.setContentsMargins(14, 4, 10, 12)
        column.setSpacing(6)
        return content, column

    def label(self, text: str, role: str, *, wrap: bool = True) -> QLabel:
        label = QLabel(self)
        if wrap:  # a word without end, as small models write them, must not make the panel wider
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setText(text if len(text) <= self._longest else text[: self._longest - 1] + "…")
        label.setWordWrap(wrap)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        if role:
            set_role(label, role)
        return label

    def card(self) -> tuple[QFrame, QVBoxLayout]:
        card = QFrame(self)
        set_role(card, "panel")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(12, 8, 12, 8)
        return card, inside

    def add_prompt(self, column: QVBoxLayout, text: str) -> None:
        """The exact prompt, whole, behind a button; none where there is none."""
        if not text:
            return
        toggle = named_button(
            self,
            f"{self._prefix}_show_prompt",
            self.tr("Show the prompt"),
            "quiet",
            spoken=self.tr("Show the exact prompt"),
        )
        toggle.setCheckable(True)
        prompt = QPlainTextEdit(self)
        prompt.setObjectName(f"{self._prefix}_prompt")
        prompt.setAccessibleName(self.tr("The exact prompt"))
        prompt.setReadOnly(True)
        prompt.setPlainText(text)
        prompt.setMinimumHeight(200)
        prompt.setTabChangesFocus(True)
        set_role(prompt, "code")
        toggle.setChecked(self._is_prompt_open)
        prompt.setVisible(self._is_prompt_open)
        toggle.toggled.connect(prompt.setVisible)
        toggle.toggled.connect(self._on_prompt_toggled)
        column.addWidget(toggle, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(prompt)

    @Slot(bool)
    def _on_prompt_toggled(self, is_open: bool) -> None:
        """It stays open for the next one that is looked at."""
        self._is_prompt_open = is_open
