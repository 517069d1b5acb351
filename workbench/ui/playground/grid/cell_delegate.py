"""Draws a cell of the grid: the sign of its score in colour, then how the answer begins."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from workbench.ui.playground.grid.table_model import MARK_ROLE
from workbench.ui.theme import tokens_of

_MARGIN = 8


class CellDelegate(QStyledItemDelegate):
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        widget = option.widget if isinstance(option.widget, QWidget) else None
        style = widget.style() if widget else None
        if style is not None:
            style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, widget)
        mark, ink = index.data(MARK_ROLE) or ("", "muted")
        tokens = tokens_of(widget)
        painter.save()
        rect: QRect = option.rect.adjusted(_MARGIN, 0, -_MARGIN, 0)
        metrics = painter.fontMetrics()
        sign = metrics.horizontalAdvance("◐") + 6
        align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(getattr(tokens, ink)))
        painter.drawText(QRect(rect.left(), rect.top(), sign, rect.height()), align, mark)
        painter.setPen(QColor(tokens.bad if mark == "!" else tokens.text))
        room = rect.adjusted(sign, 0, 0, 0)
        text = metrics.elidedText(str(index.data() or ""), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, align, text)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(tokens.focus))
            painter.drawRect(option.rect.adjusted(1, 1, -2, -2))
        painter.restore()
