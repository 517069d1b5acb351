"""A chart of lines that grow while somebody watches: axis names, a legend with each line's last value, theme colours.

pyqtgraph (and numpy with it) is imported when the first chart is shown, never with the window.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QFont, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from workbench.ui.theme import set_role, tokens_of

PAINT_INTERVAL_MS = 500
"""Two pictures a second are enough for a curve, and each takes pyqtgraph 8 ms; a burst of points is one picture."""
_FEW_POINTS = 30
"""Up to this many points are marked: one or two alone would be no visible line."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `points` are (x, y) in the order of x."""

    name: str
    points: tuple[tuple[float, float], ...] = ()
    is_faint: bool = False
    """Drawn thin and pale, without a place in the legend: the raw values behind a smoothed line."""
    series: int = 0
    """Which of the theme's series colours."""
    dashed: bool = False


@dataclass(slots=True)
class _Drawn:
    """What pyqtgraph holds of one line."""

    curve: Any
    end: Any
    line: Line = field(default_factory=lambda: Line(""))


class LineChart(QWidget):
    """Shows `Line`s; hovering tells the values, the legend says each line's last one."""

    def __init__(self, x_title: str, y_title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._x_title, self._y_title = x_title, y_title
        self._lines: tuple[Line, ...] = ()
        self._drawn: dict[str, _Drawn] = {}
        self._plot: Any = None
        self._x_end = 0.0
        self._build_widgets()
        self._build_layout()
        self._timer.timeout.connect(self._paint_now)

    def show_lines(self, lines: Sequence[Line], x_end: float = 0.0) -> None:
        """Show these lines instead of the ones before; the x axis reaches to `x_end` at least."""
        if tuple(lines) == self._lines and x_end == self._x_end:
            return
        is_first = not self._lines
        self._lines, self._x_end = tuple(lines), x_end
        if is_first or self._plot is None:
            self._show_legend()
        if self._plot is not None and not self._timer.isActive():
            self._timer.start()

    def legend_text(self) -> str:
        """The legend in words: each line with its last value."""
        return "; ".join(_in_words(line) for line in self._lines if not line.is_faint)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._plot is None:
            self._build_plot()
        self._paint_now()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._plot is not None:
            self._take_colours()
            self._paint_now()

    def _build_widgets(self) -> None:
        self.setAccessibleName(f"{self._y_title} / {self._x_title}")
        self.setMinimumHeight(160)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._legend = QWidget(self)
        self._labels: list[QLabel] = []
        self._value = QLabel(self)
        self._value.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self._value, "small")
        self._timer = QTimer(self, singleShot=True, interval=PAINT_INTERVAL_MS)

    def _build_layout(self) -> None:
        self._legend_row = QHBoxLayout(self._legend)
        self._legend_row.setContentsMargins(8, 0, 8, 0)
        self._legend_row.setSpacing(16)
        top = QHBoxLayout()
        top.addWidget(self._legend)
        top.addStretch(1)
        top.addWidget(self._value)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._column.addLayout(top)

    def _build_plot(self) -> None:
        import pyqtgraph  # numpy comes with it: after the first paint only

        self._plot = pyqtgraph.PlotWidget(self)
        self._plot.setObjectName("line_chart_plot")
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.setMouseEnabled(x=False, y=False)
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.setFrameShape(self._plot.Shape.NoFrame)
        for side in ("left", "bottom"):
            self._plot.getAxis(side).enableAutoSIPrefix(False)
        self._cursor = pyqtgraph.InfiniteLine(angle=90, movable=False)
        self._cursor.hide()
        self._plot.addItem(self._cursor, ignoreBounds=True)
        self._column.addWidget(self._plot, 1)
        self._take_colours()
        self._plot.scene().sigMouseMoved.connect(self._on_mouse_moved)

    def _take_colours(self) -> None:
        import pyqtgraph

        tokens = tokens_of(self)
        self._plot.setBackground(None)
        self._plot.setStyleSheet("background: transparent;")
        small = QFont(self.font())
        small.setPointSizeF(max(8.0, self.font().pointSizeF() * 0.85))
        size = f"{small.pointSizeF():.1f}pt"
        for side, title in (("left", self._y_title), ("bottom", self._x_title)):
            axis = self._plot.getAxis(side)
            axis.setPen(pyqtgraph.mkPen(tokens.border_strong))
            axis.setTextPen(pyqtgraph.mkPen(tokens.muted))
            axis.setTickFont(small)
            axis.setLabel(title, color=tokens.muted, **{"font-size": size})
        self._plot.showGrid(x=True, y=True, alpha=0.12)
        self._cursor.setPen(pyqtgraph.mkPen(tokens.border_strong, style=Qt.PenStyle.DashLine))
        for drawn in self._drawn.values():
            drawn.line = Line("")  # drawn anew in the new colours

    @Slot()
    def _paint_now(self) -> None:
        """What was told since the last picture; of a chart that nobody sees when it is shown."""
        if self._plot is None or not self.isVisible():
            return
        self._show_legend()
        names = {line.name for line in self._lines}
        for name in [name for name in self._drawn if name not in names]:
            gone = self._drawn.pop(name)
            self._plot.removeItem(gone.curve)
            self._plot.removeItem(gone.end)
        for line in self._lines:
            self._draw(line)
        self._fit_axes()

    def _draw(self, line: Line) -> None:
        drawn = self._drawn.get(line.name)
        if drawn is None:
            drawn = _Drawn(self._plot.plot([], [], antialias=True), self._plot.plot([], []))
            self._drawn[line.name] = drawn
        if drawn.line == line:
            return
        drawn.line = line
        self._style(drawn, line)
        drawn.curve.setData([x for x, _ in line.points], [y for _, y in line.points])
        last = () if line.is_faint else line.points[-1:]
        drawn.end.setData([x for x, _ in last], [y for _, y in last])

    def _style(self, drawn: _Drawn, line: Line) -> None:
        import pyqtgraph

        colour = QColor(_colour(self, line.series))
        style = Qt.PenStyle.DashLine if line.dashed else Qt.PenStyle.SolidLine
        if line.is_faint:
            colour.setAlpha(90)
        drawn.curve.setPen(pyqtgraph.mkPen(colour, width=1 if line.is_faint else 2, style=style))
        few = len(line.points) <= _FEW_POINTS and not line.is_faint
        for item, size, shown in ((drawn.curve, 5, few), (drawn.end, 8, not line.is_faint)):
            item.setSymbol("o" if shown else None)
            item.setSymbolSize(size)
            item.setSymbolBrush(pyqtgraph.mkBrush(colour))
            item.setSymbolPen(pyqtgraph.mkPen(None))
        drawn.end.setPen(None)

    def _fit_axes(self) -> None:
        points = [point for line in self._lines for point in line.points]
        if not points:
            self._plot.setXRange(0, max(1.0, self._x_end), padding=0.02)
            self._plot.setYRange(0, 1, padding=0.02)
            return
        ys = [y for _, y in points]
        low, high = min(ys), max(ys)
        room = (high - low) * 0.08 or max(abs(high) * 0.1, 0.05)
        x_start = min(x for x, _ in points)
        x_end = max(self._x_end, x_start + 1, *(x for x, _ in points))
        self._plot.setXRange(min(x_start, 0.0), x_end, padding=0.02)
        self._plot.setYRange(max(0.0, low - room) if low >= 0 else low - room, high + room, padding=0)

    def _show_legend(self) -> None:
        named = [line for line in self._lines if not line.is_faint]
        while len(self._labels) < len(named):
            label = QLabel(self._legend)
            label.setTextFormat(Qt.TextFormat.RichText)  # numbers and names of ours only, see `_legend_html`
            self._legend_row.addWidget(label)
            self._labels.append(label)
        for number, label in enumerate(self._labels):
            label.setVisible(number < len(named))
            if number < len(named):
                label.setText(_legend_html(named[number], _colour(self, named[number].series)))
        self.setAccessibleDescription(self.legend_text())

    @Slot(object)
    def _on_mouse_moved(self, position: Any) -> None:
        box = self._plot.getViewBox()
        if not self._plot.sceneBoundingRect().contains(position) or not box.sceneBoundingRect().contains(position):
            self._cursor.hide()
            self._value.clear()
            return
        x = float(box.mapSceneToView(position).x())
        near = [(line.name, min(line.points, key=lambda p: abs(p[0] - x))) for line in self._shown_lines()]
        if not near:
            return
        at = min((point[0] for _, point in near), key=lambda value: abs(value - x))
        self._cursor.setPos(at)
        self._cursor.show()
        values = ", ".join(f"{name} {_number(point[1])}" for name, point in near)
        self._value.setText(f"{self._x_title} {_number(at)}: {values}")

    def _shown_lines(self) -> list[Line]:
        return [line for line in self._lines if line.points and not line.is_faint]


def _colour(widget: QWidget, series: int) -> str:
    colours = tokens_of(widget).series
    return colours[series % len(colours)]


def _in_words(line: Line) -> str:
    return f"{line.name} {_number(line.points[-1][1])}" if line.points else f"{line.name} –"


def _legend_html(line: Line, colour: str) -> str:
    from html import escape

    value = _number(line.points[-1][1]) if line.points else "–"
    mark = "╌╌" if line.dashed else "━━"
    return f'<span style="color:{colour}">{mark}</span>&nbsp; {escape(line.name)} &nbsp;<b>{value}</b>'


def _number(value: float) -> str:
    if float(value).is_integer() and abs(value) < 1e6:
        return str(int(value))
    return f"{value:.3f}" if abs(value) >= 0.01 else f"{value:.2e}"
