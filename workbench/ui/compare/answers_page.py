"""The answers of a comparison: arms with intervals, every question, one answer at a time."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.ui.compare.beside import beside
from workbench.ui.compare.matrix_bar import MatrixBar
from workbench.ui.compare.matrix_view import FEWEST_QUESTIONS, MatrixView
from workbench.ui.compare.result_arms import ResultArms
from workbench.ui.compare.state import CompareState
from workbench.ui.compare.trial_panel import TrialPanel


class AnswersPage(QWidget):
    trial_selected = Signal(str, str)
    metric_chosen = Signal(str)
    rated = Signal(object, object)
    """Arm, question, repeat; and the value of the rating."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._connect()

    @property
    def widget(self) -> QWidget:
        return self

    def show_state(self, state: CompareState) -> None:
        if state.results is None:
            return
        metrics = state.results.metrics
        self.bar.show_metrics(metrics, state.looking.metric_of(metrics))
        self.arms.show_state(state)
        self.bar.show_matrix(state.matrix)
        self._matrix.show_state(state)
        self.panel.show_state(state)

    def _build_widgets(self) -> None:
        self.arms = ResultArms(self)
        self.bar = MatrixBar(self)
        self._matrix = MatrixView(self)
        self.panel = TrialPanel(self)

    def _build_layout(self) -> None:
        splitter = beside(self._matrix, self.panel, self, share=0.6, fewest_rows=FEWEST_QUESTIONS)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.arms)
        column.addWidget(self.bar)
        column.addWidget(splitter, 1)

    def _connect(self) -> None:
        self.bar.metric_chosen.connect(self.metric_chosen)
        self._matrix.trial_selected.connect(self.trial_selected)
        self.panel.rated.connect(self.rated)

    @property
    def matrix(self) -> MatrixView:
        """The table of all questions."""
        return self._matrix
