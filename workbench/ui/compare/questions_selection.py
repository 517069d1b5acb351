"""What can be done with several questions at once; hidden while fewer are selected."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QWidget

from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button


class SelectionBar(QFrame):
    tagged = Signal(str)
    accepted = Signal()
    rejected = Signal()
    removed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compare_selection")
        set_role(self, "panel")
        self._count = QLabel(self)
        self._tags = QLineEdit(self)
        self._tags.setObjectName("compare_selection_tags")
        self._tags.setAccessibleName(self.tr("Tags for the selected questions"))
        self._tags.setPlaceholderText(self.tr("Tags, then Enter"))
        self._accept = named_button(self, "compare_selection_accept", self.tr("Accept"), icon="check")
        self._reject = named_button(self, "compare_selection_reject", self.tr("Reject"), icon="close")
        self._remove = named_button(self, "compare_selection_remove", self.tr("Delete"), "quiet", icon="trash")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.addWidget(self._count)
        row.addWidget(self._tags, 1)
        for button in (self._accept, self._reject, self._remove):
            row.addWidget(button)
        self._tags.returnPressed.connect(self._on_tags)
        self._accept.clicked.connect(self.accepted)
        self._reject.clicked.connect(self.rejected)
        self._remove.clicked.connect(self.removed)
        self.hide()

    def show_count(self, count: int) -> None:
        """0 or 1 hides it."""
        self.setVisible(count > 1)
        self._count.setText(self.tr("{} selected").format(count))

    @Slot()
    def _on_tags(self) -> None:
        self.tagged.emit(self._tags.text())
        self._tags.clear()
