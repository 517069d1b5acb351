"""How much quality, speed, memory and cost count: a slider for each, and where moving it changes the choice."""

from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from workbench.compare.trade_off_rows import flip_text
from workbench.compare.verdict_types import FlipPoint
from workbench.compare.weights import Measure, Weights
from workbench.compare.wording import percent
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button

_FULL = 100
_REST_MS = 700
"""After the last movement: what is set is kept then."""


@dataclass(frozen=True, slots=True)
class _Row:
    slider: QSlider
    share: QLabel
    flips: QLabel


class WeightsCard(QFrame):
    weights_moved = Signal(object)
    weights_rested = Signal()
    quality_alone_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_weights(self, weights: Weights, points: tuple[FlipPoint, ...]) -> None:
        """Sliders stay where the hand left them as long as their proportions are those of `weights`."""
        shares = weights.shares
        if self._shares() != {measure: round(share, 6) for measure, share in shares.items()}:
            highest = max(shares.values())
            for measure, row in self._rows.items():
                with QSignalBlocker(row.slider):
                    row.slider.setValue(round(_FULL * shares[measure] / highest))
        for measure, row in self._rows.items():
            row.share.setText(percent(shares[measure]))
            flips = flip_text(points, measure)
            row.flips.setText(flips)
            row.flips.setVisible(bool(flips))
            row.slider.setAccessibleDescription(f"{percent(shares[measure])}. {flips}")
        self._reset.setEnabled(not weights.is_quality_only)

    def hideEvent(self, event: QHideEvent) -> None:
        """Who leaves the page at once has the weights kept as well."""
        super().hideEvent(event)
        if self._rest.isActive():
            self._rest.stop()
            self.weights_rested.emit()

    def _positions(self) -> dict[Measure, int]:
        return {measure: row.slider.value() for measure, row in self._rows.items()}

    def _shares(self) -> dict[Measure, float]:
        positions = self._positions()
        total = sum(positions.values())
        return {measure: round(value / total, 6) if total else 0.0 for measure, value in positions.items()}

    def _build_widgets(self) -> None:
        set_role(self, "panel")
        words = {
            Measure.QUALITY: (self.tr("Quality"), self.tr("The score that decides")),
            Measure.LATENCY: (self.tr("Speed"), self.tr("Seconds per answer, alone and warm")),
            Measure.MEMORY: (self.tr("Memory"), self.tr("Model, context, adapter and embedder together")),
            Measure.COST: (self.tr("Cost"), self.tr("Per answer, with its share of training and indexing")),
        }
        self._names: dict[Measure, QLabel] = {}
        self._rows: dict[Measure, _Row] = {}
        for measure, (title, sentence) in words.items():
            self._names[measure] = QLabel(title, self)
            self._names[measure].setToolTip(sentence)
            self._rows[measure] = self._row(measure, title, sentence)
            self._names[measure].setBuddy(self._rows[measure].slider)
        self._title = QLabel(self.tr("What counts"), self)
        set_role(self._title, "subtitle")
        self._reset = named_button(
            self, "compare_quality_alone", self.tr("Quality alone"), "quiet", spoken=self.tr("Let quality alone count")
        )
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)

    def _row(self, measure: Measure, title: str, sentence: str) -> _Row:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setObjectName(f"compare_weight_{measure}")
        slider.setAccessibleName(self.tr("Weight of {}").format(title.lower()))
        slider.setToolTip(sentence)
        slider.setRange(0, _FULL)
        slider.setPageStep(10)
        slider.setMinimumHeight(slider.fontMetrics().height() + 8)  # the handle is as tall as that
        slider.setValue(_FULL if measure is Measure.QUALITY else 0)
        share, flips = QLabel(self), QLabel(self)
        share.setObjectName(f"compare_share_{measure}")
        share.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        share.setMinimumWidth(share.fontMetrics().horizontalAdvance("100 %"))
        flips.setObjectName(f"compare_flips_{measure}")
        flips.setTextFormat(Qt.TextFormat.PlainText)
        flips.setWordWrap(True)
        flips.setToolTip(self.tr("From which weight on another arm is recommended; a range where quality is not exact"))
        set_role(flips, "small")
        return _Row(slider, share, flips)

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._reset)
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for place, (measure, row) in enumerate(self._rows.items()):
            grid.addWidget(self._names[measure], 2 * place, 0)
            grid.addWidget(row.slider, 2 * place, 1)
            grid.addWidget(row.share, 2 * place, 2)
            grid.addWidget(row.flips, 2 * place + 1, 1, 1, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 12)
        column.addLayout(head)
        column.addLayout(grid)
        column.addStretch(1)

    def _connect(self) -> None:
        for row in self._rows.values():
            row.slider.valueChanged.connect(self._on_moved)
        self._rest.timeout.connect(self.weights_rested)
        self._reset.clicked.connect(self.quality_alone_requested)

    @Slot(int)
    def _on_moved(self, _value: int) -> None:
        positions = self._positions()
        if not any(positions.values()):  # something must count: the last one stays a little above nothing
            slider = self.sender()
            if isinstance(slider, QSlider):
                slider.setValue(1)
            return
        self._rest.start()
        self.weights_moved.emit(Weights(**{measure.value: float(value) for measure, value in positions.items()}))
