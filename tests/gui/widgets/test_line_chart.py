import subprocess
import sys

from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from workbench.settings import ColorScheme
from workbench.ui.theme import Theme
from workbench.ui.tokens import DARK, LIGHT
from workbench.ui.widgets.line_chart import Line, LineChart

LOSS = Line("Training loss", ((1.0, 2.0), (2.0, 1.25)))
HELD_OUT = Line("Held-out loss", ((2.0, 1.5),), series=1, dashed=True)


def open_chart(qtbot: QtBot) -> LineChart:
    chart = LineChart("Step", "Loss")
    qtbot.addWidget(chart)
    chart.resize(500, 300)
    chart.show()
    return chart


def shown_colours(chart: LineChart) -> set[str]:
    """All colours in the picture, as #RRGGBB."""
    image = chart.grab().toImage()
    return {image.pixelColor(x, y).name().upper() for x in range(image.width()) for y in range(image.height())}


def test_that_the_legend_tells_the_last_value_of_each_line(qtbot: QtBot) -> None:
    chart = open_chart(qtbot)
    chart.show_lines([LOSS, HELD_OUT], x_end=10)
    assert chart.legend_text() == "Training loss 1.250; Held-out loss 1.500"
    assert chart.accessibleDescription() == chart.legend_text()
    shown = [label.text() for label in chart.findChildren(QLabel) if label.isVisible() and label.text()]
    assert any("Held-out loss" in text and "1.500" in text for text in shown)


def test_that_a_faint_line_has_no_place_in_the_legend(qtbot: QtBot) -> None:
    chart = open_chart(qtbot)
    chart.show_lines([Line("Single steps", LOSS.points, is_faint=True), HELD_OUT])
    assert chart.legend_text() == "Held-out loss 1.500"


def test_that_lines_are_drawn_in_the_colours_of_the_theme_also_after_it_changed(
    qtbot: QtBot, qapp: QApplication
) -> None:
    theme = Theme(qapp, ColorScheme.LIGHT)
    chart = open_chart(qtbot)
    chart.show_lines([LOSS, HELD_OUT], x_end=10)
    qtbot.waitUntil(lambda: set(LIGHT.series[:2]) <= shown_colours(chart))
    theme.choose(ColorScheme.DARK)
    qtbot.waitUntil(lambda: set(DARK.series[:2]) <= shown_colours(chart))
    assert not set(LIGHT.series[:2]) & shown_colours(chart)


def test_that_lines_shown_before_the_chart_is_seen_are_there_when_it_is(qtbot: QtBot) -> None:
    chart = LineChart("Step", "Loss")
    qtbot.addWidget(chart)
    chart.resize(500, 300)
    chart.show_lines([LOSS])
    chart.show()
    assert LIGHT.series[0] in shown_colours(chart) or DARK.series[0] in shown_colours(chart)


def test_that_lines_told_while_the_chart_is_hidden_are_there_when_it_is_seen(qtbot: QtBot) -> None:
    chart = open_chart(qtbot)
    chart.show_lines([LOSS])
    chart.hide()
    chart.show_lines([Line("Training loss", (*LOSS.points, (3.0, 0.5)))])
    chart.show()
    assert chart.accessibleDescription() == "Training loss 0.500"


def test_that_the_chart_library_is_not_loaded_with_the_module() -> None:
    code = "import sys, workbench.ui.widgets.line_chart; print('pyqtgraph' in sys.modules or 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
