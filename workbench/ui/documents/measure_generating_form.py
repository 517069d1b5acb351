"""Which model writes how many questions for a test set."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from workbench.ui.documents.measure_state import MeasureState
from workbench.ui.theme import set_role
from workbench.ui.widgets.model_picker import ModelPicker
from workbench.ui.widgets.named_button import named_button


class GeneratingForm(QFrame):
    """Hidden until it is asked for."""

    generate_requested = Signal()
    model_chosen = Signal(str)
    wanted_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._write.clicked.connect(self.generate_requested)
        self._picker.model_chosen.connect(self.model_chosen)
        self._wanted.valueChanged.connect(self.wanted_chosen)
        self.hide()

    def show_state(self, state: MeasureState) -> None:
        self._picker.show_models(state.models, state.model)
        with QSignalBlocker(self._wanted):
            self._wanted.setValue(state.wanted)
        self._write.setEnabled(state.has_chunks and state.generating is None and bool(state.models))

    def _build_widgets(self) -> None:
        self.setObjectName("measure_generating")
        set_role(self, "panel")
        self._picker = ModelPicker(self)
        self._wanted = QSpinBox(self)
        self._wanted.setObjectName("measure_wanted")
        self._wanted.setAccessibleName(self.tr("How many questions"))
        self._wanted.setRange(1, 2000)
        self._wanted.setSuffix(self.tr(" questions"))
        self._write = named_button(self, "measure_write", self.tr("Write"), "primary", icon="play")
        self._note = QLabel(
            self.tr(
                "A model on this computer reads passages and asks about them. Its questions count once you have "
                "looked at them; they use the passages' words more than people do."
            ),
            self,
        )
        self._note.setWordWrap(True)
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self._note, "small")

    def _build_layout(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self._picker, 1)
        row.addWidget(self._wanted)
        row.addWidget(self._write)
        column = QVBoxLayout(self)
        column.addWidget(self._note)
        column.addLayout(row)
