"""Why answers are wrong: reasons by arms, the cases of a reason, and one case with its evidence and what to do."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QBrush, QColor, QFont, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from workbench.compare.failures import NEXT_STEP
from workbench.ui.compare.beside import beside
from workbench.ui.compare.state import CompareState, Results
from workbench.ui.compare.trial_panel import TrialPanel
from workbench.ui.compare.why_state import FailedCase, ReasonLine, WhyState, failed_cases, reason_lines
from workbench.ui.theme import set_role, tokens_of
from workbench.ui.widgets.name_header import NameHeader
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable

Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
_CASES = 7
"""Cases that are always seen; where the window is too low for them, the page scrolls."""
_ALL = "All reasons"


class WhyPage(QWidget):
    cell_chosen = Signal(str, str)
    """Reason and arm; empty for all."""
    case_chosen = Signal(str, str)
    """Arm and question."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: CompareState | None = None
        self._shown: tuple[Results | None, WhyState] | None = None
        self._asked_for: object = None
        """What was brought into sight last: where the user scrolls to since then is left alone."""
        self._build_widgets()
        self._build_layout()
        self._connect()

    @property
    def widget(self) -> QWidget:
        return self

    def show_state(self, state: CompareState) -> None:
        """Counted only while it is in front: answers may come by the hundred."""
        self._state = state
        if self.isVisible():
            self._show(state)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_reasons()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._asked_for = None
        if self._state is not None:
            self._show(self._state)

    def _show(self, state: CompareState) -> None:
        results = state.results
        if (results, state.why) != self._shown:
            self._shown = (results, state.why)
            self._show_lines(results, state.why)
        if self._asked_for != (state.selected, state.why):
            self._asked_for = (state.selected, state.why)
            self._cases.reveal_key(state.selected)
        elif state.selected is not None:
            self._cases.select_key(state.selected)
        self.panel.show_state(state)

    def _show_lines(self, results: Results | None, why: WhyState) -> None:
        trials = (*results.trials.values(), *results.repeats) if results is not None else ()
        names = tuple(arm.name for arm in results.arms) if results is not None else ()
        lines = reason_lines(trials, names)
        self._reasons_model.show(lines, names)
        self._names.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self._fit_reasons()
        self._reasons.setVisible(bool(lines))
        self._empty.setVisible(not lines)
        with QSignalBlocker(self._reasons.selectionModel()):
            self._reasons.setCurrentIndex(self._reasons_model.index_of(why))
        self._reasons.viewport().update()
        cases = failed_cases(trials, results.examples, why) if results is not None else ()
        self._model.show(cases)
        reason = str(why.reason) if why.reason else self.tr("any reason")
        arm = why.arm or self.tr("any arm")
        self._filter.setText(self.tr("{} cases: {}, {}").format(len(cases), reason, arm))
        self._all.setVisible(why != WhyState())

    def _fit_reasons(self) -> None:
        count = self._reasons_model.rowCount()
        row = self._reasons.verticalHeader().defaultSectionSize()
        self._names.fit_height()
        head = max(self._names.minimumHeight(), self._names.sizeHint().height())
        self._reasons.setFixedHeight(head + row * max(1, count) + 4)

    def _build_widgets(self) -> None:
        self._reasons_model = _ReasonsModel()
        self._reasons = QTableView(self)
        self._reasons.setObjectName("why_reasons")
        self._reasons.setAccessibleName(self.tr("Reasons by arms"))
        self._reasons.setModel(self._reasons_model)
        self._reasons.setShowGrid(False)
        self._reasons.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._reasons.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._reasons.setTabKeyNavigation(False)
        self._reasons.verticalHeader().hide()
        self._reasons.verticalHeader().setDefaultSectionSize(self._reasons.fontMetrics().height() + 12)
        self._names = NameHeader(self._reasons)
        self._reasons.setHorizontalHeader(self._names)
        self._names.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self._empty = QLabel(self.tr("No answer is wrong, as far as the arms have answered."), self)
        set_role(self._empty, "muted")
        self._filter = QLabel(self)
        self._filter.setObjectName("why_filter")
        set_role(self._filter, "field")
        self._all = named_button(self, "why_all", self.tr("Show all cases"), "link")
        self._model: RecordTableModel[FailedCase] = RecordTableModel(
            (
                Column(self.tr("Question"), lambda case: " ".join(case.example.question.split()), stretch=True),
                Column(self.tr("Arm"), lambda case: case.trial.arm),
                Column(self.tr("Reason"), lambda case: str(case.reason), gives_way=True, tooltip=_evidence),
            ),
            key=lambda case: case.key,
        )
        self._cases: RecordTable[FailedCase] = RecordTable(self._model, parent=self)
        self._cases.setObjectName("why_cases")
        self._cases.setAccessibleName(self.tr("Answers that are wrong"))
        self.panel = TrialPanel(self, prefix="why")

    def _build_layout(self) -> None:
        bar = QHBoxLayout()
        bar.addWidget(self._filter)
        bar.addWidget(self._all)
        bar.addStretch(1)
        splitter = beside(self._cases, self.panel, self, share=0.5, fewest_rows=_CASES)
        splitter.setObjectName("why_split")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._empty)
        column.addWidget(self._reasons)
        column.addLayout(bar)
        column.addWidget(splitter, 1)

    def _connect(self) -> None:
        self._reasons.selectionModel().currentChanged.connect(self._on_cell)
        self._all.clicked.connect(self._on_all)
        self._cases.selection_moved.connect(self._on_case)

    @Slot(QModelIndex, QModelIndex)
    def _on_cell(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            self.cell_chosen.emit(*self._reasons_model.place(current.row(), current.column()))

    @Slot()
    def _on_all(self) -> None:
        self.cell_chosen.emit("", "")

    @Slot(object)
    def _on_case(self, case: FailedCase | None) -> None:
        if case is not None and (self._state is None or self._state.selected != case.key):
            self.case_chosen.emit(*case.key)


def _evidence(case: FailedCase) -> str:
    return case.trial.failure_evidence


class _ReasonsModel(QAbstractTableModel):
    """Rows are reasons and their total; the first column names them, then one per arm."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[ReasonLine, ...] = ()
        self._arms: tuple[str, ...] = ()

    def show(self, lines: tuple[ReasonLine, ...], arms: tuple[str, ...]) -> None:
        if (lines, arms) == (self._lines, self._arms):
            return
        self.beginResetModel()
        self._lines, self._arms = lines, arms
        self.endResetModel()

    def place(self, row: int, column: int) -> tuple[str, str]:
        """Reason and arm of a cell; empty for all."""
        line = self._lines[row]
        return str(line.reason or ""), self._arms[column - 1] if column else ""

    def index_of(self, why: WhyState) -> QModelIndex:
        for row, line in enumerate(self._lines):
            if line.reason == why.reason:
                return self.index(row, self._arms.index(why.arm) + 1 if why.arm in self._arms else 0)
        return QModelIndex()

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else 1 + len(self._arms)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line, column = self._lines[index.row()], index.column()
        count = line.counts[self._arms[column - 1]] if column else line.total
        match role:
            case Qt.ItemDataRole.DisplayRole if column == 0:
                return f"{line.reason or _ALL} ({count})"
            case Qt.ItemDataRole.DisplayRole:
                return str(count) if count else "–"
            case Qt.ItemDataRole.AccessibleTextRole if column:
                return f"{line.reason or _ALL}, {self._arms[column - 1]}: {count}"
            case Qt.ItemDataRole.ToolTipRole if line.reason is not None:
                return NEXT_STEP[line.reason]
            case Qt.ItemDataRole.TextAlignmentRole if column:
                return Qt.AlignmentFlag.AlignCenter
            case Qt.ItemDataRole.ForegroundRole if not count:
                return QBrush(QColor(tokens_of().muted))
            case Qt.ItemDataRole.FontRole if line.reason is None:
                font = QFont()
                font.setBold(True)
                return font
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._arms[section - 1] if section else "Reason"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignHCenter if section else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None
