"""Who answers: models, bare and with adapters, and how strongly the adapters are applied."""

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from workbench.ui.playground.grid.check_list import CheckList
from workbench.ui.playground.grid.state import GridPageState
from workbench.ui.theme import set_role


class AnswerersPanel(QWidget):
    answerer_toggled = Signal(str, bool)
    scales_written = Signal(str)
    """Numbers separated by commas."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._list = CheckList("grid_answerers", self.tr("Models"), "", self)
        self._about = QLabel(self.tr("Adapters at ×"), self)
        set_role(self._about, "muted")
        self._scales = QLineEdit("1", self)
        self._scales.setObjectName("grid_scales")
        self._scales.setAccessibleName(self.tr("Scales of the adapters, separated by commas"))
        self._scales.setPlaceholderText("0.5, 1")
        self._scales.setToolTip(
            self.tr("How strongly adapters are applied: 1 as trained, 0.5 half as strongly. Each number is a column.")
        )
        self._about.setBuddy(self._scales)
        self._trouble = QLabel(self)
        self._trouble.setObjectName("grid_scales_trouble")
        self._trouble.setWordWrap(True)
        set_role(self._trouble, "error")
        self._build_layout()
        self._list.toggled.connect(self.answerer_toggled)
        self._scales.textEdited.connect(self.scales_written)

    def _build_layout(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(self._about)
        line.addWidget(self._scales, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._list, 1)
        column.addLayout(line)
        column.addWidget(self._trouble)
        self.setFocusProxy(self._list)

    def show_state(self, state: GridPageState) -> None:
        self._list.set_empty_text(
            self.tr("Looking for models…") if state.is_scanning else self.tr("No model yet. Get one on the Models tab.")
        )
        self._list.show_choices(state.answerers, state.chosen_answerers)
        for widget in (self._about, self._scales):
            widget.setVisible(state.has_adapters)
        if self._scales.text() != state.scales:
            with QSignalBlocker(self._scales):
                self._scales.setText(state.scales)
        self._trouble.setText(state.scales_trouble)
        self._trouble.setVisible(bool(state.scales_trouble))
