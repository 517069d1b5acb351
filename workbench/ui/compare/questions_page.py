"""The questions of a comparison: test sets and files, listed, written, looked through."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSplitter, QVBoxLayout, QWidget

from workbench.datasets.test_sets.types import Review, SetQuestion
from workbench.ui.compare.question_form import CompareQuestionForm
from workbench.ui.compare.questions_forms import ColumnsForm, WritingForm
from workbench.ui.compare.questions_head import QuestionsHead
from workbench.ui.compare.questions_selection import SelectionBar
from workbench.ui.compare.sets_state import Listed, SetsState
from workbench.ui.compare.state import CompareState
from workbench.ui.question_words import REVIEW_INKS, origin_in_words, review_in_words
from workbench.ui.widgets.clear_button import let_clear
from workbench.ui.widgets.file_dialogs import FOLDER, OpenDialog, SaveDialog
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable
from workbench.ui.widgets.trouble_card import TroubleCard

_ROOMY = 760
"""Pixels: below it the row of buttons keeps only what is needed."""


class QuestionsPage(QWidget):
    choose_requested = Signal()
    searched = Signal(str)
    tag_chosen = Signal(str)
    listed_chosen = Signal(str)
    new_question_requested = Signal()
    question_selected = Signal(object)
    accept_all_requested = Signal()
    look_through_requested = Signal()
    removed = Signal(list)
    tagged = Signal(list, str)
    reviewed = Signal(list, str)
    """Questions, and a value of `Review`."""
    folder_chosen = Signal(str)
    export_chosen = Signal(str)
    undo_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: SetsState | None = None
        self._listed_questions: tuple[SetQuestion, ...] = ()
        self._build_widgets()
        self._build_table()
        self._build_layout()
        self._connect()

    @property
    def widget(self) -> QWidget:
        return self

    def show_state(self, state: CompareState) -> None:
        sets = state.sets
        if sets is self._shown:
            return
        was, self._shown = self._shown, sets
        if was is None or replace(was, draft=sets.draft) != sets:  # not after every letter that is typed
            self.head.show_state(sets)
            self.columns.show_columns(sets.columns)
            self.writing.show_writing(sets.writing)
            self._show_filters(sets)
            self._show_table(sets)
        self._show_chosen(sets)
        self.form.show_state(sets)
        self._splitter.setVisible(sets.columns is None)
        is_new = sets.draft is not None and sets.draft.old is None and not sets.draft.is_begun
        if is_new and (was is None or was.draft != sets.draft):
            self.form.focus_question()
        self._trouble.show_trouble(sets.trouble)

    def _show_filters(self, sets: SetsState) -> None:
        if self._search.text() != sets.search:
            with QSignalBlocker(self._search):
                self._search.setText(sets.search)
        with QSignalBlocker(self._tag):
            self._tag.clear()
            self._tag.addItem(self.tr("All tags"), "")
            for tag, count in sets.tags.items():
                self._tag.addItem(f"{tag} ({count})", tag)
            self._tag.setCurrentIndex(max(0, self._tag.findData(sets.tag)))
        self._tag.setVisible(bool(sets.tags))
        with QSignalBlocker(self._listed):
            self._listed.setCurrentIndex(self._listed.findData(sets.listed.value))
        waiting = len(sets.waiting) if sets.can_edit else 0
        self._look.setVisible(waiting > 0)
        self._look.setText(self.tr("Review {}").format(waiting))
        self._look.setAccessibleName(self._look.text())
        self._accept_all.setVisible(waiting > 0 and self.width() >= _ROOMY)
        for widget in (self._search, self._listed):
            widget.setVisible(bool(sets.questions))
        self._add.setVisible(sets.columns is None)

    def _show_table(self, sets: SetsState) -> None:
        listed = sets.shown
        if listed != self._listed_questions:
            self._listed_questions = listed
            with QSignalBlocker(self._table):
                self._model.show(listed)
        self._table.set_empty_text(self._empty_text(sets))

    def _show_chosen(self, sets: SetsState) -> None:
        with QSignalBlocker(self._table):
            old = sets.draft.old if sets.draft else None
            if old is None:
                self._table.clearSelection()
            elif len(self._table.selected_records()) <= 1:
                self._table.select_key(old.id)
        self._show_selection()

    def _empty_text(self, sets: SetsState) -> str:
        if sets.is_reading:
            return self.tr("Reading the questions…")
        if sets.questions:
            return self.tr("No question of this kind.")
        if sets.name:
            return self.tr("This set is empty. Add a question (Ctrl+N), import some, or have a model write them.")
        return self.tr(
            "Drop a file with questions and answers here: CSV, Excel, JSON, promptfoo, SQuAD, or a BEIR folder.\n"
            "Or write questions by hand, or have a model write them from your documents."
        )

    def _build_widgets(self) -> None:
        self.head = QuestionsHead(self)
        self.columns, self.writing, self.form = ColumnsForm(self), WritingForm(self), CompareQuestionForm(self)
        self._trouble = TroubleCard("compare_questions_trouble", self)
        self._add = named_button(self, "compare_new_question", self.tr("New question"), icon="plus")
        self._add.setToolTip(self.tr("Ctrl+N"))
        self._look = named_button(self, "compare_look_through", "", "primary", icon="check")
        self._accept_all = named_button(self, "compare_accept_all", self.tr("Accept all"), icon="check")
        self._search = QLineEdit(self)
        self._search.setObjectName("compare_question_search")
        self._search.setAccessibleName(self.tr("Search the questions"))
        self._search.setPlaceholderText(self.tr("Search"))
        let_clear(self._search)
        self._search.setMinimumWidth(70)
        self._tag, self._listed = QComboBox(self), QComboBox(self)
        self._tag.setObjectName("compare_question_tag")
        self._tag.setAccessibleName(self.tr("Only questions with this tag"))
        for box in (self._tag, self._listed):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(7)
        self._listed.setObjectName("compare_question_listed")
        self._listed.setAccessibleName(self.tr("Which questions are listed"))
        for listed, text in (
            (Listed.ALL, self.tr("All questions")),
            (Listed.COUNTING, self.tr("That count")),
            (Listed.WAITING, self.tr("To look at")),
            (Listed.REJECTED, self.tr("Rejected")),
            (Listed.UNANSWERABLE, self.tr("To be refused")),
            (Listed.NO_ANSWER, self.tr("No known answer")),
            (Listed.TYPED, self.tr("Typed")),
            (Listed.IMPORTED, self.tr("Imported")),
            (Listed.GENERATED, self.tr("By a model")),
        ):
            self._listed.addItem(text, listed.value)

    def _build_table(self) -> None:
        self._model: RecordTableModel[SetQuestion] = RecordTableModel(
            [
                Column(self.tr("Question"), lambda q: q.question, tooltip=_tooltip, stretch=True, narrowest=34),
                Column(self.tr("Right answer"), self._answer, gives_way=True, ink=_answer_ink),
                Column(self.tr("Tags"), lambda q: ", ".join(q.tags), gives_way=True, ink=lambda _: "muted"),
                Column(self.tr("From"), lambda q: origin_in_words(q.origin), gives_way=True, ink=lambda _: "muted"),
                Column(
                    self.tr("State"),
                    lambda q: review_in_words(q.review),
                    gives_way=True,
                    ink=lambda q: REVIEW_INKS[q.review],
                ),
            ],
            key=lambda q: q.id,
        )
        self._table: RecordTable[SetQuestion] = RecordTable(self._model, "", self)
        self._table.setObjectName("compare_question_table")
        self._table.setAccessibleName(self.tr("Questions"))
        self._table.allow_several()
        self._table.setMinimumSize(200, 60)
        self._selection = SelectionBar(self)

    def _answer(self, question: SetQuestion) -> str:
        if question.answers_unknown:
            return self.tr("not known")
        if not question.answers:
            return self.tr("none: refuse")
        more = f" +{len(question.answers) - 1}" if len(question.answers) > 1 else ""
        return " ".join(question.answers[0].split())[:40] + more

    def _build_layout(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(6)
        for button in (self._add, self._look, self._accept_all):
            bar.addWidget(button)
        bar.addStretch(1)
        bar.addWidget(self._search, 3)
        bar.addWidget(self._tag)
        bar.addWidget(self._listed)
        splitter = self._splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.addWidget(self._table)
        splitter.addWidget(self.form)
        splitter.setChildrenCollapsible(False)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        splitter.setSizes([620, 380])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        for widget in (self.head, self._trouble, self.columns, self.writing):
            column.addWidget(widget)
        column.addLayout(bar)
        column.addWidget(self._selection)
        column.addWidget(splitter, 1)
        column.addStretch(0)

    def _connect(self) -> None:
        self._add.clicked.connect(self.new_question_requested)
        self._look.clicked.connect(self.look_through_requested)
        self._accept_all.clicked.connect(self.accept_all_requested)
        self._search.textChanged.connect(self.searched)
        self._tag.activated.connect(lambda index: self.tag_chosen.emit(self._tag.itemData(index)))
        self._listed.activated.connect(lambda index: self.listed_chosen.emit(self._listed.itemData(index)))
        self._table.selection_moved.connect(self._on_selected)
        self._table.delete_pressed.connect(self._on_delete)
        self.form.remove_requested.connect(self._on_delete)
        self._selection.removed.connect(self._on_delete)
        self._selection.tagged.connect(lambda text: self.tagged.emit(self._table.selected_records(), text))
        for signal, review in (
            (self._selection.accepted, Review.ACCEPTED),
            (self._selection.rejected, Review.REJECTED),
        ):
            signal.connect(partial(self._on_reviewed, review))
        self.head.file_requested.connect(self.choose_requested)
        self.head.folder_requested.connect(self._on_folder)
        self.head.export_requested.connect(self._on_export)
        self._key("A", self._table, self.form.accept_requested.emit)
        self._key("R", self._table, self.form.reject_requested.emit)
        self._key("E", self._table, self.form.focus_question)
        self._key("Ctrl+N", self, self.new_question_requested.emit)
        self._key(QKeySequence.StandardKey.Undo, self, self.undo_requested.emit)

    def _key(self, keys: str | QKeySequence.StandardKey, owner: QWidget, action: Callable[[], object]) -> None:
        shortcut = QShortcut(QKeySequence(keys), owner, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(action)

    @Slot(object)
    def _on_selected(self, question: object) -> None:
        selected = self._table.selected_records()
        if len(selected) <= 1:
            self.question_selected.emit(question)
        self._show_selection()

    def _show_selection(self) -> None:
        can_edit = self._shown is not None and self._shown.can_edit
        self._selection.show_count(len(self._table.selected_records()) if can_edit else 0)

    @Slot()
    def _on_delete(self) -> None:
        self.removed.emit(self._table.selected_records())

    def _on_reviewed(self, review: Review) -> None:
        self.reviewed.emit(self._table.selected_records(), review.value)

    @Slot()
    def _on_folder(self) -> None:
        dialog = OpenDialog(
            self, self.tr("A folder with queries.jsonl and qrels"), "compare_folder_dialog", mode=FOLDER
        )
        dialog.fileSelected.connect(self.folder_chosen)
        dialog.open()

    @Slot()
    def _on_export(self) -> None:
        kinds = (self.tr("JSON lines (*.jsonl)"), self.tr("CSV (*.csv)"))
        dialog = SaveDialog(self, self.tr("Export the questions"), "compare_questions_export_dialog", kinds)
        dialog.fileSelected.connect(self.export_chosen)
        dialog.open()


def _answer_ink(question: SetQuestion) -> str:
    return "" if question.answers else "muted"


def _tooltip(question: SetQuestion) -> str:
    lines = [question.question[:600], *question.answers[:3], question.where.in_words(), question.remark]
    return "\n".join(filter(None, lines))
