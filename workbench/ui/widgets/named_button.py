"""A button with a name for those who look for it and for those who listen."""

from PySide6.QtWidgets import QPushButton, QWidget

from workbench.ui.theme import set_role


def named_button(parent: QWidget, name: str, text: str, role: str = "") -> QPushButton:
    """Its accessible name is its text."""
    button = QPushButton(text, parent)
    button.setObjectName(name)
    button.setAccessibleName(text)
    if role:
        set_role(button, role)
    return button
