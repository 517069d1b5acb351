"""Colours: enough contrast, both schemes, changed while the window is open."""

from dataclasses import fields
from pathlib import Path

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from workbench import resources
from workbench.ui import icons
from workbench.ui.theme import Theme, set_role, style_sheet, tokens_of
from workbench.ui.tokens import DARK, LIGHT, Tokens, contrast

TEXT_ON = {
    "text": ("window", "surface", "raised", "field", "sunken", "sidebar", "hover", "pressed", "nav_hover",
             "accent_soft", "good_soft", "warn_soft", "bad_soft", "info_soft"),
    "muted": ("window", "surface", "raised", "field", "sunken", "sidebar", "accent_soft", "warn_soft", "bad_soft",
              "info_soft"),
    "nav_text": ("sidebar", "nav_hover"),
    "link": ("window", "surface", "raised"),
    "accent_ink": ("accent_soft", "window", "surface", "raised"),
    "on_accent": ("accent", "accent_hover", "accent_pressed"),
    "on_selection": ("selection",),
    "good": ("good_soft", "surface", "window", "accent_soft"),
    "warn": ("warn_soft", "surface", "window"),
    "bad": ("bad_soft", "surface", "window", "raised", "accent_soft"),
    "info": ("info_soft", "surface"),
}  # fmt: skip
EDGES_ON = {
    "border_strong": ("window", "surface", "field"),
    "focus": ("window", "surface", "field", "sidebar", "raised"),
    "accent": ("surface", "track"),
    "disabled": ("disabled_surface", "surface"),
}

BOTH = pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda tokens: tokens.name)


@BOTH
def test_that_text_has_a_contrast_of_4_5_on_every_ground(tokens: Tokens) -> None:
    weak = {
        (ink, ground): round(value, 2)
        for ink, grounds in TEXT_ON.items()
        for ground in grounds
        if (value := contrast(getattr(tokens, ink), getattr(tokens, ground))) < 4.5
    }
    assert not weak


@BOTH
def test_that_edges_and_focus_have_a_contrast_of_3(tokens: Tokens) -> None:
    weak = {
        (ink, ground): round(value, 2)
        for ink, grounds in EDGES_ON.items()
        for ground in grounds
        if (value := contrast(getattr(tokens, ink), getattr(tokens, ground))) < 3
    }
    assert not weak


@BOTH
def test_that_lines_of_a_chart_can_be_told_from_their_ground(tokens: Tokens) -> None:
    assert all(contrast(color, tokens.surface) >= 3 for color in tokens.series)


def test_that_contrast_is_computed_as_the_standard_says() -> None:
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@BOTH
def test_that_the_style_sheet_leaves_no_token_open(tokens: Tokens, qapp: QApplication) -> None:
    sheet = style_sheet(tokens, qapp.font())
    assert "$" not in sheet
    used = resources.text("themes/workbench.qss")
    idle = {field.name for field in fields(Tokens) if f"${field.name}" not in used} - {"name", "series"}
    assert idle == set(), "tokens that nothing is drawn with"


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp, "light")


def test_that_a_role_is_drawn_and_follows_the_scheme(qtbot: QtBot, qapp: QApplication, theme: Theme) -> None:
    page = QWidget()
    button, label = QPushButton("Start"), QLabel("Title")
    set_role(button, "primary")
    set_role(label, "title")
    layout = QVBoxLayout(page)
    layout.addWidget(button)
    layout.addWidget(label)
    qtbot.addWidget(page)
    page.show()
    for scheme, tokens in (("light", LIGHT), ("dark", DARK), ("light", LIGHT)):
        theme.choose(scheme)
        picture = page.grab().toImage()
        inside = button.geometry().topLeft()
        drawn = picture.pixelColor(inside.x() + 20, inside.y() + 6).name().upper()
        assert drawn in {tokens.accent, tokens.accent_hover}
        assert tokens_of(page) is tokens
        assert qapp.palette().color(QPalette.ColorRole.Window).name().upper() == tokens.window


def test_that_icons_take_the_ink_of_the_scheme(qtbot: QtBot, theme: Theme) -> None:
    button = QPushButton()
    qtbot.addWidget(button)
    theme.choose("light")
    icons.set_icon(button, "stop", "text")
    light = button.icon().pixmap(18).toImage()
    theme.choose("dark")
    dark = button.icon().pixmap(18).toImage()
    middle = (light.width() // 4 + 1, light.height() // 2)
    assert light.pixelColor(*middle).lightness() < 128 < dark.pixelColor(*middle).lightness()


def test_that_the_system_scheme_is_followed_until_one_is_chosen(qtbot: QtBot, qapp: QApplication) -> None:
    from PySide6.QtCore import Qt

    hints = qapp.styleHints()
    theme = Theme(qapp, "system")
    try:
        hints.setColorScheme(Qt.ColorScheme.Dark)
        expected = DARK if hints.colorScheme() is Qt.ColorScheme.Dark else LIGHT  # offscreen knows no scheme
        qtbot.waitUntil(lambda: theme.tokens is expected)
        theme.choose("light")
        hints.setColorScheme(Qt.ColorScheme.Unknown)
        hints.setColorScheme(Qt.ColorScheme.Dark)
        assert theme.tokens is LIGHT
    finally:
        hints.unsetColorScheme()


@pytest.mark.parametrize("path", sorted(resources.path("icons").glob("*.svg")), ids=lambda path: path.stem)
def test_that_every_icon_draws_something(qapp: QApplication, path: Path) -> None:
    picture = icons.pixmap(path.stem, "#000000", 24, 1.0).toImage()
    drawn = sum(picture.pixelColor(x, y).alpha() > 0 for x in range(24) for y in range(24))
    assert drawn > 10
