"""A button that is an icon only."""

from PySide6.QtWidgets import QToolButton, QWidget

from workbench.ui import icons


def tool_button(parent: QWidget, name: str, words: str, icon: str, *, ink: str = "muted", tip: str = "") -> QToolButton:
    """`words` are spoken, and shown on hovering unless there is more to say in a `tip`."""
    button = QToolButton(parent)
    button.setObjectName(name)
    button.setAccessibleName(words)
    button.setToolTip(tip or words)
    icons.set_icon(button, icon, ink, 16)
    return button
