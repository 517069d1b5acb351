"""How a collection is searched and answered from: folded away under a line that says it in a few words."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.rag.answer_types import PassageOrder
from workbench.rag.search_settings_store import SearchSettings
from workbench.ui import icons
from workbench.ui.documents.asking_state import AskingState
from workbench.ui.theme import set_role
from workbench.ui.widgets.choice_button import ChoiceButton
from workbench.ui.widgets.days_fields import DaysFields
from workbench.ui.widgets.retrieval_fields import MODES, ORDERS, RetrievalChoices, RetrievalFields, RetrievalValues
from workbench.ui.widgets.section import Section


class SearchSettingsForm(QWidget):
    changed = Signal(dict)
    """Fields of `SearchSettings` that the user changed."""
    documents_changed = Signal(dict)
    """Fields of its `DocumentFilter`."""
    reranker_chosen = Signal(str)
    browse_requested = Signal()
    reset_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: object = None
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: AskingState) -> None:
        shown = (state.settings, state.choices, state.default_top_k, state.has_chunks)
        if shown == self._shown:
            return
        self._shown = shown
        settings, wanted, choices = state.settings, state.settings.documents, state.choices
        self._fields.top_k.setSpecialValueText(self.tr("{} (as set)").format(state.default_top_k))
        self._fields.show_values(
            RetrievalValues(
                mode=settings.mode,
                top_k=settings.top_k,
                reranker=settings.reranker,
                folds_duplicates=settings.folds_duplicates,
                also=settings.also,
                folders=wanted.folders,
                documents=wanted.documents,
                order=settings.order,
                passage_tokens=settings.passage_tokens,
            ),
            RetrievalChoices(choices.collections, choices.folders, choices.documents, choices.rerankers),
        )
        languages = [(name, f"{name} ({count})") for name, count in choices.languages]
        self._languages.show_choices(languages, wanted.languages)
        self._days.show_days(wanted.since, wanted.until)
        self._reset.setEnabled(settings != SearchSettings())

    # -- building ---------------------------------------------------------------------------------------------------

    def _build_widgets(self) -> None:
        self._fields = RetrievalFields(self, least=0)
        self._languages = ChoiceButton("languages", self.tr("Any language"), self.tr("Languages"), self)
        self._days = DaysFields(parent=self)
        self._reset = QPushButton(self.tr("Back to the defaults"), self)
        self._reset.setObjectName("reset_search_settings")
        set_role(self._reset, "tiny")
        icons.set_icon(self._reset, "undo", "muted", 13)

    def _build_layout(self) -> None:
        body = QWidget(self)
        body.setObjectName("search_settings")
        grid = QGridLayout(body)
        grid.setContentsMargins(4, 2, 4, 6)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        fields = self._fields
        self._row(grid, 0, self.tr("Find by"), fields.mode, self.tr("Passages"), fields.top_k)
        self._row(grid, 1, self.tr("Read again with"), fields.reranker, self.tr("Search also"), fields.also)
        self._row(grid, 2, self.tr("Folders"), fields.folders, self.tr("Documents"), fields.documents)
        self._row(grid, 3, self.tr("Language"), self._languages, "", fields.fold)
        grid.addWidget(self._days, 4, 0, 1, 4)
        self._row(grid, 5, self.tr("Prompt order"), fields.order, self.tr("Passage tokens"), fields.tokens)
        grid.addWidget(self._reset, 6, 0, 1, 4, Qt.AlignmentFlag.AlignRight)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        self.section = Section("search_settings", self.tr("Search settings"), body, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.section)

    def _row(self, grid: QGridLayout, row: int, first: str, one: QWidget, second: str, other: QWidget) -> None:
        for column, (text, widget) in enumerate(((first, one), (second, other))):
            if text:
                label = QLabel(text, self)
                label.setBuddy(widget)
                set_role(label, "muted")
                grid.addWidget(label, row, 2 * column)
            grid.addWidget(widget, row, 2 * column + 1)

    def _connect(self) -> None:
        self._fields.changed.connect(self.changed)
        self._fields.documents_changed.connect(self.documents_changed)
        self._fields.reranker_chosen.connect(self.reranker_chosen)
        self._fields.browse_requested.connect(self._on_browse)
        self._languages.ticked.connect(lambda names: self.documents_changed.emit({"languages": names}))
        self._days.changed.connect(self.documents_changed)
        self._reset.clicked.connect(self.reset_requested)

    @Slot()
    def _on_browse(self) -> None:
        self._shown = None  # whatever comes of it, the box shows what is chosen
        self.browse_requested.emit()


def in_few_words(state: AskingState) -> str:
    """ "Meaning and words · 5 passages · only letters/, since 2024-01-01"."""
    settings, wanted = state.settings, state.settings.documents
    parts = [MODES[settings.mode], f"{state.top_k} passage{'' if state.top_k == 1 else 's'}"]
    parts += [f"read again with {Path(settings.reranker).name}"] if settings.reranker else []
    parts += ["near-duplicates folded"] if settings.folds_duplicates else []
    parts += [f"also {', '.join(settings.also)}"] if settings.also else []
    only = [*(f"{folder}/" for folder in wanted.folders), *wanted.documents, *wanted.languages]
    only += [f"since {wanted.since}"] if wanted.since else []
    only += [f"until {wanted.until}"] if wanted.until else []
    parts += [f"only {', '.join(only[:3])}{f' and {len(only) - 3} more' if len(only) > 3 else ''}"] if only else []
    parts += [ORDERS[settings.order].lower()] if settings.order is not PassageOrder.BEST_FIRST else []
    parts += [f"at most {settings.passage_tokens:,} tokens of passages"] if settings.passage_tokens else []
    return " · ".join(parts)
