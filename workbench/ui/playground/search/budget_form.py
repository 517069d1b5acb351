"""How much a search may spend."""

from functools import partial

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QWidget

from workbench.ui.playground.search.form_parts import Card, number
from workbench.ui.playground.search.state import SearchState


class BudgetForm(Card):
    changed = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._heading.setText(self.tr("The budget"))
        self._build_widgets()
        self._build_layout()
        for name, box in self._boxes.items():
            box.valueChanged.connect(partial(self.changed.emit, name))

    def show_state(self, state: SearchState) -> None:
        for name, box in self._boxes.items():
            with QSignalBlocker(box):
                box.setValue(getattr(state.setup, name))

    def _build_widgets(self) -> None:
        no_limit = self.tr("no limit")
        self._boxes = {
            "generations": number("search_generations", self.tr("Generations"), 0, 1_000_000, 100, self, no_limit),
            "minutes": number("search_minutes", self.tr("Minutes"), 0, 10_000, 5, self, no_limit),
            "max_candidates": number("search_candidates", self.tr("Candidates at most"), 2, 512, 8, self),
            "seed": number("search_seed", self.tr("Seed"), 0, 2**31 - 1, 1, self),
        }
        self._about = self.note()
        self._about.setText(
            self.tr("A generation is one answer, or one text of the writer. What ends first ends the search.")
        )

    def _build_layout(self) -> None:
        for box in self._boxes.values():
            self.form.addRow(box.accessibleName(), box)
        self.form.addRow(self._about)
