"""The page "Measure": questions with known sources, and settings compared on them."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from workbench.ui.documents.measure_compare_view import CompareView
from workbench.ui.documents.measure_presenter import MeasurePresenter
from workbench.ui.documents.measure_questions_view import QuestionsView
from workbench.ui.documents.measure_state import MeasureState, Part
from workbench.ui.documents.state import DocumentsState
from workbench.ui.theme import set_role
from workbench.ui.widgets.job_strip import JobStrip
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.trouble_card import TroubleCard


class MeasurePage(QWidget):
    presenter: MeasurePresenter
    """Held here: signals alone keep nobody alive."""
    part_chosen = Signal(str)
    tab_shown = Signal(object)
    """A `DocumentsState`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._parts.idClicked.connect(self._on_part)

    def show_tab(self, state: DocumentsState) -> None:
        """The tab shows another collection, or other documents of it."""
        self.tab_shown.emit(state)

    def show_state(self, state: MeasureState) -> None:
        is_comparing = state.part is Part.COMPARE
        (self._compare_button if is_comparing else self._questions_button).setChecked(True)
        self._stack.setCurrentWidget(self.compare if is_comparing else self.questions)
        count = state.counting
        label = self.tr("Questions ({})").format(count) if count else self.tr("Questions")
        self._questions_button.setText(label)
        self._trouble.show_trouble(state.trouble)
        self.questions.show_state(state)
        self.compare.show_state(state)
        self.strip.show_running(state.running)
        self.writing.show_running(state.generating, about=self.tr("Writing questions") if state.generating else "")

    def _build_widgets(self) -> None:
        self.setObjectName("measure_page")
        self.questions, self.compare = QuestionsView(self), CompareView(self)
        self._questions_button = self._part_button("measure_questions", self.tr("Questions"))
        self._compare_button = self._part_button("measure_compare", self.tr("Compare settings"))
        self._parts = QButtonGroup(self)
        for number, button in enumerate((self._questions_button, self._compare_button)):
            self._parts.addButton(button, number)
        self._about = QLabel(
            self.tr("How much does the search of this collection find, and would other settings find more?"), self
        )
        self._about.setTextFormat(Qt.TextFormat.PlainText)
        self._about.setWordWrap(True)
        set_role(self._about, "muted")
        self._trouble = TroubleCard("measure_trouble", self)
        self.strip, self.writing = JobStrip(self), JobStrip(self)
        self.strip.setObjectName("measure_strip")
        self.writing.setObjectName("measure_writing_strip")
        self._stack = QStackedWidget(self)

    def _part_button(self, name: str, text: str) -> QPushButton:
        button = named_button(self, name, text)
        button.setCheckable(True)
        return button

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self._questions_button)
        head.addWidget(self._compare_button)
        head.addSpacing(10)
        head.addWidget(self._about, 1)
        self._stack.addWidget(self.questions)
        self._stack.addWidget(self.compare)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._trouble)
        column.addWidget(self._stack, 1)
        column.addWidget(self.writing)
        column.addWidget(self.strip)

    @Slot(int)
    def _on_part(self, number: int) -> None:
        self.part_chosen.emit((Part.QUESTIONS if number == 0 else Part.COMPARE).value)


def wire(page: MeasurePage, presenter: MeasurePresenter) -> None:
    """Connect what the user does to the presenter, and show what it decides."""
    page.presenter = presenter
    asked, compared = presenter.questions, presenter.comparing
    page.part_chosen.connect(presenter.show_part)
    page.tab_shown.connect(presenter.show_collection)
    page.strip.stop_requested.connect(compared.stop)
    page.strip.stop_requested.connect(presenter.using.stop)
    page.writing.stop_requested.connect(asked.generating.stop_generating)
    questions, form = page.questions, page.questions.form
    questions.set_chosen.connect(asked.choose_set)
    questions.new_set_requested.connect(asked.begin_set)
    questions.naming_left.connect(asked.leave_naming)
    questions.named.connect(asked.name_set)
    questions.delete_requested.connect(asked.ask_to_delete)
    questions.delete_confirmed.connect(asked.delete_set)
    questions.keep_requested.connect(asked.keep_set)
    questions.shown_chosen.connect(asked.show_only)
    questions.question_selected.connect(asked.select)
    questions.new_question_requested.connect(asked.begin_question)
    questions.accept_all_requested.connect(asked.accept_all)
    questions.path_chosen.connect(asked.importing.import_path)
    questions.test_set_chosen.connect(asked.exchange.take_test_set)
    questions.use_requested.connect(asked.exchange.use_in_compare)
    questions.mapping.column_mapped.connect(asked.importing.map_column)
    questions.mapping.import_requested.connect(asked.importing.import_mapped)
    questions.mapping.left.connect(asked.importing.leave_import)
    questions.generating.generate_requested.connect(asked.generating.generate)
    questions.generating.model_chosen.connect(asked.generating.choose_model)
    questions.generating.wanted_chosen.connect(asked.generating.choose_wanted)
    form.text_edited.connect(asked.edit_text)
    form.search_requested.connect(asked.search)
    form.hit_marked.connect(lambda hit, is_on: asked.mark(hit, is_relevant=is_on))
    form.place_removed.connect(asked.remove_place)
    form.save_requested.connect(asked.save)
    form.accept_requested.connect(asked.accept)
    form.reject_requested.connect(asked.reject)
    form.remove_requested.connect(asked.remove)
    compare, using = page.compare, presenter.using
    compare.setup.changed.connect(compared.change)
    compare.setup.start_requested.connect(compared.start)
    compare.setup.history_requested.connect(compared.open_measurement)
    compare.setup.drop_requested.connect(using.drop_indexes)
    compare.setting_selected.connect(compared.select_setting)
    compare.question_selected.connect(compared.select_question)
    compare.use_requested.connect(using.use)
    compare.undo_requested.connect(using.undo)
    presenter.start(page)
