"""The card of an adapter: everything it was made from and with, what was made with it, and the user's notes."""

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from workbench.finetune.lineage import Lineage, card_lines
from workbench.finetune.types import Adapter
from workbench.ui.theme import set_role

SAVE_AFTER_MS = 600
"""Notes are saved when nobody types for so long, and when the page is left."""


class CardView(QScrollArea):
    notes_written = Signal(str, str)
    """The adapter's name, and its new notes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ""
        self.setAccessibleName(self.tr("Card of the adapter"))
        self._build_widgets()
        self._build_layout()
        self._notes.textChanged.connect(self._timer.start)
        self._timer.timeout.connect(self.save_notes)

    def show_adapter(self, adapter: Adapter, lineage: Lineage | None) -> None:
        if self._name != adapter.name:
            self.save_notes()
            self._name = adapter.name
            with QSignalBlocker(self._notes):
                self._notes.setPlainText(adapter.notes)
        _fill(self._card, [line for line in card_lines(adapter) if line[0] != "Notes"])
        _fill(self._lineage, lineage.lines() if lineage is not None else [("", self.tr("Looking it up…"))])

    @Slot()
    def save_notes(self) -> None:
        """Hand over what was typed since the last time."""
        if self._timer.isActive() or self.sender() is self._timer:
            self._timer.stop()
            if self._name:
                self.notes_written.emit(self._name, self._notes.toPlainText())

    def _build_widgets(self) -> None:
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._inside = QWidget(self)
        self._card_box, self._lineage_box = QFrame(self._inside), QFrame(self._inside)
        self._card_box.setObjectName("card_box")
        self._lineage_box.setObjectName("lineage_box")
        for box in (self._card_box, self._lineage_box):
            set_role(box, "panel")
        self._notes = QPlainTextEdit(self._inside)
        self._notes.setObjectName("adapter_notes")
        self._notes.setAccessibleName(self.tr("Notes about the adapter"))
        self._notes.setPlaceholderText(self.tr("What you want to remember about it. Saved while you type."))
        self._notes.setTabChangesFocus(True)
        self._notes.setMaximumHeight(110)
        self._timer = QTimer(self, singleShot=True, interval=SAVE_AFTER_MS)

    def _build_layout(self) -> None:
        self._card, self._lineage = _form(self._card_box), _form(self._lineage_box)
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        for title, part in (
            (self.tr("Notes"), self._notes),
            (self.tr("What it is"), self._card_box),
            (self.tr("Where it comes from, where it was used"), self._lineage_box),
        ):
            heading = QLabel(title, self._inside)
            set_role(heading, "muted")
            column.addWidget(heading)
            column.addWidget(part)
        column.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.setWidget(self._inside)


def _form(box: QFrame) -> QFormLayout:
    form = QFormLayout(box)
    form.setContentsMargins(14, 10, 14, 10)
    form.setHorizontalSpacing(16)
    form.setVerticalSpacing(5)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return form


def _fill(form: QFormLayout, lines: list[tuple[str, str]]) -> None:
    """Show these lines; labels that are there are used again, so that a selection in one stays."""
    while form.rowCount() > len(lines):
        form.removeRow(form.rowCount() - 1)
    for number, (title, text) in enumerate(lines):
        if number >= form.rowCount():
            heading, value = QLabel(), QLabel()
            set_role(heading, "muted")
            value.setTextFormat(Qt.TextFormat.PlainText)
            value.setWordWrap(True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            form.addRow(heading, value)
        _at(form, number, QFormLayout.ItemRole.LabelRole).setText(title)
        _at(form, number, QFormLayout.ItemRole.FieldRole).setText(_breakable(text))


def _at(form: QFormLayout, row: int, role: QFormLayout.ItemRole) -> QLabel:
    item = form.itemAt(row, role)
    label = item.widget() if item is not None else None
    assert isinstance(label, QLabel)
    return label


def _breakable(text: str) -> str:
    """Paths and hashes may be broken after their separators: else a long one makes the page wider than the window."""
    return text.replace("/", "/\u200b").replace("\\", "\\\u200b")
