"""Scrolls a page up and down, and is never narrower than the page: nothing is cut off at the right."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


class PageScroller(QScrollArea):
    """Around a form or cards whose texts wrap. (Qt's own area lets itself be made as narrow as anything.)"""

    def __init__(self, page: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # Tab leads to what is on the page, which comes into sight
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(page)

    def minimumSizeHint(self) -> QSize:
        least = super().minimumSizeHint()
        page = self.widget()
        if page is None:
            return least
        beside = self.verticalScrollBar().sizeHint().width()
        return QSize(max(least.width(), page.minimumSizeHint().width() + beside), least.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest and watched is self.widget():
            self.updateGeometry()
        return super().eventFilter(watched, event)
