"""Questions that arms had seen before the test: where, how alike, and the verdict without them beside the other one."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from workbench.compare.leak_types import LeakKind
from workbench.compare.types import ComparisonReport
from workbench.compare.verdict_types import Verdict
from workbench.compare.wording import percent
from workbench.ui.compare.leaks_state import LeakLine, leak_lines
from workbench.ui.compare.state import CompareState
from workbench.ui.compare.verdict_words import say_verdict
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable

_ROWS = 6
"""Leaks that are always seen; where the window is too low for them, the page scrolls."""
_LONGEST = 1200


class LeaksPage(QWidget):
    kind_chosen = Signal(str)
    leaked_excluded = Signal()
    chosen_excluded = Signal(list)
    chosen_included = Signal(list)
    undo_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report: ComparisonReport | None = None
        self._build_widgets()
        self._build_layout()
        self._connect()

    @property
    def widget(self) -> QWidget:
        return self

    def show_state(self, state: CompareState) -> None:
        report = state.results.report if state.results is not None else None
        leaking = state.leaking
        if report is not self._report or report is None:
            self._report = report
            self._show_summary(report)
        kinds = leak_lines(report, leaking.kind) if report is not None else ()
        self._model.show(kinds)
        self._filter.setCurrentIndex(self._filter.findData(str(leaking.kind or "")))
        left = report.leaked_ids - set(report.excluded) if report is not None else frozenset[str]()
        self._exclude.setText(self._exclude_text(len(left)))
        self._exclude.setEnabled(bool(left) and not leaking.is_working)
        self._undo.setEnabled(bool(leaking.before) and not leaking.is_working)
        self._show_chosen()

    # -- what is shown ------------------------------------------------------------------------------------------------

    def _show_summary(self, report: ComparisonReport | None) -> None:
        if report is None:
            self._summary.setText(self.tr("Leaks are looked for when every arm has answered."))
            self._verdicts.hide()
            self._notes.hide()
            return
        self._summary.setText(self._summarize(report))
        self._notes.setText("\n".join(report.leak_notes))
        self._notes.setVisible(bool(report.leak_notes))
        with_all = report.verdict_with_all or report.verdict
        without = report.verdict if report.excluded else report.verdict_without_leaks
        self._verdicts.setVisible(without is not None)
        self._fill(self._with_all, self.tr("With all {} questions").format(len(report.examples)), with_all)
        if without is not None:
            count = len(report.excluded) or len(report.leaked_ids)
            title = self.tr("Without the {} excluded") if report.excluded else self.tr("Without the {} leaked")
            self._fill(self._without, title.format(count), without)

    def _summarize(self, report: ComparisonReport) -> str:
        certain = len(report.leaked_ids)
        suspected = len({leak.example_id for leak in report.leaks} - report.leaked_ids)
        if not report.leaks:
            return self.tr("No test question was found in anything that the arms had seen before the test.")
        if not certain:
            are = self.tr("1 is suspected") if suspected == 1 else self.tr("{} are suspected").format(suspected)
            return self.tr("No test question is known to have been seen before the test; {}.").format(are)
        told = self.tr("{} of {} test questions were seen before the test").format(certain, len(report.examples))
        more = self.tr("; 1 more is suspected.") if suspected == 1 else self.tr("; {} more are suspected.")
        return told + (more.format(suspected) if suspected else ".")

    def _exclude_text(self, left: int) -> str:
        if left == 1:
            return self.tr("Exclude the leaked question")
        return self.tr("Exclude the {} leaked questions").format(left) if left else self.tr("Exclude leaked questions")

    @staticmethod
    def _fill(card: tuple[QFrame, QLabel, QLabel], title: str, verdict: Verdict) -> None:
        frame, head, text = card
        head.setText(title)
        recommended = f" · {verdict.recommended}" if verdict.recommended else ""
        text.setText(f"{say_verdict(verdict)}{recommended}")
        text.setToolTip("\n".join(verdict.reasons))
        frame.setAccessibleName(f"{title}: {text.text()}")

    def _show_chosen(self) -> None:
        lines = self._table.selected_records()
        self._exclude_chosen.setEnabled(any(not line.is_excluded for line in lines))
        self._include.setEnabled(any(line.is_excluded for line in lines))
        line = lines[0] if lines else None
        for label, text in zip(self._beside, self._texts(line), strict=True):
            label.setText(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")

    def _texts(self, line: LeakLine | None) -> tuple[str, str]:
        if line is None:
            return self.tr("Select a line to see the question beside the row."), ""
        right = " / ".join(line.example.answers) or self.tr("no answer")
        row = self.tr("Row {}").format(line.leak.number) if line.leak.number else self.tr("Row")
        ours = self.tr("Test question\n{}\n\nRight: {}").format(line.example.question, right)
        said = line.leak.answer or self.tr("not known")
        return ours, self.tr("{} in {}\n{}\n\nAnswer: {}").format(row, line.leak.where, line.leak.text, said)

    # -- building -----------------------------------------------------------------------------------------------------

    def _build_widgets(self) -> None:
        self._summary, self._notes = QLabel(self), QLabel(self)
        self._summary.setObjectName("leaks_summary")
        self._notes.setObjectName("leaks_notes")
        set_role(self._summary, "field")
        set_role(self._notes, "warn-small")
        for label in (self._summary, self._notes):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._verdicts = QWidget(self)
        self._with_all, self._without = self._card("leaks_with_all"), self._card("leaks_without")
        self._filter = QComboBox(self)
        self._filter.setObjectName("leaks_filter")
        self._filter.setAccessibleName(self.tr("Which leaks are listed"))
        self._filter.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._filter.setMinimumContentsLength(10)
        for text, kind in (
            (self.tr("All kinds"), ""),
            (self.tr("Exact"), LeakKind.EXACT),
            (self.tr("Nearly the same"), LeakKind.NEAR),
            (self.tr("Suspected"), LeakKind.SUSPECTED),
        ):
            self._filter.addItem(text, str(kind))
        self._exclude = named_button(self, "leaks_exclude", self.tr("Exclude leaked questions"), "primary")
        self._exclude_chosen = named_button(self, "leaks_exclude_chosen", self.tr("Exclude selected"), "")
        self._include = named_button(self, "leaks_include", self.tr("Count again"), "")
        self._undo = named_button(self, "leaks_undo", self.tr("Undo"), "quiet")
        self._model: RecordTableModel[LeakLine] = RecordTableModel(self._columns(), key=lambda line: line.key)
        self._table: RecordTable[LeakLine] = RecordTable(self._model, parent=self)
        self._table.setObjectName("leaks_table")
        self._table.setAccessibleName(self.tr("Questions that were seen before the test"))
        self._table.allow_several()
        self._table.set_empty_text(self.tr("Nothing of this kind was found."))
        self._beside = (self._text("leaks_question"), self._text("leaks_row"))

    def _columns(self) -> Sequence[Column[LeakLine]]:
        return (
            Column(self.tr("Found"), lambda line: str(line.leak.kind), ink=_ink),
            Column(self.tr("Test question"), lambda line: " ".join(line.example.question.split()), stretch=True),
            Column(self.tr("Seen in"), lambda line: line.leak.where, gives_way=True),
            Column(self.tr("Likeness"), lambda line: percent(line.leak.similarity), align_right=True),
            Column(self.tr("Arms"), lambda line: ", ".join(line.leak.arms), gives_way=True),
            Column("", lambda line: self.tr("excluded") if line.is_excluded else "", ink=lambda _: "muted"),
        )

    def _card(self, name: str) -> tuple[QFrame, QLabel, QLabel]:
        frame = QFrame(self._verdicts)
        frame.setObjectName(name)
        set_role(frame, "panel")
        head, text = QLabel(frame), QLabel(frame)
        set_role(head, "small")
        set_role(text, "field")
        text.setObjectName(f"{name}_text")
        text.setWordWrap(True)
        text.setTextFormat(Qt.TextFormat.PlainText)
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(12, 6, 12, 8)
        inside.setSpacing(2)
        inside.addWidget(head)
        inside.addWidget(text)
        return frame, head, text

    def _text(self, name: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    def _build_layout(self) -> None:
        verdicts = QHBoxLayout(self._verdicts)
        verdicts.setContentsMargins(0, 0, 0, 0)
        verdicts.addWidget(self._with_all[0], 1)
        verdicts.addWidget(self._without[0], 1)
        bar = QHBoxLayout()
        bar.addWidget(self._filter)
        bar.addStretch(1)
        for button in (self._undo, self._include, self._exclude_chosen, self._exclude):
            bar.addWidget(button)
        beside = QHBoxLayout()
        beside.setSpacing(16)
        for label in self._beside:
            beside.addWidget(label, 1)
        self._table.setMinimumHeight(_ROWS * self._table.verticalHeader().defaultSectionSize())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        for widget in (self._summary, self._verdicts):
            column.addWidget(widget)
        column.addLayout(bar)
        column.addWidget(self._table, 1)
        column.addLayout(beside)
        column.addWidget(self._notes)

    def _connect(self) -> None:
        self._filter.activated.connect(self._on_kind)
        self._table.selection_moved.connect(self._on_selection)
        self._exclude.clicked.connect(self.leaked_excluded)
        self._exclude_chosen.clicked.connect(self._on_exclude_chosen)
        self._include.clicked.connect(self._on_include)
        self._undo.clicked.connect(self.undo_requested)

    @Slot(int)
    def _on_kind(self, index: int) -> None:
        self.kind_chosen.emit(str(self._filter.itemData(index)))

    @Slot()
    def _on_selection(self) -> None:
        self._show_chosen()

    @Slot()
    def _on_exclude_chosen(self) -> None:
        self.chosen_excluded.emit([line.example.id for line in self._table.selected_records()])

    @Slot()
    def _on_include(self) -> None:
        self.chosen_included.emit([line.example.id for line in self._table.selected_records()])


def _ink(line: LeakLine) -> str:
    return "bad" if line.leak.kind.is_certain else "warn"
