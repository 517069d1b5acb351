"""What to compare: the questions, and the arms that shall answer them."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from workbench.compare.spec import ArmSpec
from workbench.scoring.metrics import METRICS
from workbench.ui.compare.arm_form import ArmForm
from workbench.ui.compare.describing import describe_examples, describe_questions, describe_retrieval, short_name
from workbench.ui.compare.state import CompareState
from workbench.ui.theme import set_role
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.page_scroller import PageScroller
from workbench.ui.widgets.record_table import Column, RecordTable, RecordTableModel
from workbench.ui.widgets.trouble_card import TroubleCard

_TABS = {"models": "Models", "data": "Data", "documents": "Documents", "finetune": "Fine-tune"}


class SetupPage(QWidget):
    choose_requested = Signal()
    metric_chosen = Signal(str)
    standard_requested = Signal()
    add_requested = Signal()
    copy_requested = Signal(int)
    remove_requested = Signal(int)
    arm_selected = Signal(int)
    arm_changed = Signal(object)
    mend_requested = Signal(str)
    run_requested = Signal()
    save_requested = Signal()
    results_requested = Signal()
    history_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._connect()

    def _build_widgets(self) -> None:
        self._history_lines = CompareState().history
        self._file, self._about = ElidedLabel(parent=self), QLabel(self)
        self._left_out, self._metric_about = QLabel(self), QLabel(self)
        set_role(self._file, "subtitle")
        for label in (self._about, self._left_out, self._metric_about):
            set_role(label, "muted")
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self._choose = self._button("compare_choose", self.tr("Choose a file…"))
        self._trouble = TroubleCard("compare_questions_trouble", self)
        self._metric = QComboBox(self)
        self._metric.setObjectName("compare_metric")
        self._metric.setAccessibleName(self.tr("The metric that decides"))
        for metric in METRICS.values():
            self._metric.addItem(metric.title, metric.name)
            self._metric.setItemData(self._metric.count() - 1, metric.sentence, Qt.ItemDataRole.ToolTipRole)
        self._arm_model: RecordTableModel[ArmSpec] = RecordTableModel(
            (
                Column(self.tr("Arm"), lambda arm: arm.name),
                Column(self.tr("Model"), lambda arm: short_name(arm.model)),
                Column(self.tr("Adapter"), lambda arm: short_name(arm.adapter) or "–"),
                Column(self.tr("Prompt"), lambda arm: short_name(arm.prompt) if arm.prompt else "–"),
                Column(self.tr("Examples"), describe_examples),
                Column(self.tr("Documents"), describe_retrieval),
            )
        )
        self._arms: RecordTable[ArmSpec] = RecordTable(
            self._arm_model, self.tr("No arms yet. “Five standard arms” makes them from what you have."), self
        )
        self._arms.setObjectName("compare_arms")
        self._arms.setAccessibleName(self.tr("Arms"))
        self._form = ArmForm(self)
        self._form_room = PageScroller(self._form, self)
        self._standard = self._button("compare_standard", self.tr("Five standard arms"))
        self._add = self._button("compare_add", self.tr("Add an arm"))
        self._copy = self._button("compare_copy", self.tr("Copy"))
        self._remove = self._button("compare_remove", self.tr("Remove"))
        self._mends = [self._button(f"compare_mend_{n}", "", "link") for n in range(4)]
        self._run = self._button("compare_run", self.tr("Run the comparison"), "primary")
        self._save = self._button("compare_save", self.tr("Save as YAML…"))
        self._results = self._button("compare_results", self.tr("Show the results"))
        self._history = self._button("compare_history", self.tr("Earlier comparisons"))
        self._reason = QLabel(self)
        self._reason.setObjectName("compare_reason")
        self._reason.setWordWrap(True)
        self._reason.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        set_role(self._reason, "muted")

    def _build_layout(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self._build_questions())
        column.addWidget(self._trouble)
        bar = QHBoxLayout()
        title = QLabel(self.tr("Arms"), self)
        set_role(title, "subtitle")
        bar.addWidget(title)
        bar.addStretch(1)
        for button in (self._standard, self._add, self._copy, self._remove):
            bar.addWidget(button)
        column.addLayout(bar)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.addWidget(self._arms)
        splitter.addWidget(self._form_room)
        splitter.setStretchFactor(0, 1)
        splitter.setStretchFactor(1, 0)
        splitter.setSizes([680, 370])
        splitter.setChildrenCollapsible(False)
        column.addWidget(splitter, 1)
        mends = QHBoxLayout()
        for button in self._mends:
            mends.addWidget(button)
        mends.addStretch(1)
        column.addLayout(mends)
        foot = QHBoxLayout()
        foot.addWidget(self._history)
        foot.addWidget(self._results)
        foot.addWidget(self._reason, 1)
        foot.addWidget(self._save)
        foot.addWidget(self._run)
        column.addLayout(foot)

    def _build_questions(self) -> QFrame:
        card = QFrame(self)
        set_role(card, "panel")
        texts = QVBoxLayout()
        texts.setSpacing(2)
        for label in (self._file, self._about, self._left_out):
            texts.addWidget(label)
        metric = QVBoxLayout()
        metric.setSpacing(2)
        metric_row = QHBoxLayout()
        metric_row.setSpacing(8)
        decides = QLabel(self.tr("Decided by"), self)
        set_role(decides, "muted")
        metric_row.addWidget(decides)
        metric_row.addWidget(self._metric, 1)
        metric.addLayout(metric_row)
        metric.addWidget(self._metric_about)
        row = QHBoxLayout(card)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(20)
        row.addLayout(texts, 3)
        row.addLayout(metric, 2)
        row.addWidget(self._choose, 0, Qt.AlignmentFlag.AlignTop)
        return card

    def _button(self, name: str, text: str, role: str = "") -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setAccessibleName(text)
        if role:
            set_role(button, role)
        return button

    def _connect(self) -> None:
        for button, signal in (
            (self._choose, self.choose_requested),
            (self._standard, self.standard_requested),
            (self._add, self.add_requested),
            (self._run, self.run_requested),
            (self._save, self.save_requested),
            (self._results, self.results_requested),
        ):
            button.clicked.connect(signal)
        self._copy.clicked.connect(self._on_copy)
        self._remove.clicked.connect(self._on_remove)
        self._history.clicked.connect(self._on_history)
        self._metric.activated.connect(self._on_metric)
        self._arms.clicked.connect(self._on_arm)
        self._arms.activated.connect(self._on_arm)
        self._arms.selection_moved.connect(self._on_arm)
        self._form.arm_changed.connect(self.arm_changed)
        self._form.closed.connect(self._on_form_closed)
        for button in self._mends:
            button.clicked.connect(self._on_mend)

    def show_state(self, state: CompareState) -> None:
        self._render_questions(state)
        with QSignalBlocker(self._arms):
            self._arm_model.show(state.arms)
            if 0 <= state.edited < len(state.arms):
                self._arms.selectRow(state.edited)
            else:
                self._arms.clearSelection()
        self._form.show_arm(state.edited_arm, state.choices)
        self._form_room.setVisible(state.edited_arm is not None)
        for button in (self._copy, self._remove):
            button.setEnabled(state.edited_arm is not None)
        self._render_missing(state)
        reason = state.not_ready
        self._run.setEnabled(not reason)
        self._reason.setText(reason if state.questions or state.arms else "")
        self._save.setEnabled(state.questions is not None and bool(state.arms))
        self._results.setVisible(state.results is not None)
        self._history.setEnabled(bool(state.history))
        self._history_lines = state.history

    def _render_questions(self, state: CompareState) -> None:
        questions = state.questions
        self._file.setText(short_name(questions.path) if questions else self.tr("No questions yet"))
        self._about.setText(
            describe_questions(questions)
            if questions
            else self.tr("Drop a CSV, XLSX or JSONL file with questions and answers here, or a comparison (YAML).")
        )
        self._left_out.setVisible(bool(questions and questions.left_out))
        self._left_out.setText("\n".join(questions.left_out[:3]) if questions else "")
        trouble = state.questions_trouble
        self._trouble.say(*(trouble.text, trouble.hint, trouble.details) if trouble else ("",))
        with QSignalBlocker(self._metric):
            self._metric.setCurrentIndex(self._metric.findData(state.metrics[0].name))
        metric = METRICS.get(state.metrics[0].name)
        self._metric_about.setText(metric.sentence if metric else "")

    def _render_missing(self, state: CompareState) -> None:
        wanted = list(state.missing)
        for button, (sentence, tab) in zip(self._mends, [*wanted, *[("", "")] * len(self._mends)], strict=False):
            button.setVisible(bool(sentence))
            button.setText(f"{sentence} → {_TABS.get(tab, tab)}" if sentence else "")
            button.setAccessibleName(sentence)
            button.setProperty("tab", tab)

    def _current(self) -> int:
        rows = self._arms.selectionModel().selectedRows()
        return rows[0].row() if rows else -1

    @Slot()
    def _on_copy(self) -> None:
        self.copy_requested.emit(self._current())

    @Slot()
    def _on_remove(self) -> None:
        self.remove_requested.emit(self._current())

    @Slot()
    def _on_arm(self) -> None:
        self.arm_selected.emit(self._current())

    @Slot()
    def _on_form_closed(self) -> None:
        self.arm_selected.emit(-1)

    @Slot(int)
    def _on_metric(self, index: int) -> None:
        self.metric_chosen.emit(str(self._metric.itemData(index)))

    @Slot()
    def _on_mend(self) -> None:
        self.mend_requested.emit(str(self.sender().property("tab")))

    @Slot()
    def _on_history(self) -> None:
        menu = QMenu(self)
        menu.setObjectName("compare_history_menu")
        for line in self._history_lines:
            action = menu.addAction(line.text.replace("&", "&&"))
            action.setData(line.id)
        menu.triggered.connect(self._on_history_chosen)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._history.mapToGlobal(self._history.rect().topLeft()))

    @Slot(object)
    def _on_history_chosen(self, action: object) -> None:
        from PySide6.QtGui import QAction

        if isinstance(action, QAction):
            self.history_requested.emit(int(action.data()))
