"""The page of pictures: choosing, reading values, copying and saving."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QMouseEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QLabel,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.gui.compare.conftest import Desk, turn_to
from tests.gui.compare.test_setup import find, press, texts
from tests.unit.compare.pictures.measured import FIVE, measured, reported
from workbench.compare.pictures.description import Picture, Room
from workbench.compare.pictures.drawing import TITLES, PictureKind, draw
from workbench.compare.pictures.facts import Facts
from workbench.compare.pictures.palette import DARK, LIGHT
from workbench.compare.pictures.svg import to_svg
from workbench.compare.pictures.text_width import text_width
from workbench.ui.compare.painting import IMAGE_SCALE, to_image
from workbench.ui.compare.picture_view import PictureView
from workbench.ui.tokens import DARK as DARK_TOKENS
from workbench.ui.tokens import LIGHT as LIGHT_TOKENS
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.page_scroller import PageScroller


def show(desk: Desk, facts: Facts, page: str = "Pictures") -> PictureView:
    entry = desk.store.save(reported(facts))
    desk.tab.presenter.open_history(entry.id)
    turn_to(desk.tab, page, "compare_result_pages")
    return find(desk, PictureView, "compare_picture")


def choose(desk: Desk, kind: PictureKind) -> None:
    box = find(desk, QComboBox, "compare_picture_kind")
    box.setCurrentIndex(box.findData(kind))
    box.activated.emit(box.currentIndex())


def drawn(view: PictureView) -> Picture:
    assert view.picture is not None
    return view.picture


def point(view: PictureView, place: QPoint) -> None:
    """Move the pointer there (the offscreen platform has none that a test could move)."""
    where = QPointF(place)
    none = Qt.MouseButton.NoButton
    keys = Qt.KeyboardModifier.NoModifier
    move = QMouseEvent(QEvent.Type.MouseMove, where, view.mapToGlobal(where), none, none, keys)
    QApplication.sendEvent(view, move)


@pytest.mark.parametrize("kind", list(PictureKind))
def test_that_every_picture_is_drawn_and_described(desk: Desk, kind: PictureKind) -> None:
    view = show(desk, measured())
    choose(desk, kind)
    assert view.isVisible()
    assert "prompt + docs" in view.accessibleDescription()
    blank = view.grab().toImage()
    colours = {blank.pixel(x, y) for x in range(0, blank.width(), 3) for y in range(0, blank.height(), 3)}
    assert len(colours) > 10


def test_that_pointing_says_the_exact_values_and_a_click_marks_the_arm(desk: Desk, qtbot: QtBot) -> None:
    view = show(desk, measured())
    choose(desk, PictureKind.LATENCY)
    spot = next(spot for spot in drawn(view).spots if spot.arm == "tuned")
    place = QPoint(round(spot.frame.x + spot.frame.width / 2), round(spot.frame.y + spot.frame.height / 2))
    point(view, place)
    assert find(desk, ElidedLabel, "compare_picture_values").text() == spot.tip
    assert "900 ms (810 ms to 1.1 s)" in spot.tip
    before = view.grab().toImage()
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=place)  # type: ignore[no-untyped-call]
    assert desk.tab.presenter.state.looking.arm == "tuned"
    assert view.grab().toImage() != before
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=place)  # type: ignore[no-untyped-call]
    assert desk.tab.presenter.state.looking.arm == ""


def test_that_the_keyboard_goes_from_value_to_value(desk: Desk, qtbot: QtBot) -> None:
    view = show(desk, measured())
    view.setFocus(Qt.FocusReason.TabFocusReason)
    values = find(desk, ElidedLabel, "compare_picture_values")
    spots = drawn(view).spots
    qtbot.waitUntil(lambda: values.text() == spots[0].tip)
    qtbot.keyClick(view, Qt.Key.Key_Down)  # type: ignore[no-untyped-call]
    assert values.text() == spots[1].tip
    qtbot.keyClick(view, Qt.Key.Key_Up)  # type: ignore[no-untyped-call]
    qtbot.keyClick(view, Qt.Key.Key_Up)  # type: ignore[no-untyped-call]
    assert values.text() == spots[-1].tip
    qtbot.keyClick(view, Qt.Key.Key_Return)  # type: ignore[no-untyped-call]
    assert desk.tab.presenter.state.looking.arm == spots[-1].arm


def test_that_a_cell_of_the_heat_map_selects_its_answer(desk: Desk, qtbot: QtBot) -> None:
    view = show(desk, measured())
    choose(desk, PictureKind.HEAT_MAP)
    spot = drawn(view).spots[7]
    place = QPoint(round(spot.frame.x + spot.frame.width / 2), round(spot.frame.y + spot.frame.height / 2))
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=place)  # type: ignore[no-untyped-call]
    assert desk.tab.presenter.state.selected == (spot.arm, spot.example_id)


def test_that_a_copy_is_an_image_and_a_drawing(desk: Desk) -> None:
    show(desk, measured())
    press(desk, "compare_picture_copy")
    data = QApplication.clipboard().mimeData()
    image = data.imageData()
    assert isinstance(image, QImage)
    assert image.width() == 900 * IMAGE_SCALE
    root = ET.fromstring(bytes(data.data("image/svg+xml").data()))
    assert root.get("width") == "900"
    assert desk.messages.texts("info") == ["The picture is on the clipboard."]


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_that_a_picture_is_saved(desk: Desk, tmp_path: Path, suffix: str) -> None:
    show(desk, measured())
    press(desk, "compare_picture_save")
    dialog = desk.tab.findChild(QFileDialog, "compare_picture_dialog")
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / f"picture.{suffix}"))
    dialog.reject()
    path = tmp_path / f"picture.{suffix}"
    if suffix == "png":
        assert QImage(str(path)).width() == 900 * IMAGE_SCALE
    else:
        assert ET.parse(path).getroot().get("aria-label") == "Exact match: mean and 95 % interval of every arm"
    assert desk.messages.texts("info") == [f"Wrote picture.{suffix}."]


def test_that_a_place_that_cannot_be_written_is_said(desk: Desk) -> None:
    show(desk, measured())
    desk.tab.presenter.pictures.save("/nowhere/at/all/p.svg", b"x")
    assert desk.messages.texts("error") == ["/nowhere/at/all/p.svg cannot be written: No such file or directory."]


def test_that_what_cannot_be_drawn_is_said_in_a_sentence(desk: Desk) -> None:
    view = show(desk, measured(FIVE[:1]))
    choose(desk, PictureKind.DIFFERENCES)
    assert not view.isVisible()
    assert "There is one arm: nothing to compare it with." in texts(desk)
    assert TITLES[PictureKind.DIFFERENCES] in texts(desk)
    assert not find(desk, QPushButton, "compare_picture_save").isEnabled()
    choose(desk, PictureKind.MEANS)
    assert view.isVisible()
    assert find(desk, QPushButton, "compare_picture_save").isEnabled()


def test_that_a_picture_of_many_pairs_gets_the_height_that_it_needs(desk: Desk, qtbot: QtBot) -> None:
    made = [replace(arm, name=f"{arm.name} {n}") for n in range(2) for arm in FIVE[:4]]
    desk.tab.resize(760, 500)
    view = show(desk, measured(made))
    choose(desk, PictureKind.DIFFERENCES)
    qtbot.waitUntil(lambda: view.height() >= drawn(view).height)
    assert len(drawn(view).spots) == 28


def test_that_a_picture_needs_no_scrolling_because_of_another_page(desk: Desk, qtbot: QtBot) -> None:
    desk.tab.resize(1050, 760)
    view = show(desk, measured())
    choose(desk, PictureKind.LATENCY)
    tall, content = QWidget(), QWidget()
    content.setMinimumHeight(3000)
    QVBoxLayout(tall).addWidget(content)
    tabs = desk.tab.findChild(QTabWidget, "compare_result_pages")
    scroller = desk.tab.results.findChild(PageScroller)
    assert tabs is not None and scroller is not None
    tabs.addTab(tall, "Tall")
    qtbot.waitUntil(lambda: scroller.verticalScrollBar().maximum() == 0)
    turn_to(desk.tab, "Tall", "compare_result_pages")
    qtbot.waitUntil(lambda: scroller.verticalScrollBar().maximum() > 2000)
    turn_to(desk.tab, "Pictures", "compare_result_pages")
    qtbot.waitUntil(lambda: scroller.verticalScrollBar().maximum() == 0)
    qtbot.waitUntil(lambda: drawn(view).height <= view.height() < 760)


def test_that_the_widths_that_are_estimated_are_enough_for_the_font_in_use(qtbot: QtBot) -> None:
    font = QApplication.font()
    font.setPixelSize(20)
    for text in ("prompt + docs", "tuned (3) – house style", "64 % (52–75)", "ILLUMINATION 123", "few-shot"):
        assert QFontMetricsF(font).horizontalAdvance(text) <= text_width(text, 20) * 1.02, text


def test_that_the_colours_of_pictures_are_those_of_the_window() -> None:
    from workbench.compare.pictures.description import Look

    for palette, tokens in ((LIGHT, LIGHT_TOKENS), (DARK, DARK_TOKENS)):
        assert palette.ground == tokens.surface
        assert palette.colour(Look.INK) == tokens.text
        assert palette.colour(Look.MUTED) == tokens.muted
        assert palette.colour(Look.BEST) == tokens.accent


@pytest.mark.parametrize("kind", list(PictureKind))
def test_that_a_file_drawn_by_another_program_looks_like_the_window(kind: PictureKind, qtbot: QtBot) -> None:
    """Qt's own reader of SVG stands for the other program: it draws the same pixels, but for the edges of letters."""
    from PySide6.QtGui import QPainter

    picture = draw(kind, measured(), Room(760, 460, 13))
    assert isinstance(picture, Picture)
    ours = to_image(picture, "sans-serif")
    renderer = QSvgRenderer(QByteArray(to_svg(picture).encode()))
    assert renderer.isValid()
    theirs = QImage(ours.size(), QImage.Format.Format_RGB32)
    theirs.fill(Qt.GlobalColor.white)
    painter = QPainter(theirs)
    renderer.render(painter)
    painter.end()
    places = [(x, y) for x in range(0, ours.width(), 5) for y in range(0, ours.height(), 5)]
    different = sum(
        abs(ours.pixelColor(x, y).lightness() - theirs.pixelColor(x, y).lightness()) > 60 for x, y in places
    )
    assert different < 0.02 * len(places)


def test_that_labels_have_words_for_those_who_do_not_see(desk: Desk) -> None:
    show(desk, measured())
    for name, kind in (
        ("compare_picture_kind", QComboBox),
        ("compare_picture_copy", QPushButton),
        ("compare_picture_save", QPushButton),
        ("compare_picture_values", QLabel),
    ):
        assert find(desk, kind, name).accessibleName(), name
