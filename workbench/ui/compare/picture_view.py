"""A picture in the window: as large as its place, in the theme's colours; says exact values, selects arms."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontInfo,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from workbench.compare.pictures.description import Nothing, Picture, Room, Spot
from workbench.compare.pictures.palette import DARK, LIGHT, Palette
from workbench.ui.compare.painting import paint, rect_of
from workbench.ui.theme import tokens_of
from workbench.ui.widgets.plain_tip import plain_tip

Drawer = Callable[[Room], Picture | Nothing]
_LEAST_HEIGHT = 300
_LEAST_WIDTH = 420
_BACK = {Qt.Key.Key_Up, Qt.Key.Key_Left}
_ON = {Qt.Key.Key_Down, Qt.Key.Key_Right}


class PictureView(QWidget):
    """Draws what its drawer makes of the room there is; arrow keys go from value to value."""

    spot_pointed = Signal(str)
    """The exact values where the pointer or the keyboard is; empty where there are none."""
    spot_chosen = Signal(str, str)
    """Arm and question (empty where the place is no single answer)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drawer: Drawer | None = None
        self._picture: Picture | None = None
        self._arm = ""
        self._at = -1
        """The spot that is pointed at."""
        self._settle = QTimer(self, singleShot=True, interval=0)
        self._settle.timeout.connect(self._draw)
        self.setAccessibleName(self.tr("Picture"))
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(_LEAST_WIDTH, _LEAST_HEIGHT)

    @property
    def picture(self) -> Picture | None:
        """What is drawn."""
        return self._picture

    @property
    def family(self) -> str:
        """The font that texts are drawn in."""
        return QFontInfo(self.font()).family()

    def show_picture(self, drawer: Drawer) -> Picture | Nothing:
        """Draw by this from now on; what came of it."""
        self._drawer = drawer
        self._at = -1
        return self._lay_out(drawer)

    def mark_arm(self, arm: str) -> None:
        """Shade the places of this arm."""
        if arm != self._arm:
            self._arm = arm
            self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._settle.start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._settle.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        picture = self._picture
        if picture is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = tokens_of(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.accent_soft))
        for spot in picture.spots:
            if self._arm and spot.arm == self._arm and not spot.example_id:
                painter.drawRoundedRect(rect_of(spot.frame), 6, 6)
        paint(painter, picture, self._palette(), self.family)
        if 0 <= self._at < len(picture.spots):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.focus), 2.0 if self.hasFocus() else 1.2))
            frame = rect_of(picture.spots[self._at].frame).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(frame.intersected(QRectF(self.rect()).adjusted(1, 1, -1, -1)), 6, 6)
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self._spot_at(event.position()))
        spot = self._spot()
        if spot is None:
            QToolTip.hideText()
        else:
            QToolTip.showText(event.globalPosition().toPoint(), plain_tip(spot.tip), self, rect_of(spot.frame).toRect())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self.hasFocus():
            self._point(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() is Qt.MouseButton.LeftButton:
            self._point(self._spot_at(event.position()))
            self._choose()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        count = len(self._picture.spots) if self._picture else 0
        key = event.key()
        if count and key in _ON:
            self._point((self._at + 1) % count)
        elif count and key in _BACK:
            self._point((self._at - 1) % count if self._at >= 0 else count - 1)
        elif count and key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._point(0 if key == Qt.Key.Key_Home else count - 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        by_tab = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        if by_tab and self._at < 0 and self._picture is not None and self._picture.spots:
            self._point(0)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._point(-1)

    @Slot()
    def _draw(self) -> None:
        if self._drawer is not None:
            self._lay_out(self._drawer)

    def _lay_out(self, drawer: Drawer) -> Picture | Nothing:
        """First as low as it can be, to know how much height it needs; then in all the height there is."""
        font, width = float(QFontInfo(self.font()).pixelSize()), float(max(self.width(), _LEAST_WIDTH))
        least = drawer(Room(width, _LEAST_HEIGHT, font))
        if isinstance(least, Nothing):
            self._picture = None
            return least
        self.setMinimumHeight(max(_LEAST_HEIGHT, round(least.height) + 1))
        height = max(self.height(), self.minimumHeight())
        drawn = least if height <= least.height + 1 else drawer(Room(width, height, font))
        self._picture = drawn if isinstance(drawn, Picture) else least
        self.setAccessibleName(least.title)
        self.setAccessibleDescription(least.description)
        self.update()
        return self._picture

    def _palette(self) -> Palette:
        return DARK if tokens_of(self).name == "dark" else LIGHT

    def _spot(self) -> Spot | None:
        spots = self._picture.spots if self._picture else ()
        return spots[self._at] if 0 <= self._at < len(spots) else None

    def _spot_at(self, place: QPointF) -> int:
        """The smallest of the spots there: a bar of a histogram lies within its arm's row."""
        spots = self._picture.spots if self._picture else ()
        found = [number for number, spot in enumerate(spots) if rect_of(spot.frame).contains(place)]
        return min(found, key=lambda n: spots[n].frame.width * spots[n].frame.height, default=-1)

    def _point(self, number: int) -> None:
        if number == self._at:
            return
        self._at = number
        spot = self._spot()
        self.spot_pointed.emit(spot.tip if spot else "")
        self.update()

    def _choose(self) -> None:
        spot = self._spot()
        if spot is not None and spot.arm:
            self.spot_chosen.emit(spot.arm, spot.example_id)
