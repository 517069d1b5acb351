"""What came of a tuning: before and after, with the interval of the difference."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.rag.embedding_tuning.types import TuningReport
from workbench.rag.evaluation.types import Measure
from workbench.rag.search_types import RetrievalMode
from workbench.ui import icons
from workbench.ui.documents.tuning_state import TuningState
from workbench.ui.theme import set_role
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable


@dataclass(frozen=True, slots=True)
class Line:
    """One measure for one way to search."""

    mode: RetrievalMode
    measure: Measure
    before: float
    after: float
    difference: tuple[float, float, float]

    @property
    def ink(self) -> str:
        return "good" if self.difference[1] > 0 else "bad" if self.difference[2] < 0 else "muted"


class TuningResult(QFrame):
    """Hidden while there is no result."""

    use_requested = Signal()
    undo_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._use.clicked.connect(self.use_requested)
        self._undo.clicked.connect(self.undo_requested)

    def show_state(self, state: TuningState) -> None:
        report = state.report
        self.setVisible(report is not None)
        if report is None:
            return
        if state.is_used:
            badge, role = self.tr("in use"), "badge-good"
        elif report.is_better:
            badge, role = self.tr("better"), "badge-good"
        else:
            badge, role = self.tr("not better"), "badge-warn"
        self._badge.setText(badge)
        set_role(self._badge, role)
        self._sentence.setText(report.sentence)
        words = self.tr("Learned from {} questions ({} pairs); judged on {} others about other documents.")
        self._about.setText(words.format(report.trained_on, report.pairs, report.held_out))
        self._model.show(_lines(report))
        self._use.setVisible(report.is_better and not state.is_used)
        self._use.setEnabled(state.can_use)
        self._undo.setVisible(state.is_used)

    def _build_widgets(self) -> None:
        self.setObjectName("tuning_result")
        set_role(self, "card")
        self._badge, self._sentence, self._about = QLabel(self), QLabel(self), QLabel(self)
        self._sentence.setObjectName("tuning_sentence")
        for label in (self._sentence, self._about):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        set_role(self._about, "small")
        self._model: RecordTableModel[Line] = RecordTableModel(
            [
                Column(self.tr("Searched by"), self._mode_in_words, stretch=True),
                Column(self.tr("Measure"), lambda line: _NAMES[line.measure]),
                Column(self.tr("Before"), lambda line: _percent(line.before), align_right=True),
                Column(self.tr("After"), lambda line: _percent(line.after), align_right=True),
                Column(self.tr("Difference, 95 % interval"), _difference, align_right=True, ink=lambda line: line.ink),
            ],
            key=lambda line: (line.mode, line.measure),
        )
        self._table: RecordTable[Line] = RecordTable(self._model, "", self)
        self._table.setObjectName("tuning_table")
        self._table.setAccessibleName(self.tr("Before and after"))
        self._table.setFixedHeight(8 * self._table.verticalHeader().defaultSectionSize())
        self._use = QPushButton(self.tr("Use the tuned embedder"), self)
        self._use.setObjectName("tuning_use")
        set_role(self._use, "primary")
        self._undo = QPushButton(self.tr("Back to the earlier embedder"), self)
        self._undo.setObjectName("tuning_undo")
        icons.set_icon(self._undo, "undo", "text", 14)

    def _mode_in_words(self, line: Line) -> str:
        words = {
            RetrievalMode.HYBRID: self.tr("Meaning and words"),
            RetrievalMode.VECTOR: self.tr("Meaning"),
            RetrievalMode.TEXT: self.tr("Words"),
        }
        return words[line.mode]

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._sentence)
        words.addWidget(self._about)
        head.addLayout(words, 1)
        head.addWidget(self._undo)
        head.addWidget(self._use)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._table)


_NAMES = {
    Measure.NDCG: "how high all that is relevant stands (nDCG)",
    Measure.RECALL: "how much of it is found (recall)",
    Measure.MRR: "how high the first of it stands (MRR)",
}


def _lines(report: TuningReport) -> list[Line]:
    return [
        Line(
            mode=comparison.mode,
            measure=measure,
            before=comparison.before[measure].mean or 0.0,
            after=comparison.after[measure].mean or 0.0,
            difference=comparison.differences[measure],
        )
        for comparison in report.comparisons
        for measure in Measure
    ]


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def _difference(line: Line) -> str:
    mean, low, high = (100 * value for value in line.difference)
    return f"{mean:+.1f} points  [{low:+.1f}, {high:+.1f}]"
