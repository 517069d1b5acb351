"""The arms of a comparison: the ways of answering that shall be measured."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from workbench.compare.spec import ArmSpec
from workbench.ui.compare.arm_form import ArmForm
from workbench.ui.compare.describing import describe_examples, describe_retrieval, short_name
from workbench.ui.compare.state import CompareState
from workbench.ui.theme import set_role
from workbench.ui.widgets.page_scroller import PageScroller
from workbench.ui.widgets.record_table import Column, RecordTable, RecordTableModel

_TABS = {"models": "Models", "data": "Data", "documents": "Documents", "finetune": "Fine-tune"}


class ArmsPage(QWidget):
    standard_requested = Signal()
    add_requested = Signal()
    copy_requested = Signal(int)
    remove_requested = Signal(int)
    arm_selected = Signal(int)
    arm_changed = Signal(object)
    mend_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._connect()

    def _build_widgets(self) -> None:
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

    def _build_layout(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(12)
        bar = QHBoxLayout()
        for button in (self._standard, self._add, self._copy, self._remove):
            bar.addWidget(button)
        bar.addStretch(1)
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

    def _button(self, name: str, text: str, role: str = "") -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setAccessibleName(text)
        if role:
            set_role(button, role)
        return button

    def _connect(self) -> None:
        for button, signal in (
            (self._standard, self.standard_requested),
            (self._add, self.add_requested),
        ):
            button.clicked.connect(signal)
        self._copy.clicked.connect(self._on_copy)
        self._remove.clicked.connect(self._on_remove)
        self._arms.clicked.connect(self._on_arm)
        self._arms.activated.connect(self._on_arm)
        self._arms.selection_moved.connect(self._on_arm)
        self._form.arm_changed.connect(self.arm_changed)
        self._form.closed.connect(self._on_form_closed)
        for button in self._mends:
            button.clicked.connect(self._on_mend)

    @property
    def widget(self) -> QWidget:
        return self

    def show_state(self, state: CompareState) -> None:
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

    @Slot()
    def _on_mend(self) -> None:
        self.mend_requested.emit(str(self.sender().property("tab")))
