"""What a page is about: its title, and a line beneath it."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.ui.theme import set_role
from workbench.ui.widgets.elided_label import ElidedLabel


class PageTitle(QWidget):
    def __init__(self, parent: QWidget, title: str = "", about: str = "", *, role: str = "title") -> None:
        """`role`: "title" of a tab, or "subtitle" of a page that stands below one."""
        super().__init__(parent)
        self._title, self._about = ElidedLabel(title, parent=self), ElidedLabel(about, parent=self)
        set_role(self._title, role)
        set_role(self._about, "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._title)
        column.addWidget(self._about)

    def show_about(self, about: str) -> None:
        self._about.setText(about)

    def show_title(self, title: str, about: str) -> None:
        self._title.setText(title)
        self.show_about(about)
