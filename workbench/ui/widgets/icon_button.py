"""A button with a small icon before its words."""

from PySide6.QtWidgets import QPushButton, QWidget

from workbench.ui import icons
from workbench.ui.theme import set_role

_INKS = {"primary": "on_accent", "quiet": "muted"}


def icon_button(parent: QWidget, name: str, text: str, icon: str, role: str = "") -> QPushButton:
    """`name` is for tests; `role` is "primary", "quiet" or none, and decides the icon's ink."""
    button = QPushButton(text, parent)
    button.setObjectName(name)
    button.setAccessibleName(text)
    if role:
        set_role(button, role)
    icons.set_icon(button, icon, _INKS.get(role, "text"), 14)
    return button
