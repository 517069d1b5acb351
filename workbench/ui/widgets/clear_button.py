"""The button that empties a field; Qt draws it as an icon and gives it no name."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLineEdit, QToolButton


def let_clear(field: QLineEdit) -> None:
    """Show the button while something is typed, and have a screen reader say what it does."""
    field.setClearButtonEnabled(True)
    button = field.findChild(QToolButton)
    assert button is not None, "Qt makes it at once"
    button.setAccessibleName(QCoreApplication.translate("ClearButton", "Clear"))
