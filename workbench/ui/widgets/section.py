"""A part of a page that folds away under its title; folded, its title still says in a few words what is in it."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from workbench.ui import icons
from workbench.ui.theme import set_role
from workbench.ui.widgets.elided_label import ElidedLabel


class Section(QFrame):
    """Title line (a button: Space folds and unfolds) above a body of any kind."""

    folded = Signal(str, bool)
    """The section's name, and whether it is open now; only when the user did it."""

    def __init__(self, name: str, title: str, body: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._words = name, title
        self.body = body
        self._is_bad = False
        self._build_widgets()
        self._build_layout()
        self._head.toggled.connect(self._on_toggled)
        self.show_open(False)

    @property
    def is_open(self) -> bool:
        return self._head.isChecked()

    def show_open(self, is_open: bool) -> None:
        """Fold or unfold without telling it back."""
        with QSignalBlocker(self._head):
            self._head.setChecked(is_open)
        self._fold()

    def show_summary(self, text: str, *, is_bad: bool = False) -> None:
        """What is in it, beside the title; `is_bad` where it needs mending."""
        if self._summary.text() == text and self._is_bad == is_bad:
            return
        self._is_bad = is_bad
        set_role(self._summary, "error" if is_bad else "small")
        self._summary.setText(text)
        self._name_head()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The whole title line folds, not its button alone."""
        if event.position().y() <= self._head.geometry().bottom() and event.button() is Qt.MouseButton.LeftButton:
            self._head.toggle()
        super().mousePressEvent(event)

    def _build_widgets(self) -> None:
        self.setObjectName(f"section_{self._name}")
        self._head: QToolButton = QToolButton(self)
        self._head.setObjectName(f"section_{self._name}_head")
        self._head.setCheckable(True)
        self._head.setText(self._words)
        self._head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._head.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        set_role(self._head, "section")
        self._summary: ElidedLabel = ElidedLabel(parent=self)
        self._summary.setObjectName(f"section_{self._name}_summary")
        set_role(self._summary, "small")

    def _build_layout(self) -> None:
        line = QFrame(self)
        set_role(line, "line")
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(8)
        head.addWidget(self._head)
        head.addWidget(self._summary, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(line)
        column.addLayout(head)
        column.addWidget(self.body)

    def _fold(self) -> None:
        is_open = self._head.isChecked()
        self.body.setVisible(is_open)
        icons.set_icon(self._head, "chevron-down" if is_open else "chevron-right", "muted", 16)
        self._name_head()

    def _name_head(self) -> None:
        said = self._summary.text()
        self._head.setAccessibleName(f"{self._words}, {said}" if said else self._words)
        self._head.setToolTip(self.tr("Fold away") if self._head.isChecked() else self.tr("Open"))

    @Slot(bool)
    def _on_toggled(self, is_open: bool) -> None:
        self._fold()
        self.folded.emit(self._name, is_open)
