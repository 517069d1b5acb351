"""What the guide proposes: cards with reasons, what to make first, and what is expected."""

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.compare.expectations import Expectation
from workbench.compare.guide.making import Plan, ToMake
from workbench.compare.guide.proposing import Advice, Proposal
from workbench.compare.guide.rules import Standing
from workbench.compare.guide.techniques import TRADE_OFFS
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.section import Section
from workbench.ui.widgets.wrapped_label import WrappedLabel


class GuideCards(QWidget):
    """Made anew when the proposal changes."""

    make_requested = Signal(str, object)
    """The tab, and what it is opened with."""
    set_up_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[Proposal, Plan] | None = None
        self._open: set[str] = set()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)

    def show_proposal(self, proposal: Proposal, plan: Plan) -> None:
        if self._shown == (proposal, plan):
            return
        self._shown = (proposal, plan)
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()
        ready = {arm.name for arm in plan.arms}
        for one in proposal.advice:
            if one.is_proposed:
                self._add(self._card(one, is_ready=one.technique.value in ready))
        for remark in proposal.remarks:
            self._add(WrappedLabel(remark, "warn-small", self))
        if plan.to_make:
            self._add(self._steps(plan.to_make))
        rest = {
            Standing.LATER: ("later", self.tr("Only if these do not do")),
            Standing.NO: ("no", self.tr("Not for this")),
        }
        for standing, (name, title) in rest.items():
            advice = [one for one in proposal.advice if one.standing is standing]
            if advice:
                self._add_section(name, title, self._lines(advice), ", ".join(_title(one) for one in advice))
        if proposal.expectations:
            count = self.tr("{} expectations, held against the measurement").format(len(proposal.expectations))
            self._add_section("expected", self.tr("Expected"), self._expected(proposal.expectations), count)
        self._column.addStretch(1)

    def _add(self, widget: QWidget) -> None:
        self._column.addWidget(widget)
        widget.show()

    def _card(self, one: Advice, *, is_ready: bool) -> QFrame:
        card = QFrame(self)
        card.setObjectName(f"compare_guide_card_{one.technique.name.lower()}")
        card.setAccessibleName(_title(one))
        card.setAccessibleDescription(" ".join(one.reasons))
        set_role(card, "panel")
        column = QVBoxLayout(card)
        column.setContentsMargins(14, 9, 12, 10)
        column.setSpacing(3)
        head = QHBoxLayout()
        head.addWidget(WrappedLabel(_title(one), "field", card), 1)
        if not is_ready:
            head.addWidget(_badge(self.tr("to be made"), "badge-warn", card))
        if one.standing is Standing.FIRST:
            head.addWidget(_badge(self.tr("try first"), "badge-good", card))
        else:
            head.addWidget(_badge(self.tr("try too"), "badge", card))
        column.addLayout(head)
        for reason in one.reasons:
            column.addWidget(WrappedLabel(reason, "", card))
        offer = TRADE_OFFS[one.technique]
        trade = self.tr("Needs: {}.  Gives: {}.  Costs: {}.").format(offer.needs, offer.gives, offer.costs)
        column.addWidget(WrappedLabel(trade, "small", card))
        return card

    def _steps(self, steps: Iterable[ToMake]) -> QFrame:
        card = QFrame(self)
        card.setObjectName("compare_guide_steps")
        set_role(card, "panel")
        column = QVBoxLayout(card)
        column.setContentsMargins(14, 9, 12, 10)
        column.setSpacing(6)
        column.addWidget(WrappedLabel(self.tr("Make first, in this order"), "field", card))
        for number, step in enumerate(steps, 1):
            row = QHBoxLayout()
            wanted = self.tr(" (for “{}”)").format(step.technique.value) if step.technique else ""
            row.addWidget(WrappedLabel(f"{number}. {step.sentence}{wanted}", "", card), 1)
            button = named_button(
                card, f"compare_guide_make_{number}", step.button, spoken=f"{step.button}: {step.sentence}"
            )
            button.clicked.connect(partial(self.make_requested.emit, step.tab, dict(step.case)))
            row.addWidget(button)
            column.addLayout(row)
        return card

    def _add_section(self, name: str, title: str, body: QWidget, summary: str) -> None:
        section = Section(f"compare_guide_{name}", title, body, self)
        section.show_summary(summary)
        section.show_open(name in self._open)
        section.folded.connect(partial(self._on_folded, name))
        self._add(section)

    def _on_folded(self, key: str, _name: str, is_open: bool) -> None:
        (self._open.add if is_open else self._open.discard)(key)

    def _lines(self, advice: Iterable[Advice]) -> QWidget:
        body = QWidget(self)
        column = QVBoxLayout(body)
        column.setContentsMargins(22, 0, 0, 6)
        column.setSpacing(2)
        for one in advice:
            column.addWidget(WrappedLabel(_title(one), "field-small", body))
            for reason in one.reasons:
                column.addWidget(WrappedLabel(reason, "small", body))
        return body

    def _expected(self, expectations: Iterable[Expectation]) -> QWidget:
        body = QWidget(self)
        column = QVBoxLayout(body)
        column.setContentsMargins(22, 0, 0, 6)
        column.setSpacing(2)
        for one in expectations:
            column.addWidget(WrappedLabel(f"{one.sentence()}: {one.because}.", "small", body))
        return body


def _title(one: Advice) -> str:
    return TRADE_OFFS[one.technique].title


def _badge(text: str, role: str, parent: QWidget) -> QLabel:
    badge = QLabel(text, parent)
    set_role(badge, role)
    return badge
