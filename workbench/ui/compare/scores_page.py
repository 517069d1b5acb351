"""How answers are scored: the metric that decides."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.scoring.metrics import METRICS
from workbench.ui.compare.state import CompareState
from workbench.ui.theme import set_role


class ScoresPage(QWidget):
    metric_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._connect()

    @property
    def widget(self) -> QWidget:
        return self

    def show_state(self, state: CompareState) -> None:
        with QSignalBlocker(self._metric):
            self._metric.setCurrentIndex(self._metric.findData(state.metrics[0].name))
        metric = METRICS.get(state.metrics[0].name)
        self._about.setText(metric.sentence if metric else "")

    def _build_widgets(self) -> None:
        self._metric = QComboBox(self)
        self._metric.setObjectName("compare_metric")
        self._metric.setAccessibleName(self.tr("The metric that decides"))
        for metric in METRICS.values():
            self._metric.addItem(metric.title, metric.name)
            self._metric.setItemData(self._metric.count() - 1, metric.sentence, Qt.ItemDataRole.ToolTipRole)
        self._about = QLabel(self)
        set_role(self._about, "muted")
        self._about.setTextFormat(Qt.TextFormat.PlainText)
        self._about.setWordWrap(True)

    def _build_layout(self) -> None:
        card = QFrame(self)
        set_role(card, "panel")
        decides = QLabel(self.tr("Decided by"), self)
        set_role(decides, "muted")
        row = QHBoxLayout()
        row.addWidget(decides)
        row.addWidget(self._metric, 1)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(16, 12, 16, 12)
        inside.addLayout(row)
        inside.addWidget(self._about)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(card)
        column.addStretch(1)

    def _connect(self) -> None:
        self._metric.activated.connect(self._on_metric)

    @Slot(int)
    def _on_metric(self, index: int) -> None:
        self.metric_chosen.emit(str(self._metric.itemData(index)))
