"""The guide "Which one do I choose?": the interview beside what follows from it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from workbench.ui.compare.guide_cards import GuideCards
from workbench.ui.compare.guide_form import GuideForm
from workbench.ui.compare.guide_state import GuideState
from workbench.ui.compare.state import CompareState
from workbench.ui.theme import set_role
from workbench.ui.widgets.page_scroller import PageScroller
from workbench.ui.widgets.wrapped_label import WrappedLabel


class GuidePage(QWidget):
    opened = Signal()
    """It came to the front."""
    set_up_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._guide: GuideState | None = None
        self._build_widgets()
        self._build_layout()
        self._set_up.clicked.connect(self.set_up_requested)

    @property
    def widget(self) -> QWidget:
        return self

    def show_state(self, state: CompareState) -> None:
        guide = state.guide
        if guide is self._guide:
            return
        self._guide = guide
        self.form.show_guide(guide)
        if guide.proposal is None or guide.plan is None:
            return
        self.cards.show_proposal(guide.proposal, guide.plan)
        count = len(guide.plan.arms)
        self._set_up.setEnabled(count > 0)
        words = {0: self.tr("Nothing to set up yet"), 1: self.tr("Set up this arm")}
        self._set_up.setText(words.get(count, self.tr("Set up these {} arms").format(count)))
        waiting = len(guide.proposal.proposed) - count
        said = self.tr("{} can be made now").format(count)
        self._about.setText(
            said + (self.tr(", {} after something else was made").format(waiting) if waiting > 0 else "")
        )

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.opened.emit()

    def _build_widgets(self) -> None:
        self.setObjectName("compare_guide_page")
        self.form, self.cards = GuideForm(self), GuideCards(self)
        self._title = WrappedLabel(self.tr("Worth trying"), "subtitle", self)
        self._about = WrappedLabel("", "muted", self)
        self._about.setObjectName("compare_guide_about")
        self._set_up = QPushButton(self)
        self._set_up.setObjectName("compare_guide_set_up")
        self._set_up.setAccessibleName(self.tr("Set up the arms that can be made now"))
        set_role(self._set_up, "primary")

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        titles = QVBoxLayout()
        titles.setSpacing(0)
        titles.addWidget(self._title)
        titles.addWidget(self._about)
        head.addLayout(titles, 1)
        head.addWidget(self._set_up, 0, Qt.AlignmentFlag.AlignVCenter)
        right = QWidget(self)
        column = QVBoxLayout(right)
        column.setContentsMargins(4, 0, 0, 0)
        column.addLayout(head)
        column.addWidget(PageScroller(self.cards, right), 1)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.setObjectName("compare_guide_split")
        splitter.addWidget(PageScroller(self.form, self))
        splitter.addWidget(right)
        splitter.setStretchFactor(0, 2)
        splitter.setStretchFactor(1, 3)
        splitter.setSizes([400, 600])
        splitter.setChildrenCollapsible(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 8, 0, 0)
        whole.addWidget(splitter)
