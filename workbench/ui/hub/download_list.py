"""The downloads below each other."""

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from workbench.ui.hub.download_strip import DownloadStrip
from workbench.ui.hub.state import DownloadRow

_SHOWN_AT_ONCE = 2


class DownloadList(QScrollArea):
    """Hidden while there is none; as high as its first two."""

    pause_requested = Signal(str)
    resume_requested = Signal(str)
    cancel_requested = Signal(str)
    try_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._strips: dict[str, DownloadStrip] = {}
        self.setObjectName("downloads")
        self.setAccessibleName(self.tr("Downloads"))
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addStretch(1)
        self.setWidget(inside)
        self._fitting = QTimer(self, singleShot=True, interval=0)
        self._fitting.timeout.connect(self._fit_height)
        self.hide()

    def show_rows(self, rows: tuple[DownloadRow, ...]) -> None:
        for key in set(self._strips) - {row.key for row in rows}:
            strip = self._strips.pop(key)
            self._column.removeWidget(strip)
            strip.hide()
            strip.deleteLater()
        for row in rows:
            if row.key not in self._strips:
                self._strips[row.key] = self._new_strip(row.key)
            self._strips[row.key].show_row(row)
        self.setVisible(bool(rows))
        self._fitting.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fitting.start()

    def _new_strip(self, key: str) -> DownloadStrip:
        strip = DownloadStrip(key)
        strip.pause_requested.connect(self.pause_requested)
        strip.resume_requested.connect(self.resume_requested)
        strip.cancel_requested.connect(self.cancel_requested)
        strip.try_requested.connect(self.try_requested)
        self._column.insertWidget(self._column.count() - 1, strip)
        return strip

    @Slot()
    def _fit_height(self) -> None:
        """After the layout: how high a sentence is depends on how wide it may be."""
        width = max(self.viewport().width(), 200)
        shown = list(self._strips.values())[:_SHOWN_AT_ONCE]
        heights = [
            strip.heightForWidth(width) if strip.hasHeightForWidth() else strip.sizeHint().height() for strip in shown
        ]
        self.setFixedHeight(sum(heights) + self._column.spacing() * max(0, len(heights) - 1))
