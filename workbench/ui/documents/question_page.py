"""Question, passages with scores, answer with marks, and the place that they point to."""

import re
from pathlib import PurePath

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from workbench.rag.citations import MARK, mark_numbers
from workbench.rag.types import Hit, RetrievalMode
from workbench.ui import icons
from workbench.ui.documents.asking_state import AskingState, Phase, place_key
from workbench.ui.documents.place_view import PlaceView
from workbench.ui.theme import set_role
from workbench.ui.widgets.answer_view import AnswerView
from workbench.ui.widgets.model_picker import ModelPicker
from workbench.ui.widgets.record_table import Column, RecordTable, RecordTableModel
from workbench.ui.widgets.text_goes import TextGoes
from workbench.ui.widgets.trouble_card import TroubleCard

_LINK = "cite:"
_Row = tuple[int, Hit, bool]
"""Number from 1, hit, whether the answer cites it."""


class QuestionPage(QWidget):
    question_edited = Signal(str)
    search_requested = Signal()
    ask_requested = Signal()
    stop_requested = Signal()
    mode_chosen = Signal(str)
    model_chosen = Signal(str)
    hit_opened = Signal(object)
    citation_opened = Signal(int)
    offer_chosen = Signal(object)
    """An `Offer` of `llm.too_long`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown_answer = ""
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: AskingState) -> None:
        if self._question.text() != state.question:
            self._question.setText(state.question)
        self._ask.setEnabled(state.can_ask)
        self._search.setEnabled(state.can_search)
        self._stop.setVisible(state.can_stop)
        self._ask.setVisible(not state.can_stop)
        self._picker.show_models(state.models, state.model)
        self._goes.show_model(self._picker.chosen())
        with QSignalBlocker(self._mode):
            self._mode.setCurrentIndex(self._mode.findData(state.mode.value))
        self._show_answer(state)
        self._hits_model.show([(n, hit, place_key(hit) in state.cited) for n, hit in enumerate(state.hits, 1)])
        nothing = self.tr("Nothing was found for this question.")
        waiting = self.tr("Searching…") if state.phase is not Phase.IDLE else self.tr("Passages appear here.")
        self._hits.set_empty_text(nothing if state.was_searched else waiting)
        trouble = state.trouble
        self._trouble.say(*((trouble.text, trouble.hint, trouble.details, trouble.offers) if trouble else ("",)))
        self.place.show_place(state.place)

    def append_answer(self, text: str) -> None:
        self._shown_answer += text
        self._answer.append_text(text)

    def focus_question(self) -> None:
        self._question.setFocus()

    def _show_answer(self, state: AskingState) -> None:
        answer = state.answer
        shown = linked(state.answer_text, len(answer.citations) > 0) if answer else state.answer_text
        if shown != self._shown_answer:
            self._shown_answer = shown
            self._answer.show_text(shown)
        text, role = "", "badge"
        if state.phase is Phase.ANSWERING and not state.answer_text:
            text = self.tr("Answering…") if state.hits else self.tr("Searching…")
        elif answer and answer.dangling:
            marks = ", ".join(f"[{n}]" for n in answer.dangling)
            text, role = self.tr("{} points to no passage").format(marks), "badge-warn"
        elif answer and not answer.answerable and not answer.problem:
            text, role = self.tr("Not in the documents"), "badge-warn"
        elif answer and not answer.citations and not answer.problem:
            text, role = self.tr("No source was marked"), "badge-warn"
        self._badge.setText(text)
        self._badge.setVisible(bool(text))
        set_role(self._badge, role)
        self._remark.setText(answer.remark if answer else "")
        self._remark.setVisible(bool(self._remark.text()))

    def _build_widgets(self) -> None:
        self._question = QLineEdit(self)
        self._question.setObjectName("question")
        self._question.setAccessibleName(self.tr("Question"))
        self._question.setPlaceholderText(self.tr("What do you want to know?"))
        self._question.setClearButtonEnabled(True)
        self._ask = self._button("ask", self.tr("Ask"), "primary", "play")
        self._search = self._button("search_passages", self.tr("Search"), "", "search")
        self._search.setToolTip(self.tr("Show the passages only; no model takes part"))
        self._stop = self._button("stop_asking", self.tr("Stop"), "", "stop")
        self._picker, self._goes = ModelPicker(self), TextGoes(self)
        self._mode = QComboBox(self)
        self._mode.setObjectName("retrieval_mode")
        self._mode.setAccessibleName(self.tr("How passages are found"))
        for mode, text in (
            (RetrievalMode.HYBRID, self.tr("Meaning and words")),
            (RetrievalMode.VECTOR, self.tr("Meaning")),
            (RetrievalMode.TEXT, self.tr("Words")),
        ):
            self._mode.addItem(text, mode.value)
        self._trouble = TroubleCard("question_trouble", self)
        self._answer = AnswerView(self)
        self._answer.setObjectName("documents_answer")
        self._answer.set_empty_text(self.tr("The answer appears here, with marks like [1] that open its source."))
        self._badge, self._remark = QLabel(self), QLabel(self)
        self._badge.setObjectName("answer_badge")
        for label in (self._badge, self._remark):
            label.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self._remark, "muted")
        self._hits_model: RecordTableModel[_Row] = RecordTableModel(_columns(self), key=lambda row: row[1].chunk_id)
        self._hits = RecordTable(self._hits_model, self.tr("Passages appear here."), self)
        self._hits.setObjectName("hits")
        self._hits.setAccessibleName(self.tr("Passages found"))
        self.place = PlaceView(self)

    def _button(self, name: str, text: str, role: str, icon: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setAccessibleName(text)
        if role:
            set_role(button, role)
        icons.set_icon(button, icon, "on_accent" if role == "primary" else "text", 14)
        return button

    def _build_layout(self) -> None:
        ask = QHBoxLayout()
        ask.setSpacing(8)
        ask.addWidget(self._question, 1)
        for button in (self._search, self._ask, self._stop):
            ask.addWidget(button)
        how = QHBoxLayout()
        how.setSpacing(8)
        how.addWidget(self._picker, 2)
        how.addWidget(self._mode, 1)
        notes = QHBoxLayout()
        notes.addWidget(self._badge)
        notes.addWidget(self._remark, 1)
        notes.addStretch(0)
        answer = QWidget(self)
        above = QVBoxLayout(answer)
        above.setContentsMargins(0, 0, 0, 0)
        above.setSpacing(6)
        above.addWidget(self._answer, 1)
        above.addLayout(notes)
        left = self._splitter("answer_split", Qt.Orientation.Vertical, answer, self._hits)
        self._split = self._splitter("place_split", Qt.Orientation.Horizontal, left, self.place)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addLayout(ask)
        column.addLayout(how)
        column.addWidget(self._goes)
        column.addWidget(self._trouble)
        column.addWidget(self._split, 1)

    def _splitter(self, name: str, way: Qt.Orientation, first: QWidget, second: QWidget) -> QSplitter:
        splitter = QSplitter(way, self)
        splitter.setObjectName(name)
        splitter.addWidget(first)
        splitter.addWidget(second)
        splitter.setChildrenCollapsible(False)
        splitter.setSizes([500, 500])
        return splitter

    def _connect(self) -> None:
        self._question.textChanged.connect(self.question_edited)
        self._question.returnPressed.connect(self._on_return)
        self._search.clicked.connect(self.search_requested)
        self._ask.clicked.connect(self.ask_requested)
        self._stop.clicked.connect(self.stop_requested)
        self._mode.activated.connect(self._on_mode)
        self._picker.model_chosen.connect(self.model_chosen)
        self._trouble.offer_chosen.connect(self.offer_chosen)
        self._hits.selection_moved.connect(self._on_hit)
        self._answer.link_activated.connect(self._on_link)

    @Slot()
    def _on_return(self) -> None:
        (self.ask_requested if self._ask.isEnabled() else self.search_requested).emit()

    @Slot(int)
    def _on_mode(self, index: int) -> None:
        self.mode_chosen.emit(self._mode.itemData(index))

    @Slot(object)
    def _on_hit(self, row: _Row | None) -> None:
        if row is not None:
            self.hit_opened.emit(row[1])

    @Slot(str)
    def _on_link(self, link: str) -> None:
        if link.startswith(_LINK) and link[len(_LINK) :].isdigit():
            self.citation_opened.emit(int(link[len(_LINK) :]))


def linked(answer: str, has_citations: bool) -> str:
    """The answer as Markdown whose marks are links."""
    if not has_citations:
        return answer

    def links(mark: re.Match[str]) -> str:
        return "".join(f"[\\[{number}\\]]({_LINK}{number})" for number in mark_numbers(mark[1]))

    return MARK.sub(links, answer)


def _columns(widget: QWidget) -> list[Column[_Row]]:
    return [
        Column("", lambda row: f"[{row[0]}]", ink=lambda row: "link" if row[2] else "muted"),
        Column(widget.tr("Passage"), _passage, tooltip=_tooltip, stretch=True),
        Column(widget.tr("Document, page"), _where, tooltip=lambda row: row[1].document, gives_way=True),
        Column(
            widget.tr("Score"), lambda row: f"{row[1].score:.3f}", align_right=True, tooltip=_scores, gives_way=True
        ),
    ]


def _where(row: _Row) -> str:
    name = PurePath(row[1].document).name
    short = name if len(name) <= 16 else f"{name[:6]}…{name[-8:]}"
    return f"{short}, {row[1].page}"


def _passage(row: _Row) -> str:
    return " ".join(row[1].text.replace("#", " ").split())[:300]


def _tooltip(row: _Row) -> str:
    return f"{row[1].title}\n\n{row[1].text}" if row[1].title else row[1].text


def _scores(row: _Row) -> str:
    return "\n".join(f"{kind}: {score:.4f}" for kind, score in row[1].scores.items())
