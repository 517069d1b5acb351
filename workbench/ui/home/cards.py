"""The pieces that Home is made of."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workbench.llm.computer import Computer
from workbench.llm.in_words import parameters_in_words
from workbench.ui import icons
from workbench.ui.home.state import ModelsFound, ProjectCard, ProjectStage
from workbench.ui.sizes import in_words
from workbench.ui.theme import set_role
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.wrapping_row import WrappingRow

_STEPS = 1000
"""Of a bar that shows how far something is."""


class ComputerCard(QFrame):
    """Cores, memory, graphics, disk, and what fits."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("computer_card")
        set_role(self, "panel")
        self._title = _label(self.tr("This computer"), "subtitle")
        self._cores = _Figure("processor", self.tr("Processor"))
        self._memory = _Figure("memory", self.tr("Memory"))
        self._graphics = _Figure("graphics", self.tr("Graphics"))
        self._disk = _Figure("disk", self.tr("Disk"))
        self._fits = _label(self.tr("Looking at this computer…"), "muted")
        self._fits.setObjectName("what_fits")
        self._fits.setWordWrap(True)
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(12)
        for number, figure in enumerate((self._cores, self._memory, self._graphics, self._disk)):
            grid.addWidget(figure, number // 2, number % 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 18, 16)
        column.setSpacing(12)
        column.addWidget(self._title)
        column.addLayout(grid)
        column.addStretch(1)
        column.addWidget(self._fits)

    def show_computer(self, computer: Computer | None) -> None:
        if computer is None:
            return
        words = self.tr("1 core") if computer.cores == 1 else self.tr("{} cores").format(computer.cores)
        self._cores.show_value(words, computer.processor)
        self._memory.show_value(
            self.tr("{} free").format(in_words(computer.memory_free_bytes)),
            self.tr("of {}").format(in_words(computer.memory_bytes)),
        )
        card = computer.graphics
        self._graphics.show_value(
            card.name if card else self.tr("None found"),
            self.tr("{} free").format(in_words(card.free_bytes)) if card else self.tr("processor only"),
        )
        self._disk.show_value(
            self.tr("{} free").format(in_words(computer.disk_free_bytes)), self.tr("in the data folder")
        )
        self._fits.setText(
            self.tr("Models up to about {} fit: {} parameters at 4 bits.").format(
                in_words(computer.largest_model_bytes), parameters_in_words(computer.largest_model_parameters)
            )
        )


class ModelsCard(QFrame):
    """How many models are on this disk, and the first that can answer."""

    try_requested = Signal()
    models_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models_card")
        set_role(self, "panel")
        self._title = _label(self.tr("Models on this disk"), "subtitle")
        self._count = _label("", "muted")
        self._count.setObjectName("models_count")
        self._name = ElidedLabel("", Qt.TextElideMode.ElideMiddle)
        self._name.setObjectName("first_model")
        set_role(self._name, "number")
        self._facts = _label("", "muted")
        self._facts.setWordWrap(True)
        self._try = named_button(self, "try_model", self.tr("Try it"), "primary")
        self._all = named_button(self, "show_models", self.tr("All models"))
        self._try.clicked.connect(self.try_requested)
        self._all.clicked.connect(self.models_requested)
        buttons = QHBoxLayout()
        buttons.addWidget(self._try)
        buttons.addWidget(self._all)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 18, 16)
        column.setSpacing(6)
        for label in (self._title, self._count, self._name, self._facts):
            column.addWidget(label)
        column.addStretch(1)
        column.addLayout(buttons)

    def buttons(self) -> Sequence[QPushButton]:
        """From left to right."""
        return self._try, self._all

    def show_models(self, models: ModelsFound) -> None:
        self._count.setText(self._count_in_words(models))
        self._name.setText(models.first_name)
        self._name.setVisible(bool(models.first_name))
        self._facts.setText(self._facts_in_words(models))
        self._try.setEnabled(bool(models.first_name))

    def _count_in_words(self, models: ModelsFound) -> str:
        if models.is_searching:
            return self.tr("Looking…")
        if models.problem:
            return self.tr("Not known")
        words = {0: self.tr("No models"), 1: self.tr("1 model")}
        return words.get(models.count, self.tr("{} models").format(models.count))

    def _facts_in_words(self, models: ModelsFound) -> str:
        if models.is_searching:
            return self.tr("in the folders of this program, Hugging Face, LM Studio, Ollama, Jan and others")
        if models.problem:
            return models.problem
        if not models.first_name:
            return self.tr("None that can be used was found. Open a model file (GGUF) that you have.")
        small = self.tr("For learning the program: it answers from documents only. Bring a bigger one for real work.")
        parts = (models.first_facts, small if models.is_starter else "")
        return "\n".join(part for part in parts if part)


class StarterCard(QFrame):
    """A sample project with its buttons."""

    open_requested = Signal(str)
    documents_requested = Signal(str)
    tuning_requested = Signal(str)
    comparison_requested = Signal(str)

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self.setObjectName(f"project_{key}")
        set_role(self, "card")
        self._title = _label("", "subtitle")
        self._stage = _label("", "badge-good")
        self._summary = _label("", "")
        self._summary.setWordWrap(True)
        self._summary.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._note = _label("", "muted")
        self._note.setWordWrap(True)
        self._note.setObjectName(f"project_note_{key}")
        self._bar = QProgressBar()
        self._bar.setObjectName(f"project_progress_{key}")
        self._bar.setAccessibleName(self.tr("How far the project is opened"))
        self._bar.setTextVisible(False)
        self._open = named_button(self, f"open_project_{key}", self.tr("Open"), "primary")
        self._open.clicked.connect(self._on_open)
        self._documents = named_button(self, f"ask_{key}", self.tr("Ask its documents"), "primary")
        self._documents.clicked.connect(self._on_documents)
        self._tuning = named_button(self, f"tune_{key}", self.tr("Train its adapters"))
        self._tuning.setToolTip(self.tr("In the background, as jobs; what is trained already stays"))
        self._tuning.clicked.connect(self._on_tuning)
        self._comparison = named_button(self, f"compare_{key}", self.tr("Compare five ways"))
        self._comparison.clicked.connect(self._on_comparison)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._stage)
        foot = WrappingRow([self._documents, self._tuning, self._comparison, self._open])
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 18, 16)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._summary, 1)
        column.addWidget(self._note)
        column.addWidget(self._bar)
        column.addSpacing(4)
        column.addLayout(foot)

    def buttons(self) -> Sequence[QPushButton]:
        """From left to right."""
        return self._documents, self._tuning, self._comparison, self._open

    def show_project(self, project: ProjectCard, can_open: bool) -> None:
        is_at_work = project.stage in (ProjectStage.OPENING, ProjectStage.TUNING)
        self._title.setText(project.title)
        self._summary.setText(project.summary)
        is_open = project.stage in (ProjectStage.OPEN, ProjectStage.TUNING)
        needs_tuning = is_open and bool(project.comparison) and not project.is_tuned
        needs = self.tr("Two of the five ways need adapters. Training them takes some minutes.") if needs_tuning else ""
        self._note.setText("\n".join(filter(None, (project.note, "" if is_at_work else needs))))
        self._stage.setText(self.tr("Open") if is_open else self.tr("Could not be opened"))
        set_role(self._stage, "badge-good" if is_open else "badge-bad")
        self._stage.setVisible(is_open or project.stage is ProjectStage.FAILED)
        text = {
            ProjectStage.OPENING: self.tr("Opening…"),
            ProjectStage.OPEN: self.tr("Open again"),
            ProjectStage.TUNING: self.tr("Open again"),
            ProjectStage.FAILED: self.tr("Try again"),
        }.get(project.stage, self.tr("Open"))
        self._open.setText(text)
        self._open.setAccessibleName(f"{text}: {project.title}")
        self._open.setEnabled(can_open and not is_at_work)
        self._note.setVisible(bool(self._note.text()))
        self._bar.setRange(0, _STEPS if project.total > 0 else 0)
        if project.total > 0:
            self._bar.setValue(round(_STEPS * min(1.0, project.done / project.total)))
        self._bar.setVisible(is_at_work)
        self._tuning.setVisible(needs_tuning)
        self._tuning.setEnabled(not is_at_work)
        self._documents.setVisible(is_open and bool(project.collection))
        self._comparison.setVisible(is_open and bool(project.comparison))
        role = "quiet" if is_open else "primary"
        if self._open.property("role") != role:
            set_role(self._open, role)

    @Slot()
    def _on_open(self) -> None:
        self.open_requested.emit(self._key)

    @Slot()
    def _on_documents(self) -> None:
        self.documents_requested.emit(self._key)

    @Slot()
    def _on_tuning(self) -> None:
        self.tuning_requested.emit(self._key)

    @Slot()
    def _on_comparison(self) -> None:
        self.comparison_requested.emit(self._key)


class Door(QPushButton):
    """A way in: icon, what it does, and a second line; where it is closed the second line says why."""

    def __init__(self, name: str, icon: str, title: str, text: str, *, is_closed: bool = False) -> None:
        super().__init__()
        self.setObjectName(f"door_{name}")
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.setEnabled(not is_closed)
        self.setToolTip(text if is_closed else "")
        set_role(self, "door")
        picture = QLabel(self)
        icons.set_icon(picture, icon, "disabled" if is_closed else "accent", 22)
        self._words = [_label(title, "field" if not is_closed else "closed"), _label(text, "small")]
        words = QVBoxLayout()
        words.setSpacing(1)
        for label in self._words:
            label.setWordWrap(True)
            words.addWidget(label)
        words.addStretch(1)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(14, 11, 12, 11)
        self._row.setSpacing(12)
        self._row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        self._row.addLayout(words, 1)
        for label in (picture, *self._words):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    def sizeHint(self) -> QSize:
        """As tall as its words need at this width; a button would take no notice of the labels on it."""
        return QSize(220, self._row.totalHeightForWidth(max(220, self.width())))

    def minimumSizeHint(self) -> QSize:
        return QSize(190, self._row.totalHeightForWidth(max(190, self.width())))


class _Figure(QWidget):
    """One number about the computer, with what it is about."""

    def __init__(self, icon: str, title: str) -> None:
        super().__init__()
        picture = QLabel()
        icons.set_icon(picture, icon, "accent", 22)
        self._title = _label(title, "small")
        self._value = ElidedLabel("…")
        set_role(self._value, "number")
        self._more = ElidedLabel("")
        set_role(self._more, "small")
        words = QVBoxLayout()
        words.setSpacing(0)
        for label in (self._title, self._value, self._more):
            words.addWidget(label)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(11)
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)

    def show_value(self, value: str, more: str) -> None:
        self._value.setText(value)
        self._more.setText(more)


def _label(text: str, role: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        set_role(label, role)
    return label
