"""A button with a name for those who look for it and for those who listen."""

from PySide6.QtWidgets import QPushButton, QWidget

from workbench.ui import icons
from workbench.ui.theme import set_role

_INKS = {"primary": "on_accent", "quiet": "muted", "tiny": "muted", "danger": "bad"}


def named_button(
    parent: QWidget, name: str, text: str, role: str = "", *, icon: str = "", tip: str = "", spoken: str = ""
) -> QPushButton:
    """`spoken` is its accessible name where its text says too little; what `tip` says on hovering is spoken as well.

    `role` is one of the theme's ("primary", "quiet", "danger", "link") or none, and decides the ink of the small icon
    before the words. Enter in a field beside it never presses it, in a dialog either.
    """
    button = QPushButton(text, parent)
    button.setObjectName(name)
    button.setAccessibleName(spoken or tip or text)
    button.setToolTip(tip)
    button.setAutoDefault(False)
    if role:
        set_role(button, role)
    if icon:
        icons.set_icon(button, icon, _INKS.get(role, "text"), 14)
    return button
