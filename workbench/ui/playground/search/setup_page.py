"""What to search with: the start, the questions, what is tried, and how much may be spent."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from workbench.ui.playground.search.budget_form import BudgetForm
from workbench.ui.playground.search.state import HistoryLine, SearchState
from workbench.ui.playground.search.task_form import TaskForm
from workbench.ui.playground.search.tried_form import TriedForm
from workbench.ui.theme import set_role
from workbench.ui.widgets.column_layout import ColumnLayout
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.page_scroller import PageScroller


class SetupPage(QWidget):
    run_requested = Signal()
    results_requested = Signal()
    history_requested = Signal(int)
    changed = Signal(str, object)
    """A field of `SetUp` and its value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history_lines: tuple[HistoryLine, ...] = ()
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: SearchState) -> None:
        self.task.show_state(state)
        self.tried.show_state(state)
        self.budget.show_state(state)
        reason = state.not_ready
        self._run.setEnabled(not reason)
        self._reason.setText(reason)
        self._results.setVisible(state.live is not None)
        self._history.setEnabled(bool(state.history))
        self._history_lines = state.history

    def _build_widgets(self) -> None:
        self._page = QWidget(self)
        self.task, self.tried, self.budget = TaskForm(self._page), TriedForm(self._page), BudgetForm(self._page)
        self._sentence = QLabel(
            self.tr(
                "Tries variants of a prompt on questions with known answers. Half of the questions choose the best "
                "one; the other half, which nothing was chosen on, says whether it is better than yours."
            ),
            self,
        )
        self._sentence.setWordWrap(True)
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self._sentence, "muted")
        self._run = named_button(self, "search_run", self.tr("Search"), "primary")
        self._results = named_button(self, "search_results", self.tr("Show the results"))
        self._history = named_button(self, "search_history", self.tr("Earlier searches"))
        self._reason = QLabel(self)
        self._reason.setObjectName("search_reason")
        self._reason.setTextFormat(Qt.TextFormat.PlainText)
        self._reason.setWordWrap(True)
        self._reason.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        set_role(self._reason, "muted")

    def _build_layout(self) -> None:
        left, right = QWidget(self._page), QWidget(self._page)
        for column, forms in ((left, (self.task, self.budget)), (right, (self.tried,))):
            stack = QVBoxLayout(column)
            stack.setContentsMargins(0, 0, 0, 0)
            stack.setSpacing(12)
            for form in forms:
                stack.addWidget(form)
            stack.addStretch(1)
        cards = ColumnLayout(2, narrowest=44, spacing=12)
        cards.show_widgets([left, right])
        inner = QVBoxLayout(self._page)
        inner.setContentsMargins(0, 0, 4, 0)
        inner.addLayout(cards)
        inner.addStretch(1)
        foot = QHBoxLayout()
        foot.addWidget(self._history)
        foot.addWidget(self._results)
        foot.addWidget(self._reason, 1)
        foot.addWidget(self._run)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(10)
        whole.addWidget(self._sentence)
        whole.addWidget(PageScroller(self._page, self), 1)
        whole.addLayout(foot)

    def _connect(self) -> None:
        for form in (self.task, self.tried, self.budget):
            form.changed.connect(self.changed)
        self._run.clicked.connect(self.run_requested)
        self._results.clicked.connect(self.results_requested)
        self._history.clicked.connect(self._on_history)

    @Slot()
    def _on_history(self) -> None:
        menu = QMenu(self)
        menu.setObjectName("search_history_menu")
        for line in self._history_lines:
            menu.addAction(line.text.replace("&", "&&")).setData(line.id)
        menu.triggered.connect(self._on_history_chosen)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._history.mapToGlobal(self._history.rect().topLeft()))

    @Slot(object)
    def _on_history_chosen(self, action: object) -> None:
        from PySide6.QtGui import QAction

        if isinstance(action, QAction):
            self.history_requested.emit(int(action.data()))
