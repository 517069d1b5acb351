"""One comparison of the history: its name and note to change, and what came out of it."""

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from workbench.compare.history import ComparisonEntry
from workbench.scoring.model_metrics import title_of
from workbench.ui.theme import set_role


class HistoryDetails(QFrame):
    """What is typed counts when the field is left, or Enter is pressed in the name."""

    renamed = Signal(int, str)
    annotated = Signal(int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entry: ComparisonEntry | None = None
        self._build_widgets()
        self._build_layout()
        self._name.editingFinished.connect(self._on_name)
        self._note.installEventFilter(self)

    def show_entry(self, entry: ComparisonEntry | None, chosen: int) -> None:
        """`chosen` says how many are selected, for what is said when it is not one."""
        before, self._entry = self._entry, entry
        for widget in (self._name_label, self._name, self._note_label, self._note):
            widget.setVisible(entry is not None)
        if entry is None:
            self._about.setText(self._say(chosen))
            return
        if before is None or before.id != entry.id or before.name != entry.name:
            self._name.setText(entry.name)
        if before is None or before.id != entry.id or before.note != entry.note:
            with QSignalBlocker(self._note):
                self._note.setPlainText(entry.note)
        self._about.setText("\n".join(self._describe(entry)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._note and event.type() == QEvent.Type.FocusOut and self._entry is not None:
            self.annotated.emit(self._entry.id, self._note.toPlainText())
        return super().eventFilter(watched, event)

    def _say(self, chosen: int) -> str:
        if chosen == 2:
            return self.tr("Two are selected: they can be laid over each other.")
        if chosen > 2:
            return self.tr("{} are selected.").format(chosen)
        return self.tr("Select a comparison. Select two to see what changed from one to the other.")

    def _describe(self, entry: ComparisonEntry) -> list[str]:
        title = title_of(entry.metric)
        lines = [
            self.tr("Outcome: {}").format(entry.outcome),
            self.tr("Recommended: {}").format(entry.recommended) if entry.recommended else "",
            self.tr("Decided by: {}").format(title) if title else "",
            self.tr("Questions: {}").format(entry.questions),
            self.tr("Arms: {}").format(", ".join(entry.arms)) if entry.arms else "",
            self.tr("Repeats comparison {}").format(entry.again_of) if entry.again_of else "",
            self.tr("Made: {} (UTC)").format(entry.created[:16].replace("T", " ")),
        ]
        return [line for line in lines if line]

    def _build_widgets(self) -> None:
        self.setObjectName("history_details")
        set_role(self, "panel")
        self._name_label, self._note_label = QLabel(self.tr("Name"), self), QLabel(self.tr("Note"), self)
        for label in (self._name_label, self._note_label):
            set_role(label, "field")
        self._name = QLineEdit(self)
        self._name.setObjectName("history_name")
        self._name.setAccessibleName(self.tr("Name of the comparison"))
        self._name.setMaxLength(120)
        self._note = QPlainTextEdit(self)
        self._note.setObjectName("history_note")
        self._note.setAccessibleName(self.tr("Note"))
        self._note.setPlaceholderText(self.tr("Why it was made, what follows from it"))
        self._note.setTabChangesFocus(True)
        self._note.setMaximumHeight(self._note.fontMetrics().height() * 6 + 16)
        self._about = QLabel(self)
        self._about.setObjectName("history_about")
        self._about.setTextFormat(Qt.TextFormat.PlainText)
        self._about.setWordWrap(True)
        self._about.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._about.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._name_label.setBuddy(self._name)
        self._note_label.setBuddy(self._note)

    def _build_layout(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        for widget in (self._name_label, self._name, self._note_label, self._note):
            column.addWidget(widget)
        column.addSpacing(6)
        column.addWidget(self._about, 1)
        self.setMinimumWidth(220)

    @Slot()
    def _on_name(self) -> None:
        if self._entry is not None:
            self.renamed.emit(self._entry.id, self._name.text())
