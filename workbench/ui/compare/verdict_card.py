"""The verdict in words: a headline, what to choose, and the sentences with the numbers behind it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.compare.types import Verdict, VerdictKind
from workbench.ui.compare.state import Results
from workbench.ui.theme import set_role


class VerdictCard(QFrame):
    """Says that it waits for the end while a comparison runs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()

    def show_results(self, results: Results, *, is_running: bool) -> None:
        verdict = results.verdict
        if verdict is None:
            waiting = self.tr("The verdict comes when every arm has answered.")
            stopped = self.tr("No verdict: the comparison was stopped. Run it again to go on.")
            self._headline.setText(self.tr("Comparing…") if is_running else self.tr("Not finished"))
            self._kind.hide()
            self._recommended.hide()
            self._reasons.setText(waiting if is_running else stopped)
            return
        self._headline.setText(self._say(verdict))
        self._kind.setText(self.tr(_KINDS[verdict.kind]))
        set_role(self._kind, _BADGES[verdict.kind])
        self._kind.show()
        self._recommended.setVisible(verdict.recommended is not None)
        self._recommended.setText(self.tr("Recommended: {}").format(verdict.recommended))
        self._reasons.setText("\n".join((*verdict.reasons, *self._about_leaks(results))))
        self.setAccessibleDescription(self._reasons.text())

    def _say(self, verdict: Verdict) -> str:
        match verdict.kind:
            case VerdictKind.WINNER:
                return self.tr("{} answers best").format(verdict.winner)
            case VerdictKind.EQUIVALENT:
                return self.tr("{} are equally good").format(" and ".join(verdict.best))
            case VerdictKind.UNDECIDED if len(verdict.best) > 1:
                return self.tr("{} cannot be told apart").format(", ".join(verdict.best))
            case _:
                return self.tr("Nothing to decide")

    def _about_leaks(self, results: Results) -> list[str]:
        other = results.verdict_without_leaks
        if other is None:
            return []
        count = len(results.leaked_ids)
        return [
            self.tr("{} of the questions were seen before the test (⚠). Without them: {}.").format(
                count, self._say(other)
            )
        ]

    def _build_widgets(self) -> None:
        self.setObjectName("compare_verdict")
        self.setAccessibleName(self.tr("Verdict"))
        set_role(self, "panel")
        self._headline, self._kind = QLabel(self), QLabel(self)
        self._recommended, self._reasons = QLabel(self), QLabel(self)
        self._headline.setObjectName("compare_headline")
        self._recommended.setObjectName("compare_recommended")
        self._reasons.setObjectName("compare_reasons")
        set_role(self._headline, "title")
        set_role(self._recommended, "badge-good")
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
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 18, 14)
        column.setSpacing(8)
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
