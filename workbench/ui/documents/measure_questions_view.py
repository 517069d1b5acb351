"""A test set: its questions on the left, the one that is looked at on the right."""

from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QLabel,
    QLineEdit,
    QMenu,
    QSizePolicy,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from workbench.datasets.readers import SUFFIXES
from workbench.naming import counted
from workbench.rag.evaluation.types import EvaluationQuestion
from workbench.ui.documents.measure_generating_form import GeneratingForm
from workbench.ui.documents.measure_mapping_form import MappingForm
from workbench.ui.documents.measure_question_form import QuestionForm, place_in_words
from workbench.ui.documents.measure_state import MeasureState, Shown
from workbench.ui.question_words import REVIEW_INKS, origin_in_words, review_in_words
from workbench.ui.theme import set_role
from workbench.ui.widgets.file_dialogs import FOLDER, OpenDialog, files_of
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.question_bar import QuestionBar
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable
from workbench.ui.widgets.wrapping_row import WrappingRow


class QuestionsView(QWidget):
    set_chosen = Signal(str)
    new_set_requested = Signal()
    naming_left = Signal()
    named = Signal(str)
    delete_requested = Signal()
    delete_confirmed = Signal()
    keep_requested = Signal()
    shown_chosen = Signal(str)
    question_selected = Signal(str)
    new_question_requested = Signal()
    accept_all_requested = Signal()
    path_chosen = Signal(str)
    test_set_chosen = Signal(str)
    use_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._test_sets: tuple[str, ...] = ()
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: MeasureState) -> None:
        with QSignalBlocker(self._sets):
            self._sets.clear()
            self._sets.addItems([entry.name for entry in state.sets])
            self._sets.setCurrentText(state.set_name)
        self._sets.setEnabled(bool(state.sets))
        self._sets.setPlaceholderText(self.tr("No test set yet"))
        self._delete.setEnabled(bool(state.set_name))
        self._use.setEnabled(bool(state.questions))
        self._test_sets = state.test_sets
        self._naming.setVisible(state.is_naming)
        if state.is_naming and not self._name.hasFocus():
            self._name.setFocus()
        self._name_trouble.setText(state.name_trouble)
        self._name_trouble.setVisible(bool(state.name_trouble))
        question = self.tr("Delete the test set “{}” with {}? Measurements keep theirs.")
        self._confirm.ask(
            question.format(state.set_name, counted(len(state.questions), "question")) if state.asks_to_delete else ""
        )
        with QSignalBlocker(self._shown):
            self._shown.setCurrentIndex(self._shown.findData(state.shown.value))
        waiting = len(state.waiting)
        self._accept_all.setVisible(waiting > 0)
        self._accept_all.setText(self.tr("Accept all {} that wait").format(waiting))
        with QSignalBlocker(self._table):
            self._model.show(state.listed)
            if state.draft is None or not state.draft.id:
                self._table.clearSelection()
            else:
                self._table.select_key(state.draft.id)
        self._table.set_empty_text(self._empty_text(state))
        self.form.show_state(state)
        self.mapping.show_state(state)
        self.generating.show_state(state)

    def _empty_text(self, state: MeasureState) -> str:
        if not state.has_chunks:
            return self.tr("Add documents on the page “Files” first.")
        if state.questions:
            return self.tr("No question of this kind.")
        return self.tr(
            "Questions with known sources say how much the search finds.\n"
            "Write some, import a file, or have a model write them."
        )

    def _build_widgets(self) -> None:
        self._sets = QComboBox(self)
        self._sets.setObjectName("measure_sets")
        self._sets.setAccessibleName(self.tr("Test set"))
        self._sets.setMinimumContentsLength(14)
        self._sets.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._new = named_button(self, "measure_new_set", self.tr("New set"), icon="plus")
        self._use = named_button(self, "measure_use_in_compare", self.tr("Use in Compare"), icon="compare")
        self._use.setToolTip(self.tr("A test set of these questions, to compare answers on"))
        self._delete = named_button(
            self, "measure_delete_set", self.tr("Delete"), "quiet", spoken=self.tr("Delete the test set"), icon="trash"
        )
        self._add = named_button(self, "measure_new_question", self.tr("New question"), "primary", icon="plus")
        self._more = named_button(self, "measure_import", self.tr("Import"), icon="download")
        self._generate = named_button(self, "measure_generate", self.tr("Generate"), icon="play")
        self._generate.setCheckable(True)
        self._confirm = QuestionBar(self.tr("the test set"), self)
        self._naming = QFrame(self)
        self._name, self._name_trouble = QLineEdit(self._naming), QLabel(self._naming)
        self._name.setObjectName("measure_set_name")
        self._name.setAccessibleName(self.tr("Name of the new test set"))
        self._name.setPlaceholderText(self.tr("Name of the new test set, then Enter"))
        set_role(self._name_trouble, "error")
        self._name_trouble.setTextFormat(Qt.TextFormat.PlainText)
        self._shown = QComboBox(self)
        self._shown.setObjectName("measure_shown")
        self._shown.setAccessibleName(self.tr("Which questions are listed"))
        for shown, text in (
            (Shown.ALL, self.tr("All questions")),
            (Shown.WAITING, self.tr("To look at")),
            (Shown.ACCEPTED, self.tr("Accepted")),
            (Shown.REJECTED, self.tr("Rejected")),
        ):
            self._shown.addItem(text, shown.value)
        self._accept_all = named_button(self, "measure_accept_all", "", icon="check")
        self._model: RecordTableModel[EvaluationQuestion] = RecordTableModel(
            [
                Column(self.tr("Question"), lambda q: q.text, tooltip=_tooltip, stretch=True, narrowest=38),
                Column(self.tr("Answered by"), _places, gives_way=True, ink=lambda q: "" if q.relevant else "bad"),
                Column(self.tr("From"), lambda q: origin_in_words(q.origin), ink=lambda _: "muted", gives_way=True),
                Column(self.tr("State"), lambda q: review_in_words(q.review), ink=lambda q: REVIEW_INKS[q.review]),
            ],
            key=lambda q: q.id,
        )
        self._table: RecordTable[EvaluationQuestion] = RecordTable(self._model, "", self)
        self._table.setObjectName("measure_question_table")
        self._table.setAccessibleName(self.tr("Questions of the test set"))
        self.form = QuestionForm(self)
        self.mapping, self.generating = MappingForm(self), GeneratingForm(self)

    def _build_layout(self) -> None:
        sets = WrappingRow([self._sets, self._new, self._use, self._delete])
        actions = WrappingRow([self._add, self._more, self._generate, self._shown])
        naming = QVBoxLayout(self._naming)
        naming.setContentsMargins(0, 0, 0, 0)
        naming.addWidget(self._name)
        naming.addWidget(self._name_trouble)
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(sets)
        column.addWidget(self._naming)
        column.addWidget(self._confirm)
        column.addLayout(actions)
        column.addWidget(self.generating)
        column.addWidget(self.mapping)
        column.addWidget(self._accept_all, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._table, 1)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.addWidget(left)
        splitter.addWidget(self.form)
        splitter.setChildrenCollapsible(False)
        splitter.setSizes([520, 420])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(splitter)

    def _connect(self) -> None:
        self._sets.textActivated.connect(self.set_chosen)
        self._new.clicked.connect(self.new_set_requested)
        self._use.clicked.connect(self.use_requested)
        self._delete.clicked.connect(self.delete_requested)
        self._confirm.confirmed.connect(self.delete_confirmed)
        self._confirm.kept.connect(self.keep_requested)
        self._name.returnPressed.connect(self._on_named)
        self._add.clicked.connect(self.new_question_requested)
        self._add.clicked.connect(self.form.focus_text)
        self._more.clicked.connect(self._on_import)
        self._generate.toggled.connect(self.generating.setVisible)
        self._shown.activated.connect(lambda number: self.shown_chosen.emit(self._shown.itemData(number)))
        self._accept_all.clicked.connect(self.accept_all_requested)
        self._table.selection_moved.connect(self._on_selected)

    @Slot()
    def _on_named(self) -> None:
        self.named.emit(self._name.text())
        self._name.clear()

    @Slot()
    def _on_import(self) -> None:
        menu = QMenu(self)
        menu.setObjectName("measure_import_menu")
        menu.addAction(self.tr("A table: CSV, JSONL, Excel…"), self._choose_file)
        menu.addAction(self.tr("A BEIR folder…"), self._choose_folder)
        if self._test_sets:
            inner = menu.addMenu(self.tr("A test set of Compare"))
            for name in self._test_sets:
                inner.addAction(name.replace("&", "&&"), partial(self.test_set_chosen.emit, name))
        menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def _choose_file(self) -> None:
        kinds = [files_of(self.tr("Tables"), SUFFIXES)]
        self._ask(OpenDialog(self, self.tr("Questions"), "measure_file_dialog", kinds))

    def _choose_folder(self) -> None:
        title = self.tr("A folder with queries.jsonl and qrels")
        self._ask(OpenDialog(self, title, "measure_folder_dialog", mode=FOLDER))

    def _ask(self, dialog: OpenDialog) -> None:
        dialog.fileSelected.connect(self.path_chosen)
        dialog.open()

    @Slot(object)
    def _on_selected(self, question: object) -> None:
        if isinstance(question, EvaluationQuestion):
            self.question_selected.emit(question.id)


def _places(question: EvaluationQuestion) -> str:
    found = [place_in_words(place) for place in question.relevant]
    return found[0] + (f" +{len(found) - 1}" if len(found) > 1 else "") if found else "nothing yet"


def _tooltip(question: EvaluationQuestion) -> str:
    lines = [question.text, *(place_in_words(place) for place in question.relevant), question.remark]
    return "\n".join(filter(None, lines))
