"""The fields by which passages are searched and put into a prompt; whoever shows them lays them out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QSizePolicy, QSpinBox, QWidget

from workbench.rag.answer_types import PassageOrder
from workbench.rag.search_types import RetrievalMode
from workbench.ui.widgets.choice_button import ChoiceButton

MODES = {
    RetrievalMode.HYBRID: "Meaning and words",
    RetrievalMode.VECTOR: "Meaning",
    RetrievalMode.TEXT: "Words",
}
ORDERS = {
    PassageOrder.BEST_FIRST: "Best first",
    PassageOrder.BEST_LAST: "Best last, next to the question",
    PassageOrder.EDGES: "Best at both ends",
}
_BROWSE = "\n"
"""Stands for "Choose a folder…" among the cross-encoders: no folder is called so."""


@dataclass(frozen=True, slots=True)
class RetrievalValues:
    mode: RetrievalMode = RetrievalMode.HYBRID
    top_k: int = 5
    reranker: str = ""
    """The folder of a cross-encoder; empty: none."""
    folds_duplicates: bool = False
    also: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    order: PassageOrder = PassageOrder.BEST_FIRST
    passage_tokens: int = 0


@dataclass(frozen=True, slots=True)
class RetrievalChoices:
    """What can be chosen."""

    collections: tuple[str, ...] = ()
    """Others that can be asked at once."""
    folders: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    rerankers: tuple[str, ...] = ()
    """Folders of local cross-encoders."""


class RetrievalFields(QObject):
    """Makes the widgets, fills them without telling it back, and says what the user changed."""

    changed = Signal(dict)
    """Fields of `RetrievalValues`, but for the cross-encoder and the documents."""
    documents_changed = Signal(dict)
    """`folders` or `documents`."""
    reranker_chosen = Signal(str)
    browse_requested = Signal()

    def __init__(self, parent: QWidget, *, least: int = 1) -> None:
        """`least` passages can be asked for."""
        super().__init__(parent)
        self._parent = parent
        self._build_widgets(least)
        self._connect()

    def show_values(self, values: RetrievalValues, choices: RetrievalChoices) -> None:
        for box, value in ((self.mode, values.mode.value), (self.order, values.order.value)):
            with QSignalBlocker(box):
                box.setCurrentIndex(box.findData(value))
        for spin, number in ((self.top_k, values.top_k), (self.tokens, values.passage_tokens)):
            with QSignalBlocker(spin):
                spin.setValue(number)
        self._show_rerankers(choices.rerankers, values.reranker)
        with QSignalBlocker(self.fold):
            self.fold.setChecked(values.folds_duplicates)
        self.also.show_choices([(name, name) for name in choices.collections], values.also)
        self.folders.show_choices([(name, f"{name}/") for name in choices.folders], values.folders)
        self.documents.show_choices([(name, name) for name in choices.documents], values.documents)

    def all_widgets(self) -> tuple[QWidget, ...]:
        return (
            self.mode, self.top_k, self.reranker, self.fold, self.also, self.folders, self.documents, self.order,
            self.tokens,
        )  # fmt: skip

    def _show_rerankers(self, known: Sequence[str], chosen: str) -> None:
        folders = [*known, *([chosen] if chosen and chosen not in known else [])]
        with QSignalBlocker(self.reranker):
            self.reranker.clear()
            self.reranker.addItem(self.tr("Off"), "")
            for folder in folders:
                self.reranker.addItem(Path(folder).name, folder)
                self.reranker.setItemData(self.reranker.count() - 1, folder, Qt.ItemDataRole.ToolTipRole)
            self.reranker.addItem(self.tr("Choose a folder…"), _BROWSE)
            self.reranker.setCurrentIndex(self.reranker.findData(chosen))

    def _build_widgets(self, least: int) -> None:
        self.mode = self._combo("retrieval_mode", self.tr("How passages are found"))
        for mode, words in MODES.items():
            self.mode.addItem(self.tr(words), mode.value)
        self.top_k = self._spin("top_k", self.tr("How many passages"), least, 100)
        self.reranker = self._combo("reranker", self.tr("Model that reads the passages again and orders them"))
        self.reranker.setToolTip(
            self.tr("A cross-encoder reads each passage together with the question: slower, and better at the order")
        )
        self.fold = QCheckBox(self.tr("Fold near-duplicates"), self._parent)
        self.fold.setObjectName("fold_duplicates")
        self.fold.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.fold.setToolTip(self.tr("A passage that says nearly the same as a better one is listed with that one"))
        parent = self._parent
        self.also = ChoiceButton("also", self.tr("No other collection"), self.tr("Further collections"), parent)
        self.folders = ChoiceButton("folders", self.tr("All folders"), self.tr("Folders"), parent)
        self.documents = ChoiceButton("documents", self.tr("All documents"), self.tr("Documents"), parent)
        self.order = self._combo("passage_order", self.tr("Order of the passages in the prompt"))
        for order, words in ORDERS.items():
            self.order.addItem(self.tr(words), order.value)
        self.order.setToolTip(self.tr("Models read the middle of a long prompt worst"))
        self.tokens = self._spin("passage_tokens", self.tr("Tokens that the passages may take"), 0, 1_000_000)
        self.tokens.setSingleStep(256)
        self.tokens.setSpecialValueText(self.tr("as many as fit"))

    def _combo(self, name: str, spoken: str) -> QComboBox:
        box = QComboBox(self._parent)
        box.setObjectName(name)
        box.setAccessibleName(spoken)
        box.setMinimumContentsLength(9)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        return box

    def _spin(self, name: str, spoken: str, least: int, most: int) -> QSpinBox:
        box = QSpinBox(self._parent)
        box.setObjectName(name)
        box.setAccessibleName(spoken)
        box.setRange(least, most)
        box.setKeyboardTracking(False)
        return box

    def _connect(self) -> None:
        self.mode.activated.connect(self._on_mode)
        self.order.activated.connect(self._on_order)
        self.top_k.valueChanged.connect(lambda value: self.changed.emit({"top_k": value}))
        self.tokens.valueChanged.connect(lambda value: self.changed.emit({"passage_tokens": value}))
        self.reranker.activated.connect(self._on_reranker)
        self.fold.toggled.connect(lambda on: self.changed.emit({"folds_duplicates": on}))
        self.also.ticked.connect(lambda names: self.changed.emit({"also": names}))
        self.folders.ticked.connect(lambda names: self.documents_changed.emit({"folders": names}))
        self.documents.ticked.connect(lambda names: self.documents_changed.emit({"documents": names}))

    @Slot(int)
    def _on_mode(self, index: int) -> None:
        self.changed.emit({"mode": RetrievalMode(self.mode.itemData(index))})

    @Slot(int)
    def _on_order(self, index: int) -> None:
        self.changed.emit({"order": PassageOrder(self.order.itemData(index))})

    @Slot(int)
    def _on_reranker(self, index: int) -> None:
        folder = self.reranker.itemData(index)
        if folder == _BROWSE:
            self.browse_requested.emit()
        else:
            self.reranker_chosen.emit(folder)
