"""How everything looks: the palettes made of the colour tokens, and the one style sheet.

Widgets name what they are with the dynamic property `role` (`set_role`); colours live here only. The tokens in force
are a question of the palette (`tokens_of(widget)`), so that nobody has to hold the theme.
"""

from dataclasses import asdict
from string import Template

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from workbench import resources
from workbench.ui import icons
from workbench.ui.tokens import DARK, LIGHT, Tokens


def tokens_of(widget: QWidget | None = None) -> Tokens:
    """The tokens in force where `widget` is (or in the application)."""
    palette = widget.palette() if widget is not None else QApplication.palette()
    return DARK if palette.color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


def set_role(widget: QWidget, role: str) -> None:
    """Name what a widget is ("title", "primary", "card", ...) and have it drawn so, also after it was shown."""
    widget.setProperty("role", role)
    if role.startswith("badge"):
        widget.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    restyle(widget)


def restyle(widget: QWidget) -> None:
    """Draw a widget anew after one of its properties changed that the style sheet looks at."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


class Theme(QObject):
    """Applies the chosen colour scheme to the application and follows the system where that was chosen.

    A scheme is a value of `settings.ColorScheme`: "light", "dark", anything else follows the system. Its type stays
    out of here, because pydantic would come with it before the first paint.
    """

    changed = Signal()

    def __init__(self, app: QApplication, scheme: str = "system") -> None:
        super().__init__(app)
        self._app = app
        self._scheme = scheme
        # A reference of our own: PySide drops the wrapper, and its connections, when nobody holds it.
        self._hints = app.styleHints()
        app.setStyle("Fusion")
        app.setFont(_readable(app.font()))
        self._tokens = self._wanted()
        self._apply()
        self._hints.colorSchemeChanged.connect(self._on_system_changed)

    @property
    def tokens(self) -> Tokens:
        return self._tokens

    @property
    def scheme(self) -> str:
        return self._scheme

    def choose(self, scheme: str) -> None:
        """Change the scheme while the window is open."""
        self._scheme = scheme
        self._refresh()

    @Slot(Qt.ColorScheme)
    def _on_system_changed(self, _scheme: Qt.ColorScheme) -> None:
        self._refresh()

    def _refresh(self) -> None:
        wanted = self._wanted()
        if wanted is self._tokens:
            return
        self._tokens = wanted
        self._apply()
        self.changed.emit()

    def _wanted(self) -> Tokens:
        match self._scheme:
            case "light":
                return LIGHT
            case "dark":
                return DARK
            case _:
                return DARK if self._hints.colorScheme() is Qt.ColorScheme.Dark else LIGHT

    def _apply(self) -> None:
        self._app.setPalette(palette_of(self._tokens))
        self._app.setStyleSheet(style_sheet(self._tokens, self._app.font()))
        icons.refresh(self._app, self._tokens.name == "dark")


def palette_of(tokens: Tokens) -> QPalette:
    """The Qt palette for what the style sheet does not reach: item views, text documents, charts."""
    role = QPalette.ColorRole
    colors = {
        role.Window: tokens.window, role.WindowText: tokens.text, role.Base: tokens.field,
        role.AlternateBase: tokens.sunken, role.Text: tokens.text, role.Button: tokens.raised,
        role.ButtonText: tokens.text, role.BrightText: tokens.bad, role.ToolTipBase: tokens.raised,
        role.ToolTipText: tokens.text, role.PlaceholderText: tokens.muted, role.Highlight: tokens.selection,
        role.HighlightedText: tokens.on_selection, role.Link: tokens.link, role.LinkVisited: tokens.link,
        role.Accent: tokens.accent, role.Light: tokens.hover, role.Midlight: tokens.border,
        role.Mid: tokens.border_strong,
        role.Dark: tokens.border_strong, role.Shadow: tokens.border_strong,
    }  # fmt: skip
    palette = QPalette()
    for which, color in colors.items():
        palette.setColor(which, QColor(color))
    for which in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(tokens.disabled))
    return palette


def style_sheet(tokens: Tokens, font: QFont) -> str:
    """The style sheet with this palette's colours and sizes that follow the system's font."""
    points = font.pointSizeF()
    line = round(points * 96 / 72 * 1.3)
    sizes = {
        "title_pt": f"{points * 1.75:.1f}", "subtitle_pt": f"{points * 1.25:.1f}", "small_pt": f"{points * 0.9:.1f}",
        "brand_pt": f"{points * 1.1:.1f}",
        "control_px": line, "nav_px": line + 4, "row_px": line + 6, "group_margin": line + 2,
    }  # fmt: skip
    mono = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
    glyphs = resources.path(f"themes/{tokens.name}").as_posix()
    values = {**asdict(tokens), **sizes, "mono": f'"{mono}"', "glyphs": glyphs}
    return Template(resources.text("themes/workbench.qss")).substitute(values)


def _readable(font: QFont) -> QFont:
    """The system's font, never below 10 points: 9 is the default on bare X11 and too small for long reading."""
    font.setPointSizeF(max(font.pointSizeF(), 10.0))
    return font
