"""What is wrong with a file: the data doctor's findings, each with a choice, and the rows that cannot be used."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from workbench.datasets.types import FindingKind
from workbench.ui import icons
from workbench.ui.data.state import SAY_COLUMNS, FindingLine, ImportState, ProblemLine
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable


class ProblemsView(QWidget):
    left_out = Signal(object, bool)
    """FindingKind, and whether its rows are left out."""
    mended = Signal(object, bool)
    """FindingKind, and whether its rows are mended."""
    undo_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[FindingLine, ...] = ()
        self._cards: list[_FindingCard] = []
        self._build_widgets()
        self._build_layout()

    def show_state(self, importing: ImportState) -> None:
        self._show_findings(importing.finding_lines)
        self._model.show(tuple(enumerate(importing.problem_lines)))
        self._table.setVisible(bool(importing.problem_lines))
        more = importing.hidden_problem_count
        self._more.setText(self.tr("{:,} more rows have problems.").format(more))
        self._more.setVisible(more > 0)
        self._scroll.setVisible(bool(importing.finding_lines))
        self._fit_findings(bool(importing.problem_lines))
        self._fine.setVisible(importing.problem_count == 0)
        fine = self.tr("Nothing wrong was found in these rows.")
        self._fine.setText(
            fine if importing.is_checked else self.tr("{} Then the rows are checked.").format(SAY_COLUMNS)
        )
        self._undo.setVisible(any(line.can_leave_out for line in importing.finding_lines))
        self._undo.setEnabled(bool(importing.undoable))

    def _show_findings(self, lines: tuple[FindingLine, ...]) -> None:
        if [line.kind for line in lines] == [line.kind for line in self._lines] and len(lines) == len(self._cards):
            for card, line in zip(self._cards, lines, strict=True):
                card.show_line(line)
            self._lines = lines
            return
        for card in self._cards:
            self._findings.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards = [_FindingCard(line, self) for line in lines]
        for number, card in enumerate(self._cards):
            card.left_out.connect(self.left_out)
            card.mended.connect(self.mended)
            self._findings.insertWidget(number, card)
        self._lines = lines

    def _fit_findings(self, shares_room: bool) -> None:
        """Beside the table, the findings take no more room than they need."""
        needed = self._inside.sizeHint().height() + 4
        self._scroll.setMaximumHeight(max(70, needed) if shares_room else 16_777_215)

    def _build_widgets(self) -> None:
        self._fine = QLabel(self)
        self._fine.setObjectName("no_problems")
        self._fine.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_role(self._fine, "muted")
        self._model = RecordTableModel[tuple[int, ProblemLine]](
            (
                Column("Row", lambda p: str(p[1].row) if p[1].row else "file", align_right=True,
                       sort_key=lambda p: p[1].row),
                Column("Problem", lambda p: p[1].text, tooltip=lambda p: p[1].text, stretch=True),
                Column("What happens", lambda p: p[1].outcome),
            ),
            key=lambda p: p[0],
        )  # fmt: skip
        self._table = RecordTable(self._model, parent=self)
        self._table.setObjectName("problem_table")
        self._table.setAccessibleName(self.tr("Rows with problems"))
        self._table.setMinimumHeight(90)
        self._more = QLabel(self)
        set_role(self._more, "small")
        self._undo = named_button(
            self,
            "undo_treatment",
            self.tr("Undo the last choice"),
            "quiet",
            spoken=self.tr("Undo the last choice about a finding"),
        )
        self._undo.setToolTip(self.tr("Ctrl+Z. The file itself is never changed."))
        self._undo.clicked.connect(self.undo_requested)
        keys = QKeySequence(QKeySequence.StandardKey.Undo)
        QShortcut(keys, self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut).activated.connect(
            self.undo_requested
        )
        self._scroll = QScrollArea(self)
        self._scroll.setObjectName("findings")
        self._scroll.setAccessibleName(self.tr("Findings"))
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)

    def _build_layout(self) -> None:
        self._inside = QWidget()
        self._findings = QVBoxLayout(self._inside)
        self._findings.setContentsMargins(0, 0, 4, 0)
        self._findings.setSpacing(6)
        self._findings.addStretch(1)
        self._scroll.setWidget(self._inside)
        self._scroll.setMinimumHeight(70)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._fine, 1)
        column.addWidget(self._scroll, 3)
        column.addWidget(self._undo, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._table, 1)
        column.addWidget(self._more)


class _FindingCard(QFrame):
    left_out = Signal(object, bool)
    mended = Signal(object, bool)

    def __init__(self, line: FindingLine, parent: QWidget) -> None:
        super().__init__(parent)
        self._kind: FindingKind = line.kind
        set_role(self, "panel")
        self._icon, self._text, self._hint = QLabel(self), QLabel(self), QLabel(self)
        for label in (self._text, self._hint):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        set_role(self._hint, "small")
        self._box = QCheckBox(self.tr("Leave out"), self)
        self._box.setObjectName(f"leave_out_{line.kind.value}")
        self._mend = QCheckBox(self.tr("Mend"), self)
        self._mend.setObjectName(f"mend_{line.kind.value}")
        self._lay_out()
        self._box.toggled.connect(self._on_toggled)
        self._mend.toggled.connect(self._on_mend_toggled)
        self.show_line(line)

    def show_line(self, line: FindingLine) -> None:
        is_bad = line.severity == "error"
        icons.set_icon(self._icon, "error" if is_bad else "warning", "bad" if is_bad else "warn", 18)
        self._icon.setAccessibleName(self.tr("Error") if is_bad else self.tr("Warning"))
        self._text.setText(line.text)
        self._hint.setText(" ".join(part for part in (line.hint, line.rows and f"({line.rows})") if part))
        self._hint.setVisible(bool(self._hint.text()))
        self._box.setVisible(line.can_leave_out)
        self._box.setAccessibleName(self.tr("Leave these rows out: {}").format(line.text))
        self._mend.setVisible(line.can_mend)
        self._mend.setAccessibleName(self.tr("Mend these rows: {}").format(line.text))
        with QSignalBlocker(self._box), QSignalBlocker(self._mend):
            self._box.setChecked(line.left_out)
            self._mend.setChecked(line.mended)

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._text)
        words.addWidget(self._hint)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 7, 10, 7)
        row.setSpacing(10)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self._mend)
        row.addWidget(self._box)

    @Slot(bool)
    def _on_toggled(self, is_left_out: bool) -> None:
        self.left_out.emit(self._kind, is_left_out)

    @Slot(bool)
    def _on_mend_toggled(self, is_mended: bool) -> None:
        self.mended.emit(self._kind, is_mended)
