"""Our line icons, drawn in the colour of the palette in force, sharp at any scaling."""

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPushButton

from workbench import resources
from workbench.ui.tokens import DARK, LIGHT

_NAME, _INK = "icon_name", "icon_ink"
_SMALL, _GAP = 16, 3
"""A push button with an icon of up to so many pixels gets so much more room before its words; Qt leaves four pixels."""


def pixmap(name: str, color: str, size: int, scale: float, gap: int = 0) -> QPixmap:
    """The icon `resources/icons/<name>.svg` drawn in `color`, `size` device-independent pixels square.

    `gap` pixels at its right stay empty.
    """
    from PySide6.QtSvg import QSvgRenderer

    picture = QPixmap(round((size + gap) * scale), round(size * scale))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(_source(name).replace("currentColor", color).encode())).render(
        painter, QRectF(0, 0, picture.height(), picture.height())
    )
    painter.end()
    picture.setDevicePixelRatio(scale)
    return picture


def icon(name: str, ink: str = "text", size: int = 18) -> QIcon:
    """The icon in the palette's colour `ink`; for something that stays, use `set_icon`, which follows the theme."""
    return _icon(name, ink, size, _is_dark())


def set_icon(target: QAbstractButton | QAction | QLabel, name: str, ink: str = "text", size: int = 18) -> None:
    """Give a button, an action or a label an icon that follows the theme."""
    target.setProperty(_NAME, name)
    target.setProperty(_INK, ink)
    target.setProperty("icon_size", size)
    _draw(target, _is_dark())


def refresh(app: QApplication, dark: bool) -> None:
    """Draw all icons anew after the palette changed."""
    _icon.cache_clear()
    for widget in app.allWidgets():
        if isinstance(widget, QAbstractButton | QLabel) and widget.property(_NAME):
            _draw(widget, dark)
        for action in widget.actions():
            if action.property(_NAME):
                _draw(action, dark)


def _draw(target: QAbstractButton | QAction | QLabel, dark: bool) -> None:
    name, ink, size = target.property(_NAME), target.property(_INK), int(target.property("icon_size"))
    if isinstance(target, QLabel):
        target.setPixmap(pixmap(name, _color(ink, dark), size, _screen_scale()))
        return
    gap = _GAP if isinstance(target, QPushButton) and size <= _SMALL else 0
    target.setIcon(_icon(name, ink, size, dark, gap))
    if isinstance(target, QAbstractButton):
        target.setIconSize(QSize(size + gap, size))


@cache
def _icon(name: str, ink: str, size: int, dark: bool, gap: int = 0) -> QIcon:
    made = QIcon()
    scale = _screen_scale()
    made.addPixmap(pixmap(name, _color(ink, dark), size, scale, gap))
    if ink == "muted":  # navigation: what is selected takes the accent's ink
        made.addPixmap(pixmap(name, _color("accent_ink", dark), size, scale, gap), QIcon.Mode.Normal, QIcon.State.On)
    else:  # Qt would make it of this one, which is too pale where the ink is white
        made.addPixmap(pixmap(name, _color("disabled", dark), size, scale, gap), QIcon.Mode.Disabled)
    return made


def _color(ink: str, dark: bool) -> str:
    """`ink` is the name of a token: "text", "muted", "accent", "good", ..."""
    return str(getattr(DARK if dark else LIGHT, ink))


@cache
def _source(name: str) -> str:
    return resources.text(f"icons/{name}.svg")


def _screen_scale() -> float:
    """Of the finest screen: on the others the picture is made smaller, which looks as good."""
    return max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0)


def _is_dark() -> bool:
    return QApplication.palette().color(QPalette.ColorRole.Window).lightness() < 128
