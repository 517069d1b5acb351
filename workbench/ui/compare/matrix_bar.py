"""What is above the table of all questions: search, what the arms made of them, tag, reason, order."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from workbench.compare.matrix import RowFilter, SortBy
from workbench.naming import counted
from workbench.scoring.model_metrics import title_of
from workbench.ui.compare.matrix import Matrix
from workbench.ui.theme import set_role
from workbench.ui.widgets.clear_button import let_clear
from workbench.ui.widgets.elided_combo import ElidedComboBox
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.named_button import named_button

Item = tuple[str, str]
"""What is shown, and what is meant."""
_FEWEST_LETTERS = 12
_NARROWEST = 80
"""Pixels of a box in a narrow window; what is chosen is shortened there."""
_JOINT, _DOWN = ":", "down"


class MatrixBar(QWidget):
    searched = Signal(str)
    outcome_chosen = Signal(str, str)
    """A value of `RowFilter`, and the arm that alone is right."""
    tag_chosen = Signal(str)
    reason_chosen = Signal(str)
    """A value of `FailureReason`; empty: any."""
    order_chosen = Signal(str, bool)
    """A value of `SortBy`, and whether downwards."""
    metric_chosen = Signal(str)
    all_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_matrix(self, matrix: Matrix) -> None:
        choice = matrix.choice
        if self._search.text() != choice.text:
            with QSignalBlocker(self._search):
                self._search.setText(choice.text)
        _fill(self._outcome, self._outcomes(matrix.arms), _joined(choice.outcome, choice.only))
        _fill(self._tag, [(self.tr("Any tag"), ""), *((tag, tag) for tag in matrix.tags)], choice.tag)
        reasons = [(str(reason).capitalize(), str(reason)) for reason in matrix.reasons]
        _fill(self._reason, [(self.tr("Any reason"), ""), *reasons], str(choice.reason or ""))
        _fill(
            self._order,
            self._orders(has_tags=bool(matrix.tags)),
            _joined(choice.sort, _DOWN if choice.descending else ""),
        )
        self._tag.setVisible(bool(matrix.tags))
        self._reason.setVisible(bool(matrix.reasons))
        self._all.setVisible(choice.is_filtered)
        self._count.setText(self._say(matrix))

    def show_metrics(self, metrics: Sequence[str], chosen: str) -> None:
        """The scores there are; nothing to choose where there is one."""
        items = [(title_of(name) + (self.tr(" (decides)") if name == metrics[0] else ""), name) for name in metrics]
        _fill(self._metric, items, chosen)
        for widget in (self._metric, self._metric_label):
            widget.setVisible(len(metrics) > 1)

    def _say(self, matrix: Matrix) -> str:
        partly = self.tr("0–99 percent of a partly right one   ") if matrix.is_graded else ""
        key = self.tr("✓ right   {}✗ wrong   ! no answer").format(partly)
        if not matrix.choice.is_filtered:
            return key
        if not matrix.rows:
            return self.tr("No question is like that.")
        return self.tr("{} of {}   ·   {}").format(len(matrix.rows), counted(len(matrix.every), "question"), key)

    def _outcomes(self, arms: Sequence[str]) -> list[Item]:
        several: list[Item] = [
            (self.tr("Where the arms differ"), str(RowFilter.DIFFERENT)),
            (self.tr("Where an arm is wrong"), str(RowFilter.WRONG)),
            (self.tr("Where all are wrong"), str(RowFilter.ALL_WRONG)),
            (self.tr("Where all are right"), str(RowFilter.ALL_RIGHT)),
        ]
        alone: list[Item] = [(self.tr("Only {} is right").format(arm), _joined(RowFilter.ONLY, arm)) for arm in arms]
        return [
            (self.tr("All questions"), str(RowFilter.ALL)),
            *several,
            *(alone if len(arms) > 1 else ()),
            (self.tr("Where an arm gave no answer"), str(RowFilter.NO_ANSWER)),
            (self.tr("Seen before the test"), str(RowFilter.LEAKED)),
            (self.tr("Left out of the verdict"), str(RowFilter.EXCLUDED)),
        ]

    def _orders(self, *, has_tags: bool) -> list[Item]:
        return [
            (self.tr("In their order"), str(SortBy.ORDER)),
            (self.tr("Hardest first"), str(SortBy.MEAN)),
            (self.tr("Easiest first"), _joined(SortBy.MEAN, _DOWN)),
            (self.tr("Arms differ most first"), _joined(SortBy.SPREAD, _DOWN)),
            (self.tr("Longest answers first"), _joined(SortBy.LENGTH, _DOWN)),
            (self.tr("By the question's text"), str(SortBy.QUESTION)),
            *([(self.tr("By tag"), str(SortBy.TAG))] if has_tags else []),
        ]

    def _build_widgets(self) -> None:
        self._search = QLineEdit(self)
        self._search.setObjectName("compare_search")
        self._search.setAccessibleName(self.tr("Search the questions"))
        self._search.setPlaceholderText(self.tr("Search"))
        let_clear(self._search)
        self._search.setMinimumWidth(_NARROWEST)
        self._outcome = self._box("compare_filter", self.tr("Which questions are shown"))
        self._tag = self._box("compare_filter_tag", self.tr("Tag of the questions that are shown"))
        self._reason = self._box("compare_filter_reason", self.tr("Why an arm failed on the questions that are shown"))
        self._order = self._box("compare_order", self.tr("Order of the questions"))
        self._order.setPlaceholderText(self.tr("By a column"))
        self._metric = QComboBox(self)
        self._metric.setObjectName("compare_answers_metric")
        self._metric.setAccessibleName(self.tr("Score that is shown"))
        self._metric.setToolTip(self.tr("Score of the arms above and of the questions below; the first one decides"))
        self._metric_label = QLabel(self.tr("Score"), self)
        self._metric_label.setBuddy(self._metric)
        set_role(self._metric_label, "small")
        self._count = ElidedLabel(parent=self)
        self._count.setObjectName("compare_count")
        set_role(self._count, "small")
        self._all = named_button(self, "compare_show_all", self.tr("Show all"), "quiet", icon="close")

    def _box(self, name: str, words: str) -> QComboBox:
        box = ElidedComboBox(self, name, words, fewest=_FEWEST_LETTERS)
        box.setToolTip(words)
        box.setMinimumWidth(_NARROWEST)
        return box

    def _build_layout(self) -> None:
        above = QHBoxLayout()
        above.setSpacing(6)
        above.addWidget(self._search, 3)
        above.addWidget(self._count, 2)
        above.addWidget(self._metric_label)
        above.addWidget(self._metric)
        row = QHBoxLayout()
        row.setSpacing(6)
        for box in (self._outcome, self._tag, self._reason, self._order):
            row.addWidget(box, 1)
        row.addWidget(self._all)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(above)
        column.addLayout(row)

    def _connect(self) -> None:
        self._search.textChanged.connect(self.searched)
        self._outcome.activated.connect(self._on_outcome)
        self._tag.activated.connect(self._on_tag)
        self._reason.activated.connect(self._on_reason)
        self._order.activated.connect(self._on_order)
        self._metric.activated.connect(self._on_metric)
        self._all.clicked.connect(self.all_requested)

    @Slot(int)
    def _on_metric(self, index: int) -> None:
        self.metric_chosen.emit(str(self._metric.itemData(index)))

    @Slot(int)
    def _on_outcome(self, index: int) -> None:
        outcome, _, only = str(self._outcome.itemData(index)).partition(_JOINT)
        self.outcome_chosen.emit(outcome, only)

    @Slot(int)
    def _on_tag(self, index: int) -> None:
        self.tag_chosen.emit(str(self._tag.itemData(index)))

    @Slot(int)
    def _on_reason(self, index: int) -> None:
        self.reason_chosen.emit(str(self._reason.itemData(index)))

    @Slot(int)
    def _on_order(self, index: int) -> None:
        by, _, down = str(self._order.itemData(index)).partition(_JOINT)
        self.order_chosen.emit(by, bool(down))


def _joined(first: str, second: str) -> str:
    return f"{first}{_JOINT}{second}" if second else str(first)


def _fill(box: QComboBox, items: Sequence[Item], chosen: str) -> None:
    """These items, with the chosen one shown; none where it is not among them."""
    with QSignalBlocker(box):
        if [(box.itemText(n), box.itemData(n)) for n in range(box.count())] != list(items):
            box.clear()
            for text, data in items:
                box.addItem(text, data)
        box.setCurrentIndex(box.findData(chosen))
