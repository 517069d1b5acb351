"""The held-out scores of the winner and the start with their intervals, on one scale from 0 to 100 %."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.playground.search.types import HeldOutScore
from workbench.playground.search.wording import percent
from workbench.scoring.types import MetricSummary
from workbench.ui.theme import tokens_of


class HeldOutPlot(QWidget):
    """Two lines: the best one and the start. Hidden while there is nothing to draw."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._score: HeldOutScore | None = None
        self.setObjectName("search_held_out")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_score(self, score: HeldOutScore | None) -> None:
        self._score = score
        self.setVisible(score is not None)
        if score is not None:
            self.setAccessibleName(
                self.tr("Best one {} ({} to {}), start {} ({} to {})").format(
                    *(percent(value) for one in (score.winner, score.start) for value in (one.mean, one.low, one.high))
                )
            )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, 2 * self._row() + self.fontMetrics().height() + 6)

    def minimumSizeHint(self) -> QSize:
        return QSize(220, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        score = self._score
        if score is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens, metrics = tokens_of(self), self.fontMetrics()
        names = (self.tr("Best one"), self.tr("Start"))
        left = max(metrics.horizontalAdvance(name) for name in names) + 14
        right = metrics.horizontalAdvance("100 %") + 12
        plot = QRectF(left, 2, self.width() - left - right, 2 * self._row())
        self._draw_scale(painter, plot)
        colors = (QColor(tokens.accent), QColor(tokens.muted))
        for number, (name, summary) in enumerate(zip(names, (score.winner, score.start), strict=True)):
            y = plot.top() + (number + 0.5) * self._row()
            painter.setPen(QColor(tokens.text))
            room = QRectF(0, y - self._row() / 2, left - 10, self._row())
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
            value = QRectF(plot.right() + 6, room.top(), right - 6, self._row())
            painter.drawText(value, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, percent(summary.mean))
            _draw_interval(painter, plot, y, summary, colors[number])
        painter.end()

    def _row(self) -> int:
        return self.fontMetrics().height() + 8

    def _draw_scale(self, painter: QPainter, plot: QRectF) -> None:
        tokens = tokens_of(self)
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            x = plot.left() + share * plot.width()
            painter.setPen(QPen(QColor(tokens.border), 1.0))
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
            painter.setPen(QColor(tokens.muted))
            room = QRectF(x - 30, plot.bottom() + 2, 60, self.fontMetrics().height() + 2)
            painter.drawText(room, Qt.AlignmentFlag.AlignHCenter, percent(share))


def _draw_interval(painter: QPainter, plot: QRectF, y: float, summary: MetricSummary, color: QColor) -> None:
    mean, low, high = (
        plot.left() + (value or 0.0) * plot.width() for value in (summary.mean, summary.low, summary.high)
    )
    painter.setPen(QPen(color, 2.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawLine(QPointF(low, y), QPointF(high, y))
    for x in (low, high):
        painter.drawLine(QPointF(x, y - 4), QPointF(x, y + 4))
    painter.setBrush(color)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(QPointF(mean, y), 5.5, 5.5)
