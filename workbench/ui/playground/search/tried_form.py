"""What is tried: techniques, formats, worked examples, own instructions, and a model that writes more."""

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QPlainTextEdit, QWidget

from workbench.playground.search.catalogue import load_catalogue
from workbench.ui.playground.search.form_parts import Card
from workbench.ui.playground.search.state import SearchState, ShotsFrom
from workbench.ui.playground.search.task_form import questions_dialog
from workbench.ui.widgets.elided_combo import ElidedComboBox
from workbench.ui.widgets.model_picker import ModelPicker
from workbench.ui.widgets.text_goes import TextGoes
from workbench.ui.widgets.trouble_card import TroubleCard

_FILE = "file"


class TriedForm(Card):
    changed = Signal(str, object)
    shots_chosen = Signal(str, str)
    """`ShotsFrom`, and the name of a saved data set."""
    shots_file_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._heading.setText(self.tr("What is tried"))
        self._shown_shots: tuple[object, ...] = ()
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: SearchState) -> None:
        setup = state.setup
        for box, checked in (
            (self._techniques, setup.techniques),
            (self._formats, setup.formats),
            (self._writes, bool(setup.writer)),
        ):
            with QSignalBlocker(box):
                box.setChecked(checked)
        self._writes.setEnabled(bool(state.models))
        self._writer.show_models(state.models, setup.writer or setup.model)
        self._writer.setVisible(bool(setup.writer))
        self._goes.show_model(state.chosen_writer)
        self._show_shots(state)
        if self._own.toPlainText() != setup.instructions:
            with QSignalBlocker(self._own):
                self._own.setPlainText(setup.instructions)

    def _show_shots(self, state: SearchState) -> None:
        shots = state.shots
        choices: list[tuple[str, tuple[str, str]]] = [
            (self.tr("A few of the questions, not asked then"), (ShotsFrom.QUESTIONS.value, "")),
            (self.tr("None"), (ShotsFrom.NOWHERE.value, "")),
            *((source.name, (ShotsFrom.SOURCE.value, source.name)) for source in state.data_sets),
        ]
        if shots is not None and shots.source not in state.data_sets:
            choices.append((shots.source.name, (ShotsFrom.SOURCE.value, shots.source.name)))
        choices.append((self.tr("A file…"), (_FILE, "")))
        with QSignalBlocker(self._shots):
            if self._shown_shots != tuple(choices):
                self._shown_shots = tuple(choices)
                self._shots.clear()
                for label, data in choices:
                    self._shots.addItem(label, list(data))
            name = shots.source.name if shots else ""
            wanted = [state.setup.shots_from.value, name]
            found = [n for n in range(self._shots.count()) if self._shots.itemData(n) == wanted]
            self._shots.setCurrentIndex(found[0] if found else -1)
        count = len(shots.shots) if shots else 0
        self._shots_about.setVisible(shots is not None)
        self._shots_about.setText(self.tr("{} examples to choose from").format(count))
        self._shots_trouble.show_trouble(state.shots_trouble)

    def _build_widgets(self) -> None:
        catalogue = load_catalogue()
        self._techniques = self._box(
            "search_techniques", self.tr("{} techniques of the catalogue").format(len(catalogue.techniques))
        )
        self._techniques.setToolTip("\n".join(one.title for one in catalogue.techniques))
        self._formats = self._box(
            "search_formats", self.tr("{} formats of the question").format(len(catalogue.formats))
        )
        self._formats.setToolTip("\n".join(one.title for one in catalogue.formats))
        self._shots = ElidedComboBox(self, "search_shots", self.tr("Where worked examples come from"), fewest=14)
        self._shots_about = self.note("search_about_shots")
        self._shots_trouble = TroubleCard("search_shots_trouble", self)
        self._writes = self._box("search_writes", self.tr("A model writes instructions, and rewrites the best one"))
        self._writer = ModelPicker(self)
        self._writer.setObjectName("search_writer")
        self._writer.setAccessibleName(self.tr("Model that writes"))
        self._goes = TextGoes(self)
        self._goes.setObjectName("search_writer_goes")
        self._writes_about = self.note()
        self._writes_about.setText(
            self.tr("It sees some of the search questions with their answers, and mistakes; never a held-out question.")
        )
        self._own = QPlainTextEdit(self)
        self._own.setObjectName("search_own")
        self._own.setAccessibleName(self.tr("Your own instructions, parted by lines of three dashes"))
        self._own.setPlaceholderText(self.tr("System prompts that shall take part, parted by lines of ---"))
        self._own.setTabChangesFocus(True)
        self._own.setFixedHeight(5 * self.fontMetrics().lineSpacing() + 14)

    def _box(self, name: str, text: str) -> QCheckBox:
        box = QCheckBox(text, self)
        box.setObjectName(name)
        box.setAccessibleName(text)
        return box

    def _build_layout(self) -> None:
        for row in (self._techniques, self._formats):
            self.form.addRow(row)
        self.form.addRow(self.tr("Worked examples"), self._shots)
        self.form.addRow("", self._shots_about)
        self.form.addRow(self._shots_trouble)
        for part in (self._writes, self._writer, self._goes, self._writes_about):
            self.form.addRow(part)
        self.form.addRow(self.tr("Your own"), self._own)

    def _connect(self) -> None:
        self._techniques.toggled.connect(self._on_techniques)
        self._formats.toggled.connect(self._on_formats)
        self._writes.toggled.connect(self._on_writes)
        self._writer.model_chosen.connect(self._on_writer)
        self._shots.activated.connect(self._on_shots)
        self._own.textChanged.connect(self._on_own)

    @Slot(bool)
    def _on_techniques(self, checked: bool) -> None:
        self.changed.emit("techniques", checked)

    @Slot(bool)
    def _on_formats(self, checked: bool) -> None:
        self.changed.emit("formats", checked)

    @Slot(bool)
    def _on_writes(self, checked: bool) -> None:
        chosen = self._writer.chosen()
        self.changed.emit("writer", chosen.name if checked and chosen else "")

    @Slot(str)
    def _on_writer(self, name: str) -> None:
        self.changed.emit("writer", name)

    @Slot(int)
    def _on_shots(self, index: int) -> None:
        origin, name = self._shots.itemData(index)
        if origin == _FILE:
            dialog = questions_dialog("search_shots_dialog", self.tr("Rows to take worked examples from"), self)
            dialog.fileSelected.connect(self.shots_file_chosen)
            dialog.open()
        else:
            self.shots_chosen.emit(origin, name)

    @Slot()
    def _on_own(self) -> None:
        self.changed.emit("instructions", self._own.toPlainText())
