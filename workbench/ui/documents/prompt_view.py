"""Exactly what a model was given: a line for each part with its tokens, and the text of every message."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from workbench.rag.answer_types import AnswerPrompt, PassageInPrompt
from workbench.ui import icons
from workbench.ui.theme import set_role
from workbench.ui.widgets.elided_label import ElidedLabel

_TALL = 260


class PromptView(QWidget):
    """Hidden behind a button that says how long the prompt is; filled when it is opened."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._prompt: AnswerPrompt | None = None
        self._is_filled = False
        self._build_widgets()
        self._build_layout()
        self._head.toggled.connect(self._on_toggled)
        self.hide()

    @property
    def head(self) -> QPushButton:
        """The button that opens it, to be put wherever there is room."""
        return self._head

    def show_prompt(self, prompt: AnswerPrompt | None) -> None:
        self._head.setVisible(prompt is not None)
        if prompt is None:
            self._head.setChecked(False)
        if prompt is None or prompt == self._prompt:
            return
        self._prompt, self._is_filled = prompt, False
        room = prompt.context_length - prompt.answer_tokens
        words = self.tr("Prompt: {:,} of {:,} tokens").format(prompt.tokens, room)
        if prompt.left_out:
            words += self.tr(", {} cut").format(len(prompt.left_out))
        self._head.setText(words)
        self._head.setAccessibleName(words)
        left = self.tr("Passages that had no room: {}").format(len(prompt.left_out))
        self._head.setToolTip(left if prompt.left_out else self.tr("Exactly what the model was given"))
        if self._head.isChecked():
            self._fill()

    def _fill(self) -> None:
        assert self._prompt is not None
        self._is_filled = True
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for row, (name, tokens, role) in enumerate(self._rows(self._prompt)):
            label, number = ElidedLabel(name, parent=self._parts), QLabel(tokens, self._parts)
            for one in (label, number):
                set_role(one, role)
            number.setAlignment(Qt.AlignmentFlag.AlignRight)
            self._grid.addWidget(label, row, 0)
            self._grid.addWidget(number, row, 1)
        self._grid.setColumnStretch(0, 1)
        self._text.setPlainText("\n\n".join(f"[{m.role}]\n{m.content}" for m in self._prompt.messages))

    def _rows(self, prompt: AnswerPrompt) -> list[tuple[str, str, str]]:
        rows = [(self.tr("Instruction"), f"{prompt.instruction_tokens:,}", "small")]
        rows += [(f"[{part.number}] {self._where(part)}", f"{part.tokens:,}", "small") for part in prompt.passages]
        rows.append((self.tr("Question and the marks of the chat template"), f"{prompt.question_tokens:,}", "small"))
        rows.append((self.tr("The whole prompt"), f"{prompt.tokens:,}", "field-small"))
        rows.append((self.tr("Kept free for the answer"), f"{prompt.answer_tokens:,}", "small"))
        rows.append((self.tr("What the model can see at once"), f"{prompt.context_length:,}", "small"))
        if prompt.passage_tokens:
            rows.append((self.tr("The passages might take"), f"{prompt.passage_tokens:,}", "small"))
        for part in prompt.left_out:
            rows.append((self.tr("Left out: {}").format(self._where(part)), f"{part.tokens:,}", "warn-small"))
        return rows

    def _where(self, part: PassageInPrompt) -> str:
        where = self.tr("{}, page {}").format(part.document, part.page)
        return f"{part.collection} · {where}" if part.collection else where

    def _build_widgets(self) -> None:
        self.setObjectName("prompt_view")
        self._head = QPushButton(self.parentWidget() or self)
        self._head.setObjectName("show_prompt")
        self._head.setCheckable(True)
        set_role(self._head, "tiny")
        icons.set_icon(self._head, "chevron-right", "muted", 12)
        self._parts = QWidget(self)
        self._parts.setObjectName("prompt_parts")
        self._text = QPlainTextEdit(self)
        self._text.setObjectName("prompt_text")
        self._text.setAccessibleName(self.tr("The prompt"))
        self._text.setReadOnly(True)
        self._text.setFixedHeight(_TALL)
        set_role(self._text, "code")

    def _build_layout(self) -> None:
        self._grid = QGridLayout(self._parts)
        self._grid.setContentsMargins(8, 0, 8, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._parts)
        column.addWidget(self._text)

    @Slot(bool)
    def _on_toggled(self, is_open: bool) -> None:
        icons.set_icon(self._head, "chevron-down" if is_open else "chevron-right", "muted", 12)
        if is_open and not self._is_filled:
            self._fill()
        self.setVisible(is_open)
