"""A list of the models that trainings made, each with what it was made of."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.finetune.perplexity import in_words as perplexity_in_words
from workbench.finetune.types import MadeModel
from workbench.naming import duration_in_words
from workbench.ui.finetune.dates import date_in_words
from workbench.ui.finetune.state import FinetuneState
from workbench.ui.theme import set_role
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable

_LINES = 3
"""Shown at once; further ones are scrolled to."""


class MadeView(QWidget):
    model_selected = Signal(str)
    try_requested = Signal()
    models_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_showing = False
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: FinetuneState) -> None:
        self._is_showing = True
        self._model.show(state.made)
        lines = min(_LINES, len(state.made))
        self._table.setFixedHeight(self._table.horizontalHeader().height() + lines * self._table.rowHeight(0) + 4)
        self._table.select_key(state.selected_made)
        made = state.made_model
        self._words.setText(_in_words(made) if made is not None else "")
        for button in (self._try, self._models):
            button.setEnabled(made is not None)
        self._is_showing = False

    def _build_widgets(self) -> None:
        self._model = RecordTableModel[MadeModel](
            (
                Column("Name", lambda m: m.name, stretch=True),
                Column("Base", lambda m: m.base_name or "from scratch"),
                Column("Data", lambda m: m.dataset_name or "–"),
                Column("Perplexity", _perplexity, align_right=True, sort_key=_perplexity_key),
                Column("Trained", lambda m: date_in_words(m.created), sort_key=lambda m: m.created),
            ),
            key=lambda m: m.name,
        )
        self._table = RecordTable(self._model, parent=self)
        self._table.setObjectName("made_table")
        self._table.setAccessibleName(self.tr("Models that trainings made"))
        self._table.allow_sorting()
        self._words = QLabel(self)
        self._words.setObjectName("made_words")
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        set_role(self._words, "small")
        self._try = self._button(self.tr("Try it"), "made_try", self.tr("Ask the model in the Playground"))
        self._models = self._button(self.tr("Show in Models"), "made_models", self.tr("Show it on the Models tab"))

    def _button(self, text: str, name: str, accessible: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setAccessibleName(accessible)
        return button

    def _build_layout(self) -> None:
        foot = QHBoxLayout()
        foot.setSpacing(10)
        foot.addWidget(self._words, 1)
        foot.addWidget(self._models)
        foot.addWidget(self._try)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._table)
        column.addLayout(foot)

    def _connect(self) -> None:
        self._table.selection_moved.connect(self._on_selected)
        self._try.clicked.connect(self.try_requested)
        self._models.clicked.connect(self.models_requested)

    @Slot(object)
    def _on_selected(self, made: MadeModel | None) -> None:
        if not self._is_showing and made is not None:
            self.model_selected.emit(made.name)


def _perplexity(made: MadeModel) -> str:
    """ "41.2 → 18.9"; a dash where none was measured."""
    return f"{made.gain.before.value:,.4g} → {made.gain.after.value:,.4g}" if made.gain is not None else "–"


def _perplexity_key(made: MadeModel) -> float:
    return made.gain.after.value if made.gain is not None else 0.0


def _in_words(made: MadeModel) -> str:
    """What it comes from, and what it gained."""
    base = f"made of {made.base_name} (SHA-256 {made.base_hash[:8]}…)" if made.base_name else "made from scratch"
    data = f" with “{made.dataset_name}” (SHA-256 {made.dataset_hash[:8]}…)" if made.dataset_name else ""
    held_out = f", held-out loss {made.eval_loss:.3f}" if made.eval_loss is not None else ""
    gain = f" {perplexity_in_words(made.gain)}" if made.gain is not None else ""
    return f"“{made.name}” was {base}{data}: {made.steps:,} steps in {duration_in_words(made.seconds)}{held_out}.{gain}"
