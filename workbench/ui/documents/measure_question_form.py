"""One question: its words, what answers it, and passages to mark."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from workbench.datasets.test_sets.types import Review
from workbench.rag.evaluation.measures import holds
from workbench.rag.evaluation.types import RelevantPlace
from workbench.rag.search_types import Hit
from workbench.ui.documents.measure_state import Draft, MeasureState
from workbench.ui.theme import set_role
from workbench.ui.widgets.empty_state import EmptyState
from workbench.ui.widgets.named_button import named_button

_THING = Qt.ItemDataRole.UserRole


class QuestionForm(QFrame):
    """Says what to do while no question is chosen."""

    text_edited = Signal(str)
    search_requested = Signal()
    hit_marked = Signal(object, bool)
    """A `Hit`, and whether it answers the question."""
    place_removed = Signal(object)
    """A `RelevantPlace`."""
    save_requested = Signal()
    accept_requested = Signal()
    reject_requested = Signal()
    remove_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown_places: tuple[RelevantPlace, ...] | None = None
        self._shown_hits: tuple[Hit, ...] | None = None
        self._build_widgets()
        self._build_layout()
        self._connect()

    def focus_text(self) -> None:
        self._text.setFocus()

    def show_state(self, state: MeasureState) -> None:
        draft = state.draft
        self._empty.setVisible(draft is None)
        self._body.setVisible(draft is not None)
        if draft is None:
            return
        if self._text.toPlainText() != draft.text:
            with QSignalBlocker(self._text):
                self._text.setPlainText(draft.text)
        self._remark.setText(draft.remark)
        self._remark.setVisible(bool(draft.remark))
        self._show_places(draft)
        self._show_hits(state, draft)
        is_waiting = bool(draft.id) and draft.review is not Review.ACCEPTED
        self._save.setVisible(not is_waiting)
        self._accept.setVisible(is_waiting)
        self._reject.setVisible(bool(draft.id) and draft.review is Review.WAITING)
        self._remove.setVisible(bool(draft.id))
        self._save.setEnabled(state.can_save)
        self._accept.setEnabled(state.can_save)
        self._search.setEnabled(state.has_chunks and bool(draft.text.strip()) and not state.is_searching)
        need = self.tr("Search, and tick the passages that answer the question.")
        self._need.setText("" if draft.relevant else need)
        self._need.setVisible(not draft.relevant)

    def _show_places(self, draft: Draft) -> None:
        if draft.relevant == self._shown_places:
            return
        self._shown_places = draft.relevant
        self._places.clear()
        for place in draft.relevant:
            item = QListWidgetItem(place_in_words(place))
            item.setData(_THING, place)
            item.setToolTip(self.tr("Delete takes it away"))
            self._places.addItem(item)
        self._places.setVisible(bool(draft.relevant))
        rows = min(4, len(draft.relevant))
        self._places.setFixedHeight(rows * (self._places.fontMetrics().height() + 12) + 6)
        self._forget.setVisible(bool(draft.relevant))

    def _show_hits(self, state: MeasureState, draft: Draft) -> None:
        with QSignalBlocker(self._hits):
            if state.hits != self._shown_hits:
                self._shown_hits = state.hits
                self._hits.clear()
                for number, hit in enumerate(state.hits, 1):
                    text = " ".join(hit.text.split())
                    item = QListWidgetItem(f"{number}. {hit.document}, p. {hit.page}\n{text[:240]}")
                    item.setToolTip(text[:1500])
                    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                    item.setData(_THING, hit)
                    self._hits.addItem(item)
            for row in range(self._hits.count()):
                item = self._hits.item(row)
                is_on = any(holds(item.data(_THING), place) for place in draft.relevant)
                item.setCheckState(Qt.CheckState.Checked if is_on else Qt.CheckState.Unchecked)
        self._hits.setVisible(bool(state.hits))
        nothing = self.tr("Nothing was found for this question.")
        words = self.tr("Searching…") if state.is_searching else nothing if state.was_searched else ""
        self._found.setText("" if state.hits else words)
        self._found.setVisible(bool(self._found.text()))

    def _build_widgets(self) -> None:
        self.setObjectName("measure_question_form")
        set_role(self, "panel")
        self._body = QWidget(self)
        self._empty = EmptyState(
            self.tr("Which passages should be found?"),
            self.tr(
                "Write a question as your readers would ask it, search, and tick the passages that answer it. "
                "About 30 questions tell large differences, a few hundred small ones."
            ),
            icon="search",
            parent=self,
        )
        self._text = QPlainTextEdit(self._body)
        self._text.setObjectName("measure_question_text")
        self._text.setAccessibleName(self.tr("Question"))
        self._text.setPlaceholderText(self.tr("A question, as people ask it"))
        self._text.setTabChangesFocus(True)
        self._text.setFixedHeight(3 * self._text.fontMetrics().lineSpacing() + 16)
        self._search = named_button(self._body, "measure_search", self.tr("Find passages"), icon="search")
        self._places, self._hits = QListWidget(self._body), QListWidget(self._body)
        self._places.setObjectName("measure_places")
        self._places.setAccessibleName(self.tr("What answers the question"))
        self._hits.setObjectName("measure_hits")
        self._hits.setAccessibleName(self.tr("Passages to mark"))
        self._hits.setWordWrap(True)
        self._hits.setSpacing(2)
        self._hits.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._forget = named_button(self._body, "measure_forget_place", self.tr("Take away"), "quiet", icon="close")
        self._remark, self._need, self._found = QLabel(self._body), QLabel(self._body), QLabel(self._body)
        for label, role in ((self._remark, "small"), (self._need, "muted"), (self._found, "muted")):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            set_role(label, role)
        self._save = named_button(self._body, "measure_save", self.tr("Save"), "primary", icon="check")
        self._accept = named_button(self._body, "measure_accept", self.tr("Accept"), "primary", icon="check")
        self._reject = named_button(self._body, "measure_reject", self.tr("Reject"), icon="close")
        self._remove = named_button(self._body, "measure_remove", self.tr("Remove"), "quiet", icon="trash")

    def _build_layout(self) -> None:
        title = QLabel(self.tr("Question"), self._body)
        answered = QLabel(self.tr("Answered by"), self._body)
        for label in (title, answered):
            set_role(label, "field")
        places = QHBoxLayout()
        places.addWidget(self._places, 1)
        places.addWidget(self._forget, 0, Qt.AlignmentFlag.AlignTop)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        for button in (self._remove, self._reject):
            buttons.addWidget(button)
        buttons.addStretch(1)
        for button in (self._accept, self._save):
            buttons.addWidget(button)
        body = QVBoxLayout(self._body)
        body.setContentsMargins(14, 12, 14, 12)
        body.setSpacing(6)
        body.addWidget(title)
        body.addWidget(self._text)
        body.addWidget(self._remark)
        body.addWidget(answered)
        body.addLayout(places)
        body.addWidget(self._need)
        body.addWidget(self._search, 0, Qt.AlignmentFlag.AlignLeft)
        body.addWidget(self._found)
        body.addWidget(self._hits, 1)
        body.addStretch(0)
        body.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._empty, 1)
        column.addWidget(self._body, 1)

    def _connect(self) -> None:
        self._text.textChanged.connect(lambda: self.text_edited.emit(self._text.toPlainText()))
        self._search.clicked.connect(self.search_requested)
        self._hits.itemChanged.connect(self._on_marked)
        self._forget.clicked.connect(self._on_forget)
        self._save.clicked.connect(self.save_requested)
        self._accept.clicked.connect(self.accept_requested)
        self._reject.clicked.connect(self.reject_requested)
        self._remove.clicked.connect(self.remove_requested)

    @Slot(QListWidgetItem)
    def _on_marked(self, item: QListWidgetItem) -> None:
        self.hit_marked.emit(item.data(_THING), item.checkState() is Qt.CheckState.Checked)

    @Slot()
    def _on_forget(self) -> None:
        item = self._places.currentItem() or self._places.item(0)
        if item is not None:
            self.place_removed.emit(item.data(_THING))


def place_in_words(place: RelevantPlace) -> str:
    """ "prices.pdf, page 2", or the document alone."""
    return f"{place.document}, page {place.page}" if place.page else place.document
