"""Draws the description of a picture with Qt: in the window, and as an image for files and the clipboard."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen

from workbench.compare.pictures.description import Anchor, Box, Dot, Frame, Label, Line, Picture
from workbench.compare.pictures.palette import LIGHT, Palette

IMAGE_SCALE = 2
"""Pixels of an image for one of the picture: sharp on fine screens and in print."""


def paint(painter: QPainter, picture: Picture, palette: Palette, family: str) -> None:
    """All marks, from the back to the front, in the font `family`."""
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    for mark in picture.marks:
        match mark:
            case Line():
                _paint_line(painter, mark, palette)
            case Dot():
                _paint_dot(painter, mark, palette)
            case Box():
                colour = QColor(palette.colour(mark.look))
                colour.setAlphaF(mark.opacity)
                painter.fillRect(rect_of(mark.frame), colour)
            case Label():
                _paint_label(painter, mark, palette, family)


def to_image(picture: Picture, family: str, palette: Palette = LIGHT) -> QImage:
    """The picture on its ground, `IMAGE_SCALE` pixels for one."""
    size = QSize(round(picture.width), round(picture.height))
    image = QImage(size * IMAGE_SCALE, QImage.Format.Format_RGB32)
    image.fill(QColor(palette.ground))
    painter = QPainter(image)
    painter.scale(IMAGE_SCALE, IMAGE_SCALE)
    paint(painter, picture, palette, family)
    painter.end()
    return image


def rect_of(frame: Frame) -> QRectF:
    return QRectF(frame.x, frame.y, frame.width, frame.height)


def _paint_line(painter: QPainter, line: Line, palette: Palette) -> None:
    pen = QPen(QColor(palette.colour(line.look)), line.width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if line.is_dashed:
        pen.setDashPattern([5 / line.width, 4 / line.width])  # Qt counts in widths of the pen, SVG in pixels
    painter.setPen(pen)
    painter.drawLine(QPointF(line.x1, line.y1), QPointF(line.x2, line.y2))


def _paint_dot(painter: QPainter, dot: Dot, palette: Palette) -> None:
    colour = QColor(palette.colour(dot.look))
    painter.setPen(QPen(colour, 2.0) if dot.is_hollow else QPen(Qt.PenStyle.NoPen))
    painter.setBrush(QColor(palette.ground) if dot.is_hollow else colour)
    radius = dot.radius - 1 if dot.is_hollow else dot.radius
    painter.drawEllipse(QPointF(dot.x, dot.y), radius, radius)


def _paint_label(painter: QPainter, label: Label, palette: Palette, family: str) -> None:
    font = QFont(family)
    font.setPixelSize(max(1, round(label.size)))
    if label.is_bold:
        font.setWeight(QFont.Weight.DemiBold)
    painter.save()
    painter.setFont(font)
    painter.setPen(QColor(palette.colour(label.look)))
    painter.translate(label.x, label.y)
    if label.is_turned:
        painter.rotate(-90)
    width = painter.fontMetrics().horizontalAdvance(label.text)
    shift = {Anchor.START: 0.0, Anchor.MIDDLE: width / 2, Anchor.END: width}[label.anchor]
    painter.drawText(QPointF(-shift, 0), label.text)
    painter.restore()
