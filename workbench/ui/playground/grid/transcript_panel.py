"""One answer looked at closely: question, right answer, what was said, how it was scored, the exact prompt."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workbench.compare.wording import dollars, percent
from workbench.llm.types import FinishReason
from workbench.playground.grid.types import Cell, GridRow
from workbench.scoring.metrics import METRICS
from workbench.ui.playground.grid.state import GridPageState
from workbench.ui.playground.grid.table_model import mark_of
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button

_LONGEST = 20_000
"""Characters of a text that a label lays out; the exact prompt is shown whole."""


class TranscriptPanel(QScrollArea):
    """Built anew for every cell that is selected; there is one at a time."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[object, ...] = ("nothing yet",)
        self._is_prompt_open = False
        self.setObjectName("grid_transcript")
        self.setAccessibleName(self.tr("Transcript"))
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_state(self, state: GridPageState) -> None:
        results, selected = state.results, state.selected
        outcome = results.outcomes.get(selected) if results is not None and selected is not None else None
        wanted = (results.request if results else None, selected, outcome is None, state.cell, state.cell_trouble)
        if self._shown == wanted:
            return
        self._shown = wanted
        content = QWidget(self)
        column = QVBoxLayout(content)
        column.setContentsMargins(14, 4, 10, 12)
        column.setSpacing(6)
        if results is None or selected is None:
            column.addWidget(self._label(self.tr("Select a cell to read its transcript."), "muted"))
        else:
            combination, row = selected
            name = results.request.combinations[combination].name
            self._add_question(column, results.request.rows[row])
            column.addWidget(self._label(f"{mark_of(outcome)}  {name}".strip(), "field"))
            if state.cell is not None:
                self._add_answer(column, state.cell)
            elif state.cell_trouble:
                column.addWidget(self._label(state.cell_trouble, "error"))
            elif outcome is None:
                column.addWidget(self._label(self.tr("Not answered yet."), "muted"))
        column.addStretch(1)
        self.setWidget(content)

    def _add_question(self, column: QVBoxLayout, row: GridRow) -> None:
        example = row.example
        column.addWidget(self._label(example.question, "field"))
        right = " / ".join(example.answers) or self.tr("no answer: it should be refused")
        column.addWidget(self._label(self.tr("Right: {}").format(right), "muted"))
        if example.variables:
            filled = "   ".join(f"{name} = {' '.join(value.split())[:80]}" for name, value in example.variables.items())
            column.addWidget(self._label(filled, "small"))

    def _add_answer(self, column: QVBoxLayout, cell: Cell) -> None:
        if cell.problem:
            column.addWidget(self._label(cell.problem, "error"))
            if cell.hint:
                column.addWidget(self._label(cell.hint, "muted"))
        if cell.text or not cell.problem:
            column.addWidget(self._card(cell))
        for name, judged in cell.scores.items():
            title = METRICS[name].title if name in METRICS else name
            column.addWidget(self._label(f"{title}: {percent(judged.value)}. {judged.explanation}", "muted"))
        if cell.finish_reason is FinishReason.LENGTH:
            column.addWidget(self._label(self.tr("The answer was cut off at its greatest length."), "muted"))
        if cell.usage.prompt_tokens:
            column.addWidget(self._label(self._facts(cell), "small"))
        self._add_prompt(column, cell)

    def _facts(self, cell: Cell) -> str:
        usage = cell.usage
        facts = [self.tr("{} tokens in, {} out").format(usage.prompt_tokens, usage.generated_tokens)]
        facts += [self.tr("costs {}").format(dollars(cell.cost))] if cell.cost is not None else []
        facts += [self.tr("model {}").format(cell.model_hash[:8])] if cell.model_hash else []
        facts += [self.tr("adapter {}").format(cell.adapter_hash[:8])] if cell.adapter_hash else []
        return "  ·  ".join(facts)

    def _card(self, cell: Cell) -> QFrame:
        """The answer that was scored, and below it the text that it was found in where that is more."""
        card = QFrame(self)
        set_role(card, "panel")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(12, 8, 12, 8)
        answer = self._label(cell.answer or cell.text or self.tr("(an empty answer)"), "")
        answer.setObjectName("grid_answer")
        inside.addWidget(answer)
        if cell.rule_sentence:
            inside.addWidget(self._label(cell.rule_sentence, "small"))
        if cell.reasoning.strip():
            inside.addWidget(self._label(self.tr("Before it:"), "small"))
            inside.addWidget(self._label(cell.reasoning.strip(), "muted"))
        return card

    def _add_prompt(self, column: QVBoxLayout, cell: Cell) -> None:
        if not cell.prompt:
            return
        toggle = named_button(
            self, "grid_show_prompt", self.tr("Show the prompt"), "quiet", spoken=self.tr("Show the exact prompt")
        )
        toggle.setCheckable(True)
        prompt = QPlainTextEdit(self)
        prompt.setObjectName("grid_prompt")
        prompt.setAccessibleName(self.tr("The exact prompt"))
        prompt.setReadOnly(True)
        prompt.setPlainText(cell.prompt)
        prompt.setMinimumHeight(180)
        prompt.setTabChangesFocus(True)
        set_role(prompt, "code")
        toggle.setChecked(self._is_prompt_open)
        prompt.setVisible(self._is_prompt_open)
        toggle.toggled.connect(prompt.setVisible)
        toggle.toggled.connect(self._on_prompt_toggled)
        row = QHBoxLayout()
        row.addWidget(toggle)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(prompt)

    @Slot(bool)
    def _on_prompt_toggled(self, is_open: bool) -> None:
        """It stays open for the next cell that is looked at."""
        self._is_prompt_open = is_open

    def _label(self, text: str, role: str) -> QLabel:
        label = QLabel(self)
        # A word without end, as small models write them, must not make the panel wider.
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setText(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        if role:
            set_role(label, role)
        return label
