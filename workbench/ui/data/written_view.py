"""Rows that a model wrote, for a look: each can be left out before anything is made of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from workbench.rag.row_writing import WrittenRow
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable


@dataclass(frozen=True, slots=True)
class _Line:
    place: int
    row: WrittenRow
    is_taken: bool


class WrittenView(QWidget):
    """Hidden while nothing was written."""

    row_toggled = Signal(int)
    others_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._table.selection_moved.connect(self._on_selected)
        self._table.record_activated.connect(self._on_activated)
        self._toggle.clicked.connect(self._on_toggle)
        self._others.clicked.connect(self.others_requested)
        self._table.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Space on the table takes or leaves out the row."""
        is_pressed = watched is self._table and event.type() is QEvent.Type.KeyPress
        if is_pressed and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space:
            self._on_toggle()
            return True
        return super().eventFilter(watched, event)

    def show_written(self, rows: Sequence[WrittenRow], dropped: frozenset[int]) -> None:
        self.setVisible(bool(rows))
        had_any = self._model.rowCount() > 0
        self._model.show([_Line(place, row, place not in dropped) for place, row in enumerate(rows)])
        self._count.setText(self.tr("{} of {} are taken").format(len(rows) - len(dropped), len(rows)))
        if rows and not had_any:
            self._table.select_key(0)
        self._show_toggle()

    def _build_widgets(self) -> None:
        self._model = RecordTableModel[_Line](
            (
                Column("", lambda line: "✓" if line.is_taken else "–", ink=_mark_ink),
                Column("Question", lambda line: line.row.question, stretch=True, ink=_ink,
                       tooltip=lambda line: line.row.question),
                Column("Answer", lambda line: line.row.answer, ink=_ink, tooltip=lambda line: line.row.answer),
                Column("Document", lambda line: line.row.document, ink=lambda line: "muted", gives_way=True),
            ),
            key=lambda line: line.place,
        )  # fmt: skip
        self._table = RecordTable(self._model, parent=self)
        self._table.setObjectName("written_rows")
        self._table.setAccessibleName(self.tr("Rows that the model wrote"))
        self._passage = QPlainTextEdit(self)
        self._passage.setObjectName("written_passage")
        self._passage.setAccessibleName(self.tr("The passage that holds the answer"))
        self._passage.setReadOnly(True)
        self._count = QLabel(self)
        self._count.setObjectName("written_count")
        set_role(self._count, "small")
        self._toggle = named_button(self, "written_toggle", self.tr("Leave out"))
        self._toggle.setToolTip(self.tr("Space does the same."))
        self._others = named_button(self, "written_others", self.tr("Write others"), "quiet")

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._count, 1)
        head.addWidget(self._toggle)
        head.addWidget(self._others)
        both = QHBoxLayout()
        both.setSpacing(8)
        both.addWidget(self._table, 5)
        both.addWidget(self._passage, 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addLayout(both, 1)

    def _line(self) -> _Line | None:
        row = self._table.currentIndex().row()
        return self._model.record(row) if 0 <= row < self._model.rowCount() else None

    def _show_toggle(self) -> None:
        line = self._line()
        self._toggle.setEnabled(line is not None)
        is_taken = line is None or line.is_taken
        self._toggle.setText(self.tr("Leave out") if is_taken else self.tr("Take it"))

    @Slot(object)
    def _on_selected(self, line: _Line | None) -> None:
        self._passage.setPlainText(line.row.passage if line is not None else "")
        self._show_toggle()

    @Slot(object)
    def _on_activated(self, line: _Line) -> None:
        self.row_toggled.emit(line.place)

    @Slot()
    def _on_toggle(self) -> None:
        line = self._line()
        if line is not None:
            self.row_toggled.emit(line.place)


def _mark_ink(line: _Line) -> str:
    return "good" if line.is_taken else "muted"


def _ink(line: _Line) -> str:
    return "text" if line.is_taken else "muted"
