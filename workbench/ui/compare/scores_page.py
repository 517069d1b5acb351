"""How answers are scored: several metrics at once, one of which decides, with what each can judge."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.scoring.metric_options import options_of
from workbench.scoring.metrics import METRICS
from workbench.scoring.model_metrics import JUDGE, MODEL_METRICS, PAIRWISE, sentence_of, title_of
from workbench.ui.compare.judge_form import JudgeForm
from workbench.ui.compare.option_form import OptionForm
from workbench.ui.compare.scores_part import reach_in, suggested_metrics
from workbench.ui.compare.state import CompareState
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.page_scroller import PageScroller

_NAME = Qt.ItemDataRole.UserRole


class ScoresPage(QWidget):
    metric_chosen = Signal(str)
    """The one that decides."""
    metric_used = Signal(str, bool)
    metric_looked_at = Signal(str)
    option_changed = Signal(str, str, object)
    suggestion_taken = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = ""
        self._drawn: object = None
        self._waiting: CompareState | None = None
        """What is drawn when the page is looked at: to say what every score can judge, all right answers are read."""
        self._build_widgets()
        self._build_layout()
        self._connect()

    @property
    def widget(self) -> QWidget:
        return self

    def show_state(self, state: CompareState) -> None:
        if self.isVisible():
            self._draw(state)
        else:
            self._waiting = state

    def showEvent(self, event: QShowEvent) -> None:
        if self._waiting is not None:
            self._draw(self._waiting)
        super().showEvent(event)

    def _draw(self, state: CompareState) -> None:
        self._waiting = None
        drawn = (state.metrics, state.scoring, state.questions, state.arms, state.making.stock)
        if self._drawn == drawn:
            return
        self._drawn = drawn
        self._shown = state.scoring.shown or state.metrics[0].name
        self._show_list(state)
        self._show_suggestion(state)
        self._show_details(state)

    def _show_list(self, state: CompareState) -> None:
        used = [choice.name for choice in state.metrics]
        with QSignalBlocker(self._decides):
            self._decides.clear()
            for name in used:
                self._decides.addItem(title_of(name), name)
            self._decides.setCurrentIndex(0)
        with QSignalBlocker(self._list):
            self._add_unknown(used)
            for row in range(self._list.count()):
                item = self._list.item(row)
                name = str(item.data(_NAME) or "")
                if name:
                    self._show_item(item, name, state, used)

    def _show_item(self, item: QListWidgetItem, name: str, state: CompareState, used: list[str]) -> None:
        decides = name == used[0]
        reach = reach_in(state, name)
        blocked = state.questions is not None and not reach.is_possible
        item.setCheckState(Qt.CheckState.Checked if name in used else Qt.CheckState.Unchecked)
        tail = self.tr("  ·  decides") if decides else self.tr("  ·  not here") if blocked else ""
        item.setText(title_of(name) + tail)
        item.setToolTip(f"{sentence_of(name)}\n{reach.sentence}" if state.questions else sentence_of(name))
        font = item.font()
        font.setBold(decides)
        item.setFont(font)
        if name == self._shown:
            self._list.setCurrentItem(item)

    def _add_unknown(self, used: list[str]) -> None:
        """Metrics such as `recall_at_5`, which a file may name."""
        known = {self._list.item(row).data(_NAME) for row in range(self._list.count())}
        for name in used:
            if name not in known:
                self._add_item(name)

    def _show_suggestion(self, state: CompareState) -> None:
        suggested = suggested_metrics(state)
        fits = suggested[:1] == tuple(choice.name for choice in state.metrics[:1])
        self._suggestion.setVisible(bool(suggested))
        self._take.setVisible(bool(suggested) and not fits)
        names = ", ".join(title_of(name) for name in suggested)
        self._suggestion.setText(
            self.tr("The right answers look as if {} should decide.").format(title_of(suggested[0]))
            if suggested and fits
            else self.tr("The right answers look as if this would fit: {}.").format(names)
        )

    def _show_details(self, state: CompareState) -> None:
        name = self._shown
        choice = next((one for one in state.metrics if one.name == name), None)
        reach = reach_in(state, name)
        self._title.setText(title_of(name))
        self._sentence.setText(sentence_of(name))
        self._reach.setText(reach.sentence)
        set_role(self._reach, "muted" if reach.is_possible or state.questions is None else "warn-small")
        self._decide.setVisible(name != state.metrics[0].name)
        self._options.show_options(options_of(name), choice)
        asks = name in MODEL_METRICS and MODEL_METRICS[name].asks_judge
        self._judge_area.setVisible(asks)
        if asks:
            self.judge.show_judge(state, is_pairwise=name == PAIRWISE)

    def _build_widgets(self) -> None:
        self._decides = QComboBox(self)
        self._decides.setObjectName("compare_metric")
        self._decides.setAccessibleName(self.tr("The metric that decides"))
        self._list = QListWidget(self)
        self._list.setObjectName("compare_metrics")
        self._list.setAccessibleName(self.tr("Metrics"))
        self._list.setMinimumWidth(232)
        self._list.setMaximumWidth(300)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._add_header(self.tr("The answer"))
        for metric in METRICS.values():
            if metric.judges_answer or metric.name == "json_valid":
                self._add_item(metric.name)
        self._add_header(self.tr("By a model"))
        for name in (JUDGE, PAIRWISE, *(name for name in MODEL_METRICS if name not in (JUDGE, PAIRWISE))):
            self._add_item(name)
        self._add_header(self.tr("What was found"))
        for metric in METRICS.values():
            if not metric.judges_answer and metric.name != "json_valid":
                self._add_item(metric.name)
        self._suggestion, self._title, self._sentence, self._reach = (QLabel(self) for _ in range(4))
        for label, role in (
            (self._suggestion, "muted"),
            (self._title, "subtitle"),
            (self._sentence, ""),
            (self._reach, "muted"),
        ):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            set_role(label, role)
        self._reach.setObjectName("compare_reach")
        self._suggestion.setObjectName("compare_suggestion")
        self._take = named_button(self, "compare_take_suggestion", self.tr("Take these"))
        self._decide = named_button(self, "compare_decide", self.tr("Let it decide"))
        self._options = OptionForm(self)
        self.judge = JudgeForm(self)

    def _build_layout(self) -> None:
        top = QHBoxLayout()
        decided = QLabel(self.tr("Decided by"), self)
        set_role(decided, "muted")
        top.addWidget(decided)
        top.addWidget(self._decides)
        top.addWidget(self._suggestion, 1)
        top.addWidget(self._take)
        card = QFrame(self)
        set_role(card, "panel")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(16, 12, 16, 12)
        inside.setSpacing(6)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._decide)
        inside.addLayout(head)
        for widget in (self._sentence, self._reach, self._options):
            inside.addWidget(widget)
        self._judge_area = PageScroller(self.judge, self)
        inside.addWidget(self._judge_area, 1)
        inside.addStretch(0)
        below = QHBoxLayout()
        below.setSpacing(12)
        below.addWidget(self._list, 1)
        below.addWidget(card, 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(10)
        column.addLayout(top)
        column.addLayout(below, 1)

    def _add_header(self, text: str) -> None:
        item = QListWidgetItem(text, self._list)
        item.setFlags(Qt.ItemFlag.NoItemFlags)

    def _add_item(self, name: str) -> None:
        item = QListWidgetItem(title_of(name), self._list)
        item.setData(_NAME, name)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Unchecked)

    def _connect(self) -> None:
        self._decides.activated.connect(self._on_decides)
        self._list.itemChanged.connect(self._on_item_changed)
        self._list.currentItemChanged.connect(self._on_current)
        self._take.clicked.connect(self.suggestion_taken)
        self._decide.clicked.connect(self._on_decide)
        self._options.option_changed.connect(self._on_option)

    @Slot(int)
    def _on_decides(self, index: int) -> None:
        self.metric_chosen.emit(str(self._decides.itemData(index)))

    @Slot()
    def _on_decide(self) -> None:
        self.metric_chosen.emit(self._shown)

    @Slot(QListWidgetItem)
    def _on_item_changed(self, item: QListWidgetItem) -> None:
        self._drawn = None
        self.metric_used.emit(str(item.data(_NAME)), item.checkState() is Qt.CheckState.Checked)

    @Slot(QListWidgetItem, QListWidgetItem)
    def _on_current(self, current: QListWidgetItem | None, _before: QListWidgetItem | None) -> None:
        if current is not None and current.data(_NAME):
            self.metric_looked_at.emit(str(current.data(_NAME)))

    @Slot(str, object)
    def _on_option(self, option: str, value: object) -> None:
        self.option_changed.emit(self._shown, option, value)
