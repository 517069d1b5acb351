"""How a collection is drawn in the list: its name, how it is, and two lines of facts."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from workbench.ui.theme import tokens_of

Index = QModelIndex | QPersistentModelIndex
FACTS, DOT = Qt.ItemDataRole.UserRole + 1, Qt.ItemDataRole.UserRole + 2
"""Two lines of text; the token that the dot is drawn in."""
_MARGIN, _GAP, _DOT = 10, 3, 8


class CollectionDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        lines = 1 + len(index.data(FACTS) or ())
        return QSize(120, lines * option.fontMetrics.height() + (lines - 1) * _GAP + 2 * _MARGIN)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        name, option.text = option.text, ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        tokens = tokens_of(option.widget)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        area = option.rect.adjusted(_MARGIN + 2, _MARGIN - 2, -_MARGIN, -_MARGIN)
        height = option.fontMetrics.height()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(tokens, index.data(DOT) or "good")))
        painter.drawEllipse(QRect(area.left(), area.top() + (height - _DOT) // 2 + 1, _DOT, _DOT))
        area.setLeft(area.left() + _DOT + 7)
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(QColor(tokens.accent_ink if is_selected else tokens.text))
        self._draw_line(painter, area, name)
        small = QFont(option.font)
        small.setPointSizeF(option.font.pointSizeF() * 0.9)
        painter.setFont(small)
        painter.setPen(QColor(tokens.accent_ink if is_selected else tokens.muted))
        for line in index.data(FACTS) or ():
            area.setTop(area.top() + height + _GAP)
            self._draw_line(painter, area, line)
        painter.restore()

    def _draw_line(self, painter: QPainter, area: QRect, text: str) -> None:
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, shown)
