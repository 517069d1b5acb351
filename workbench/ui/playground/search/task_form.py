"""The task of a search: the starting prompt, the questions, how answers are judged, and the model that answers."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QWidget

from workbench.datasets.readers import SUFFIXES
from workbench.playground.grid.metrics import GRID_METRICS
from workbench.ui.playground.search.describing import describe_questions
from workbench.ui.playground.search.form_parts import Card
from workbench.ui.playground.search.state import SearchState, Source
from workbench.ui.widgets.choices import show_choices
from workbench.ui.widgets.elided_combo import ElidedComboBox
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.file_dialogs import OpenDialog, files_of
from workbench.ui.widgets.model_picker import ModelPicker
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.text_goes import TextGoes
from workbench.ui.widgets.trouble_card import TroubleCard


class TaskForm(Card):
    changed = Signal(str, object)
    data_set_chosen = Signal(str)
    file_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._heading.setText(self.tr("The task"))
        self._sources: tuple[Source, ...] = ()
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: SearchState) -> None:
        self._show_starts(state)
        self._sources = state.data_sets
        questions = state.questions
        self._file.setText(questions.source.name if questions else self.tr("None yet"))
        self._about.setText(
            describe_questions(questions)
            if questions
            else self.tr("A saved data set, or a CSV, XLSX or JSONL file with questions and answers.")
        )
        self._left_out.setVisible(bool(questions and questions.left_out))
        self._left_out.setText("\n".join(questions.left_out[:3]) if questions else "")
        self._trouble.show_trouble(state.questions_trouble)
        with QSignalBlocker(self._metric):
            self._metric.setCurrentIndex(self._metric.findData(state.setup.metric))
        chosen = next((metric for metric in GRID_METRICS if metric.name == state.setup.metric), None)
        self._metric_about.setText(chosen.sentence if chosen else "")
        self._model.show_models(state.models, state.setup.model)
        self._goes.show_model(state.chosen_model)

    def _show_starts(self, state: SearchState) -> None:
        choices = [(one.version_id, one.label or self.tr("As it stands in the editor")) for one in state.starts]
        show_choices(self._start, choices, state.setup.start_id)

    def _build_widgets(self) -> None:
        self._start = ElidedComboBox(self, "search_start", self.tr("Starting prompt"), fewest=14)
        self._file = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle, parent=self)
        self._file.setObjectName("search_questions")
        self._choose = named_button(self, "search_choose", self.tr("Choose…"), spoken=self.tr("Choose the questions"))
        self._about, self._left_out = self.note("search_about_questions"), self.note("search_left_out")
        self._trouble = TroubleCard("search_questions_trouble", self)
        self._metric = ElidedComboBox(self, "search_metric", self.tr("How answers are judged"), fewest=14)
        for metric in GRID_METRICS:
            self._metric.addItem(metric.title, metric.name)
            self._metric.setItemData(self._metric.count() - 1, metric.sentence, Qt.ItemDataRole.ToolTipRole)
        self._metric_about = self.note()
        self._model = ModelPicker(self)
        self._model.setObjectName("search_model")
        self._model.setAccessibleName(self.tr("Model that answers"))
        self._goes = TextGoes(self)

    def _build_layout(self) -> None:
        questions = QHBoxLayout()
        questions.addWidget(self._file, 1)
        questions.addWidget(self._choose)
        self.form.addRow(self.tr("Start from"), self._start)
        self.form.addRow(self.tr("Questions"), questions)
        for label in (self._about, self._left_out, self._trouble):
            self.form.addRow(label)
        self.form.addRow(self.tr("Judged by"), self._metric)
        self.form.addRow("", self._metric_about)
        self.form.addRow(self.tr("Answered by"), self._model)
        self.form.addRow("", self._goes)

    def _connect(self) -> None:
        self._start.activated.connect(self._on_start)
        self._metric.activated.connect(self._on_metric)
        self._model.model_chosen.connect(self._on_model)
        self._choose.clicked.connect(self._on_choose)

    @Slot(int)
    def _on_start(self, index: int) -> None:
        self.changed.emit("start_id", str(self._start.itemData(index)))

    @Slot(int)
    def _on_metric(self, index: int) -> None:
        self.changed.emit("metric", str(self._metric.itemData(index)))

    @Slot(str)
    def _on_model(self, name: str) -> None:
        self.changed.emit("model", name)

    @Slot()
    def _on_choose(self) -> None:
        """The saved data sets and a file; at once the file where nothing was saved."""
        if not self._sources:
            self.ask_for_file()
            return
        menu = QMenu(self)
        menu.setObjectName("search_choose_menu")
        for source in self._sources:
            menu.addAction(source.name.replace("&", "&&")).setData(source.name)
        menu.addSeparator()
        menu.addAction(self.tr("A file…")).triggered.connect(self.ask_for_file)
        menu.triggered.connect(self._on_source)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._choose.mapToGlobal(self._choose.rect().bottomLeft()))

    @Slot(object)
    def _on_source(self, action: object) -> None:
        if isinstance(action, QAction) and action.data() is not None:
            self.data_set_chosen.emit(str(action.data()))

    @Slot()
    def ask_for_file(self) -> None:
        dialog = questions_dialog("search_file_dialog", self.tr("Questions with answers"), self)
        dialog.fileSelected.connect(self.file_chosen)
        dialog.open()


def questions_dialog(name: str, title: str, parent: QWidget) -> QFileDialog:
    """Asks for a file of rows; the caller connects and opens it."""
    return OpenDialog(parent, title, name, [files_of("Rows", SUFFIXES)])
