"""How a collection is searched and answered from: folded away under a line that says it in a few words."""

from datetime import date
from pathlib import Path

from PySide6.QtCore import QDate, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateEdit,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from workbench.rag.search_settings_store import SearchSettings
from workbench.rag.types import PassageOrder, RetrievalMode
from workbench.ui import icons
from workbench.ui.documents.asking_state import AskingState, SearchChoices
from workbench.ui.documents.choice_button import ChoiceButton
from workbench.ui.theme import set_role
from workbench.ui.widgets.section import Section

_MODES = {
    RetrievalMode.HYBRID: "Meaning and words",
    RetrievalMode.VECTOR: "Meaning",
    RetrievalMode.TEXT: "Words",
}
_ORDERS = {
    PassageOrder.BEST_FIRST: "Best first",
    PassageOrder.BEST_LAST: "Best last, next to the question",
    PassageOrder.EDGES: "Best at both ends",
}
_BROWSE = "\n"
"""Stands for "Choose a folder…" among the cross-encoders: no folder is called so."""


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
        for box, value in ((self._mode, settings.mode.value), (self._order, settings.order.value)):
            with QSignalBlocker(box):
                box.setCurrentIndex(box.findData(value))
        self._show_numbers(settings, state.default_top_k)
        self._show_rerankers(choices, settings.reranker)
        with QSignalBlocker(self._fold):
            self._fold.setChecked(settings.folds_duplicates)
        self._also.show_choices([(name, name) for name in choices.collections], settings.also)
        self._folders.show_choices([(name, f"{name}/") for name in choices.folders], wanted.folders)
        self._documents.show_choices([(name, name) for name in choices.documents], wanted.documents)
        languages = [(name, f"{name} ({count})") for name, count in choices.languages]
        self._languages.show_choices(languages, wanted.languages)
        self._show_day(self._since, self._since_day, wanted.since)
        self._show_day(self._until, self._until_day, wanted.until)
        if wanted.since is not None:
            with QSignalBlocker(self._until_day):
                self._until_day.setMinimumDate(QDate(wanted.since.year, wanted.since.month, wanted.since.day))
        else:
            self._until_day.clearMinimumDate()
        self._reset.setEnabled(settings != SearchSettings())

    def _show_numbers(self, settings: SearchSettings, default_top_k: int) -> None:
        with QSignalBlocker(self._top_k), QSignalBlocker(self._tokens):
            self._top_k.setSpecialValueText(self.tr("{} (as set)").format(default_top_k))
            self._top_k.setValue(settings.top_k)
            self._tokens.setValue(settings.passage_tokens)

    def _show_rerankers(self, choices: SearchChoices, chosen: str) -> None:
        folders = [*choices.rerankers, *([chosen] if chosen and chosen not in choices.rerankers else [])]
        with QSignalBlocker(self._reranker):
            self._reranker.clear()
            self._reranker.addItem(self.tr("Off"), "")
            for folder in folders:
                self._reranker.addItem(Path(folder).name, folder)
                self._reranker.setItemData(self._reranker.count() - 1, folder, Qt.ItemDataRole.ToolTipRole)
            self._reranker.addItem(self.tr("Choose a folder…"), _BROWSE)
            self._reranker.setCurrentIndex(self._reranker.findData(chosen))

    def _show_day(self, box: QCheckBox, edit: QDateEdit, day: date | None) -> None:
        with QSignalBlocker(box), QSignalBlocker(edit):
            box.setChecked(day is not None)
            edit.setEnabled(day is not None)
            if day is not None:
                edit.setDate(QDate(day.year, day.month, day.day))

    # -- building ---------------------------------------------------------------------------------------------------

    def _build_widgets(self) -> None:
        self._mode = self._combo("retrieval_mode", self.tr("How passages are found"))
        for mode, words in _MODES.items():
            self._mode.addItem(self.tr(words), mode.value)
        self._top_k = self._spin("top_k", self.tr("How many passages"), 100)
        self._reranker = self._combo("reranker", self.tr("Model that reads the passages again and orders them"))
        self._reranker.setToolTip(
            self.tr("A cross-encoder reads each passage together with the question: slower, and better at the order")
        )
        self._fold = QCheckBox(self.tr("Fold near-duplicates"), self)
        self._fold.setObjectName("fold_duplicates")
        self._fold.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._fold.setToolTip(self.tr("A passage that says nearly the same as a better one is listed with that one"))
        self._also = ChoiceButton("also", self.tr("No other collection"), self.tr("Further collections"), self)
        self._folders = ChoiceButton("folders", self.tr("All folders"), self.tr("Folders"), self)
        self._documents = ChoiceButton("documents", self.tr("All documents"), self.tr("Documents"), self)
        self._languages = ChoiceButton("languages", self.tr("Any language"), self.tr("Languages"), self)
        self._since, self._since_day = self._day("since", self.tr("Changed since"))
        self._until, self._until_day = self._day("until", self.tr("until"))
        self._order = self._combo("passage_order", self.tr("Order of the passages in the prompt"))
        for order, words in _ORDERS.items():
            self._order.addItem(self.tr(words), order.value)
        self._order.setToolTip(self.tr("Models read the middle of a long prompt worst"))
        self._tokens = self._spin("passage_tokens", self.tr("Tokens that the passages may take"), 1_000_000)
        self._tokens.setSingleStep(256)
        self._tokens.setSpecialValueText(self.tr("as many as fit"))
        self._reset = QPushButton(self.tr("Back to the defaults"), self)
        self._reset.setObjectName("reset_search_settings")
        set_role(self._reset, "tiny")
        icons.set_icon(self._reset, "undo", "muted", 13)

    def _combo(self, name: str, spoken: str) -> QComboBox:
        box = QComboBox(self)
        box.setObjectName(name)
        box.setAccessibleName(spoken)
        box.setMinimumContentsLength(9)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        return box

    def _spin(self, name: str, spoken: str, most: int) -> QSpinBox:
        box = QSpinBox(self)
        box.setObjectName(name)
        box.setAccessibleName(spoken)
        box.setRange(0, most)
        box.setKeyboardTracking(False)
        return box

    def _day(self, name: str, words: str) -> tuple[QCheckBox, QDateEdit]:
        box = QCheckBox(words, self)
        box.setObjectName(name)
        edit = QDateEdit(QDate.currentDate(), self)
        edit.setObjectName(f"{name}_day")
        edit.setAccessibleName(words)
        edit.setCalendarPopup(True)
        edit.setDisplayFormat("yyyy-MM-dd")
        edit.setEnabled(False)
        return box, edit

    def _build_layout(self) -> None:
        body = QWidget(self)
        body.setObjectName("search_settings")
        grid = QGridLayout(body)
        grid.setContentsMargins(4, 2, 4, 6)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        self._row(grid, 0, self.tr("Find by"), self._mode, self.tr("Passages"), self._top_k)
        self._row(grid, 1, self.tr("Read again with"), self._reranker, self.tr("Search also"), self._also)
        self._row(grid, 2, self.tr("Folders"), self._folders, self.tr("Documents"), self._documents)
        self._row(grid, 3, self.tr("Language"), self._languages, "", self._fold)
        grid.addWidget(self._days(), 4, 0, 1, 4)
        self._row(grid, 5, self.tr("Prompt order"), self._order, self.tr("Passage tokens"), self._tokens)
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

    def _days(self) -> QWidget:
        holder = QWidget(self)
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for widget in (self._since, self._since_day, self._until, self._until_day):
            row.addWidget(widget)
        row.addStretch(1)
        return holder

    def _connect(self) -> None:
        self._mode.activated.connect(self._on_mode)
        self._order.activated.connect(self._on_order)
        self._top_k.valueChanged.connect(lambda value: self.changed.emit({"top_k": value}))
        self._tokens.valueChanged.connect(lambda value: self.changed.emit({"passage_tokens": value}))
        self._reranker.activated.connect(self._on_reranker)
        self._fold.toggled.connect(lambda on: self.changed.emit({"folds_duplicates": on}))
        self._also.ticked.connect(lambda names: self.changed.emit({"also": names}))
        self._folders.ticked.connect(lambda names: self.documents_changed.emit({"folders": names}))
        self._documents.ticked.connect(lambda names: self.documents_changed.emit({"documents": names}))
        self._languages.ticked.connect(lambda names: self.documents_changed.emit({"languages": names}))
        for box in (self._since, self._until):
            box.toggled.connect(self._on_days)
        for edit in (self._since_day, self._until_day):
            edit.dateChanged.connect(self._on_days)
        self._reset.clicked.connect(self.reset_requested)

    @Slot(int)
    def _on_mode(self, index: int) -> None:
        self.changed.emit({"mode": RetrievalMode(self._mode.itemData(index))})

    @Slot(int)
    def _on_order(self, index: int) -> None:
        self.changed.emit({"order": PassageOrder(self._order.itemData(index))})

    @Slot(int)
    def _on_reranker(self, index: int) -> None:
        folder = self._reranker.itemData(index)
        if folder == _BROWSE:
            self._shown = None  # whatever comes of it, the box shows what is chosen
            self.browse_requested.emit()
        else:
            self.reranker_chosen.emit(folder)

    @Slot()
    def _on_days(self) -> None:
        since = _day_of(self._since, self._since_day)
        until = _day_of(self._until, self._until_day)
        if since is not None and until is not None and until < since:
            until = since
        self.documents_changed.emit({"since": since, "until": until})


def _day_of(box: QCheckBox, edit: QDateEdit) -> date | None:
    if not box.isChecked():
        return None
    day = edit.date()
    return date(day.year(), day.month(), day.day())


def in_few_words(state: AskingState) -> str:
    """ "Meaning and words · 5 passages · only letters/, since 2024-01-01"."""
    settings, wanted = state.settings, state.settings.documents
    parts = [_MODES[settings.mode], f"{state.top_k} passage{'' if state.top_k == 1 else 's'}"]
    parts += [f"read again with {Path(settings.reranker).name}"] if settings.reranker else []
    parts += ["near-duplicates folded"] if settings.folds_duplicates else []
    parts += [f"also {', '.join(settings.also)}"] if settings.also else []
    only = [*(f"{folder}/" for folder in wanted.folders), *wanted.documents, *wanted.languages]
    only += [f"since {wanted.since}"] if wanted.since else []
    only += [f"until {wanted.until}"] if wanted.until else []
    parts += [f"only {', '.join(only[:3])}{f' and {len(only) - 3} more' if len(only) > 3 else ''}"] if only else []
    parts += [_ORDERS[settings.order].lower()] if settings.order is not PassageOrder.BEST_FIRST else []
    parts += [f"at most {settings.passage_tokens:,} tokens of passages"] if settings.passage_tokens else []
    return " · ".join(parts)
