"""The verdict in words: a headline, what to choose, and the sentences with the numbers behind it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.compare.trade_off_rows import numbers_behind
from workbench.compare.verdict_types import VerdictKind
from workbench.ui.compare.state import Results
from workbench.ui.compare.verdict_words import say_verdict
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.plain_tip import plain_tip

_FIRST = 3
"""Reasons that are always shown."""


class VerdictCard(QFrame):
    """Says that it waits for the end while a comparison runs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[str, ...] = ()
        self._build_widgets()
        self._build_layout()
        self._more.toggled.connect(self._on_more)

    def show_results(self, results: Results, *, is_running: bool) -> None:
        verdict = results.verdict
        if verdict is None:
            waiting = self.tr("The verdict comes when every arm has answered.")
            stopped = self.tr("No verdict: the comparison was stopped. Run it again to go on.")
            self._headline.setText(self.tr("Comparing…") if is_running else self.tr("Not finished"))
            self._kind.hide()
            self._recommended.hide()
            self._more.hide()
            self._reasons.setText(waiting if is_running else stopped)
            return
        self._headline.setText(say_verdict(verdict))
        set_role(self._kind, _BADGES[verdict.kind])
        self._kind.setText(self.tr(_KINDS[verdict.kind]))
        self._kind.setVisible(not verdict.is_on_nothing)
        self._recommended.setVisible(verdict.recommended is not None)
        self._recommended.setText(self.tr("Recommended: {}").format(verdict.recommended))
        self._headline.setToolTip(plain_tip("\n".join(numbers_behind(verdict.pairs))))
        self._show_reasons((*verdict.reasons, *self._about_leaks(results)))

    def _show_reasons(self, reasons: Sequence[str]) -> None:
        """The first ones always: what was found. The rest, on what follows from it, on request."""
        shown = reasons if self._more.isChecked() else reasons[:_FIRST]
        self._reasons.setText("\n".join(shown))
        self._more.setVisible(len(reasons) > _FIRST)
        self._all = tuple(reasons)
        self.setAccessibleDescription("\n".join(reasons))

    @Slot()
    def _on_more(self) -> None:
        self._show_reasons(self._all)

    def _about_leaks(self, results: Results) -> list[str]:
        if results.report is not None and results.report.verdict_with_all is not None:
            count = len(results.report.excluded)
            left_out = self.tr("1 question is excluded") if count == 1 else self.tr("{} questions are excluded")
            told = self.tr("{} (see Leaks). With all of them: {}.")
            return [told.format(left_out.format(count), say_verdict(results.report.verdict_with_all))]
        other = results.verdict_without_leaks
        if other is None:
            return []
        count = len(results.leaked_ids)
        seen = (
            self.tr("1 question was seen before the test (⚠). Without it: {}.")
            if count == 1
            else self.tr("{n} questions were seen before the test (⚠). Without them: {}.").replace("{n}", str(count))
        )
        return [seen.format(say_verdict(other))]

    def _build_widgets(self) -> None:
        self.setObjectName("compare_verdict")
        self.setAccessibleName(self.tr("Verdict"))
        set_role(self, "panel")
        self._headline, self._kind = QLabel(self), QLabel(self)
        self._recommended, self._reasons = QLabel(self), QLabel(self)
        self._headline.setObjectName("compare_headline")
        self._recommended.setObjectName("compare_recommended")
        self._reasons.setObjectName("compare_reasons")
        self._more = named_button(
            self, "compare_more_reasons", self.tr("All reasons"), "quiet", spoken=self.tr("Show all reasons")
        )
        self._more.setCheckable(True)
        self._more.hide()
        set_role(self._headline, "subtitle")
        set_role(self._recommended, "badge-good")
        set_role(self._kind, "badge")
        for label in (self._headline, self._kind, self._recommended, self._reasons):
            label.setTextFormat(Qt.TextFormat.PlainText)
        for label in (self._headline, self._reasons):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._headline, 1)
        head.addWidget(self._recommended, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self._kind, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self._more, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 12, 12)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self._reasons)


_KINDS = {
    VerdictKind.WINNER: "winner",
    VerdictKind.EQUIVALENT: "equivalent",
    VerdictKind.UNDECIDED: "undecided",
}
_BADGES = {
    VerdictKind.WINNER: "badge-good",
    VerdictKind.EQUIVALENT: "badge",
    VerdictKind.UNDECIDED: "badge-warn",
}
