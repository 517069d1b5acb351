"""What was expected before the comparison, beside what was measured."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.compare.expectations import Outcome, Reflection
from workbench.compare.guide.reflecting import reflect, summary
from workbench.ui.compare.state import CompareState, Results
from workbench.ui.theme import set_role
from workbench.ui.widgets.page_scroller import PageScroller
from workbench.ui.widgets.wrapped_label import WrappedLabel

_BADGES = {
    Outcome.AGREED: "badge-good",
    Outcome.DISAGREED: "badge-bad",
    Outcome.UNDECIDED: "badge-warn",
    Outcome.NOT_MEASURED: "badge",
}


class ExpectedPage(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._results: Results | None = None
        self._rows: list[QWidget] = []
        self._build_widgets()
        self._build_layout()

    @property
    def widget(self) -> QWidget:
        return self

    def show_state(self, state: CompareState) -> None:
        results = state.results
        if results is None or results is self._results:
            return
        self._results = results
        for row in self._rows:
            row.hide()
            row.setParent(None)
            row.deleteLater()
        self._rows = []
        expectations = results.expectations
        self._summary.setText(self._say(results, reflections := self._reflect(results)))
        for place, one in enumerate(reflections):
            row = self._row(one)
            self._rows.append(row)
            self._column.insertWidget(1 + place, row)
            row.show()
        self._foot.setVisible(bool(expectations))

    def _reflect(self, results: Results) -> tuple[Reflection, ...]:
        if results.verdict is None:
            return ()
        return reflect(results.expectations, results.verdict, results.arms)

    def _say(self, results: Results, reflections: tuple[Reflection, ...]) -> str:
        if not results.expectations:
            return self.tr(
                "Nothing was expected of these arms. The guide “Which one do I choose?” says what it expects, and this "
                "page then shows where measurement agreed."
            )
        if results.verdict is None:
            count = len(results.expectations)
            return self.tr("{} expectations wait for the end of the comparison.").format(count)
        return summary(reflections)

    def _row(self, one: Reflection) -> QFrame:
        card = QFrame(self)
        card.setObjectName("compare_expectation")
        card.setAccessibleName(one.sentence())
        set_role(card, "panel")
        head = QHBoxLayout()
        head.addWidget(WrappedLabel(one.expectation.sentence(), "field", card), 1)
        badge = QLabel(str(one.outcome), card)
        set_role(badge, _BADGES[one.outcome])
        head.addWidget(badge, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(card)
        column.setContentsMargins(14, 9, 12, 10)
        column.setSpacing(2)
        column.addLayout(head)
        if one.expectation.because:
            column.addWidget(
                WrappedLabel(self.tr("Expected because {}.").format(one.expectation.because), "muted", card)
            )
        measured = self.tr("Measured: {}.").format(one.measured) if one.measured else ""
        if text := " ".join(part for part in (measured, one.remark) if part):
            column.addWidget(WrappedLabel(text, "", card))
        return card

    def _build_widgets(self) -> None:
        self.setObjectName("compare_expected_page")
        self._page = QWidget(self)
        self._summary = WrappedLabel("", "subtitle", self._page)
        self._summary.setObjectName("compare_expected_summary")
        self._foot = WrappedLabel(
            self.tr(
                "Where measurement disagrees, believe it: it is about your questions, a guide is about everybody's."
            ),
            "small",
            self._page,
        )

    def _build_layout(self) -> None:
        self._column = QVBoxLayout(self._page)
        self._column.setContentsMargins(0, 8, 0, 0)
        self._column.setSpacing(8)
        self._column.addWidget(self._summary)
        self._column.addWidget(self._foot)
        self._column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(PageScroller(self._page, self))
