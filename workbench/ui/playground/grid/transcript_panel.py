"""One answer looked at closely: question, right answer, what was said, how it was scored, the exact prompt."""

from PySide6.QtWidgets import (
    QFrame,
    QVBoxLayout,
    QWidget,
)

from workbench.compare.wording import dollars, percent
from workbench.llm.in_words import adapter_in_words
from workbench.llm.types import FinishReason
from workbench.playground.grid.types import Cell, GridRow
from workbench.scoring.metrics import METRICS
from workbench.ui.playground.grid.state import GridPageState
from workbench.ui.playground.grid.table_model import mark_of
from workbench.ui.widgets.close_look import CloseLook

_LONGEST = 20_000
"""Characters of a text that a label lays out; the exact prompt is shown whole."""


class TranscriptPanel(CloseLook):
    """Of the cell that is selected."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("grid_transcript", parent.tr("Transcript"), parent, prefix="grid", longest=_LONGEST)
        self._shown: tuple[object, ...] = ("nothing yet",)

    def show_state(self, state: GridPageState) -> None:
        results, selected = state.results, state.selected
        outcome = results.outcomes.get(selected) if results is not None and selected is not None else None
        wanted = (results.request if results else None, selected, outcome is None, state.cell, state.cell_trouble)
        if self._shown == wanted:
            return
        self._shown = wanted
        content, column = self.begin()
        if results is None or selected is None:
            column.addWidget(self.label(self.tr("Select a cell to read its transcript."), "muted"))
        else:
            combination, row = selected
            name = results.request.combinations[combination].name
            self._add_question(column, results.request.rows[row])
            column.addWidget(self.label(f"{mark_of(outcome)}  {name}".strip(), "field"))
            if state.cell is not None:
                self._add_answer(column, state.cell)
            elif state.cell_trouble:
                column.addWidget(self.label(state.cell_trouble, "error"))
            elif outcome is None:
                column.addWidget(self.label(self.tr("Not answered yet."), "muted"))
        column.addStretch(1)
        self.setWidget(content)

    def _add_question(self, column: QVBoxLayout, row: GridRow) -> None:
        example = row.example
        column.addWidget(self.label(example.question, "field"))
        right = " / ".join(example.answers) or self.tr("no answer: it should be refused")
        column.addWidget(self.label(self.tr("Right: {}").format(right), "muted"))
        if example.variables:
            filled = "   ".join(f"{name} = {' '.join(value.split())[:80]}" for name, value in example.variables.items())
            column.addWidget(self.label(filled, "small"))

    def _add_answer(self, column: QVBoxLayout, cell: Cell) -> None:
        if cell.problem:
            column.addWidget(self.label(cell.problem, "error"))
            if cell.hint:
                column.addWidget(self.label(cell.hint, "muted"))
        if cell.text or not cell.problem:
            column.addWidget(self._answer(cell))
        for name, judged in cell.scores.items():
            title = METRICS[name].title if name in METRICS else name
            column.addWidget(self.label(f"{title}: {percent(judged.value)}. {judged.explanation}", "muted"))
        if cell.finish_reason is FinishReason.LENGTH:
            column.addWidget(self.label(self.tr("The answer was cut off at its greatest length."), "muted"))
        if cell.usage.prompt_tokens:
            column.addWidget(self.label(self._facts(cell), "small"))
        self.add_prompt(column, cell.prompt)

    def _facts(self, cell: Cell) -> str:
        usage = cell.usage
        facts = [self.tr("{} tokens in, {} out").format(usage.prompt_tokens, usage.generated_tokens)]
        facts += [self.tr("costs {}").format(dollars(cell.cost))] if cell.cost is not None else []
        facts += [self.tr("model {}").format(cell.model_hash[:8])] if cell.model_hash else []
        adapter = adapter_in_words(cell.adapter_hash[:8], cell.adapter_scale)
        facts += [self.tr("adapter {}").format(adapter)] if adapter else []
        return "  ·  ".join(facts)

    def _answer(self, cell: Cell) -> QFrame:
        """The answer that was scored, and below it the text that it was found in where that is more."""
        card, inside = self.card()
        answer = self.label(cell.answer or cell.text or self.tr("(an empty answer)"), "")
        answer.setObjectName("grid_answer")
        inside.addWidget(answer)
        if cell.rule_sentence:
            inside.addWidget(self.label(cell.rule_sentence, "small"))
        if cell.reasoning.strip():
            inside.addWidget(self.label(self.tr("Before it:"), "small"))
            inside.addWidget(self.label(cell.reasoning.strip(), "muted"))
        return card
