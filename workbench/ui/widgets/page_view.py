"""A page as a picture with a passage marked over it. The picture was drawn elsewhere: nothing is parsed here."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QGraphicsScene, QGraphicsView, QWidget

from workbench.ui.tokens import LIGHT

Box = tuple[float, float, float, float]
_STEP = 1.2
_MIN_ZOOM, _MAX_ZOOM = 0.2, 8.0
_PADDING = 3.0


class PageView(QGraphicsView):
    """Fits the page's width until the user zooms (Ctrl and the wheel, + and -, 0 fits again)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._zoom = 1.0
        self._marked = QRectF()
        self._boxes: tuple[Box, ...] = ()
        self._png = b""
        self._build_widgets()

    @property
    def marked_boxes(self) -> tuple[Box, ...]:
        return self._boxes

    def show_page(self, png: bytes, boxes: Sequence[Box]) -> None:
        """Show a PNG with these boxes (left, top, right, bottom in its pixels) marked, the first one in sight."""
        if png == self._png and tuple(boxes) == self._boxes:
            return
        self._png, self._boxes = png, tuple(boxes)
        picture = QPixmap()
        picture.loadFromData(png, "PNG")
        scene = self.scene()
        scene.clear()
        scene.addPixmap(picture).setTransformationMode(Qt.TransformationMode.SmoothTransformation)
        scene.setSceneRect(QRectF(picture.rect()))
        self._draw_marks()
        self._zoom = 1.0
        self._fit()
        self._bring_into_sight()

    def clear(self) -> None:
        self._png, self._boxes, self._marked = b"", (), QRectF()
        self.scene().clear()

    @Slot()
    def zoom_in(self) -> None:
        self._zoom_by(_STEP)

    @Slot()
    def zoom_out(self) -> None:
        self._zoom_by(1 / _STEP)

    @Slot()
    def fit_width(self) -> None:
        self._zoom = 1.0
        self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._zoom_by(_STEP if event.angleDelta().y() > 0 else 1 / _STEP)
            event.accept()
        else:
            super().wheelEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
        self._bring_into_sight()

    def _build_widgets(self) -> None:
        self.setObjectName("page_view")
        self.setAccessibleName(self.tr("Page with the passage marked"))
        self.setScene(QGraphicsScene(self))
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setRenderHints(QPainter.RenderHint.SmoothPixmapTransform | QPainter.RenderHint.Antialiasing)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        # Else the bar that comes and goes with the fitted height changes the fitted width for ever.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)

    def _draw_marks(self) -> None:
        # Paper is white in both themes: the light palette's colour reads on it.
        color = QColor(LIGHT.warn_edge)
        fill = QColor(color)
        fill.setAlpha(90)
        self._marked = QRectF()
        for left, top, right, bottom in self._boxes:
            box = QRectF(left, top, right - left, bottom - top).adjusted(-_PADDING, -_PADDING, _PADDING, _PADDING)
            self._marked = self._marked.united(box)
            self.scene().addRect(box, color, fill)

    def _fit(self) -> None:
        width = self.sceneRect().width()
        if width <= 0:
            return
        scale = self._zoom * (self.viewport().width() - 4) / width
        self.resetTransform()
        self.scale(scale, scale)

    def _bring_into_sight(self) -> None:
        if self._marked.isNull():
            self.verticalScrollBar().setValue(self.verticalScrollBar().minimum())
        else:
            self.centerOn(self._marked.center())

    def _zoom_by(self, factor: float) -> None:
        self._zoom = min(max(self._zoom * factor, _MIN_ZOOM), _MAX_ZOOM)
        self._fit()
