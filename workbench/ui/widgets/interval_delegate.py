"""Draws a mean with its 95 % interval on a common scale from 0 to 100 %: the same picture as in the report."""

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from workbench.compare.wording import percent
from workbench.scoring.types import MetricSummary
from workbench.ui.theme import tokens_of
from workbench.ui.widgets.record_model import RecordTableModel

T = TypeVar("T")
_MARGIN = 14
_DOT = 5.0


class IntervalDelegate(QStyledItemDelegate, Generic[T]):
    """For a column of a `RecordTable`; the best are drawn in the accent colour, and bolder."""

    def __init__(
        self,
        model: RecordTableModel[T],
        summary_of: Callable[[T], MetricSummary | None],
        is_best: Callable[[T], bool],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._summary_of, self._is_best = summary_of, is_best

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(260, super().sizeHint(option, index).height())

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        widget = option.widget if isinstance(option.widget, QWidget) else None
        result = self._model.record(index.row())
        style = widget.style() if widget else None
        if style is not None:
            style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, widget)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        self._draw(painter, QRectF(option.rect), result, selected, widget)
        painter.restore()

    def _draw(self, painter: QPainter, room: QRectF, result: T, selected: bool, widget: QWidget | None) -> None:
        tokens = tokens_of(widget)
        ink = QColor(tokens.text if selected else tokens.muted)
        value_width = painter.fontMetrics().horizontalAdvance("100 %") + 10
        plot = room.adjusted(_MARGIN, 0, -_MARGIN - value_width, 0)
        self._draw_grid(painter, plot, QColor(ink if selected else tokens.border))
        summary = self._summary_of(result)
        text_room = QRectF(plot.right() + 10, room.top(), value_width, room.height())
        painter.setPen(ink if selected else QColor(tokens.text))
        mean = summary.mean if summary else None
        painter.drawText(text_room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, percent(mean))
        if summary is not None and summary.mean is not None:
            is_best = self._is_best(result)
            accent = QColor(tokens.accent) if is_best else QColor(tokens.border_strong)
            self._draw_interval(painter, plot, summary, ink if selected else accent, is_best)

    @staticmethod
    def _draw_grid(painter: QPainter, plot: QRectF, color: QColor) -> None:
        painter.setPen(QPen(color, 1.0))
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            x = plot.left() + share * plot.width()
            painter.drawLine(QPointF(x, plot.top() + 4), QPointF(x, plot.bottom() - 4))

    @staticmethod
    def _draw_interval(painter: QPainter, plot: QRectF, summary: MetricSummary, color: QColor, is_best: bool) -> None:
        y = plot.center().y()
        mean, low, high = (
            plot.left() + (value if value is not None else 0.0) * plot.width()
            for value in (summary.mean, summary.low, summary.high)
        )
        painter.setPen(QPen(color, 3.0 if is_best else 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(low, y), QPointF(high, y))
        for x in (low, high):
            painter.drawLine(QPointF(x, y - 4), QPointF(x, y + 4))
        painter.setBrush(color)
        painter.setPen(Qt.PenStyle.NoPen)
        size = _DOT + 1 if is_best else _DOT
        painter.drawEllipse(QPointF(mean, y), size, size)
