"""The few-shot form: how examples are chosen, from what, and the list of them with ticks for picking by hand."""

from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from workbench.datasets.readers import SUFFIXES
from workbench.playground.types import ExampleSelection, Shot
from workbench.ui.playground.editor.shot_dialog import ShotDialog
from workbench.ui.playground.editor.state import EditorState, Examples
from workbench.ui.widgets.file_dialogs import OpenDialog, files_of
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.tool_button import tool_button
from workbench.ui.widgets.trouble_card import TroubleCard

_SHOWN_ROWS = 5


class ExamplesForm(QWidget):
    selection_chosen = Signal(str)
    """A value of `ExampleSelection`; "" for no examples."""
    count_chosen = Signal(int)
    seed_chosen = Signal(int)
    in_form_chosen = Signal(bool)
    ticked = Signal(int, bool)
    added = Signal(str, str)
    edited = Signal(int, str, str)
    removed = Signal(list)
    """Indices."""
    file_chosen = Signal(str)
    dataset_chosen = Signal(str)
    datasets_requested = Signal()
    """The menu is about to open: call `show_datasets`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Examples | None = None
        self._pool: tuple[Shot, ...] = ()
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: EditorState) -> None:
        self._trouble.show_trouble(state.examples_trouble)
        self._from.setEnabled(not state.is_reading)
        self._from.setText(self.tr("Reading…") if state.is_reading else self.tr("From…"))
        if state.draft.examples != self._shown:
            self._show(state.draft.examples)

    def show_datasets(self, names: tuple[str, ...]) -> None:
        """The saved data sets, in the menu "From…"."""
        self._menu.clear()
        for name in names:
            self._menu.addAction(name.replace("&", "&&"), partial(self.dataset_chosen.emit, name))
        if names:
            self._menu.addSeparator()
        self._menu.addAction(self.tr("A file…"), self._on_file)

    def _show(self, examples: Examples) -> None:
        self._shown = examples
        by_hand = examples.selection is ExampleSelection.FIRST
        chosen = "" if examples.selection is None else examples.selection.value
        with QSignalBlocker(self._selection):
            self._selection.setCurrentIndex(self._selection.findData(chosen))
        for box, value in ((self._count, examples.count), (self._seed, examples.seed)):
            with QSignalBlocker(box):
                box.setValue(min(value, box.maximum()))
        with QSignalBlocker(self._in_form):
            self._in_form.setChecked(examples.in_form)
        self._in_form.setVisible(examples.selection is not None)
        self._form.setRowVisible(self._count, examples.selection is not None and not by_hand)
        self._form.setRowVisible(self._seed, examples.selection is ExampleSelection.RANDOM)
        self._list.setVisible(bool(examples.pool) and examples.selection is not None)
        self._show_pool(examples, by_hand)
        self._on_row()

    def _show_pool(self, examples: Examples, by_hand: bool) -> None:
        with QSignalBlocker(self._list):
            if examples.pool != self._pool:
                row = self._list.currentRow()
                self._pool = examples.pool
                self._list.clear()
                self._list.addItems([_in_a_line(shot) for shot in examples.pool])
                self._list.setCurrentRow(min(row, len(examples.pool) - 1))
            for index in range(self._list.count()):
                self._show_tick(self._list.item(index), index in examples.picked if by_hand else None)
        rows = min(max(len(examples.pool), 2), _SHOWN_ROWS)
        self._list.setFixedHeight(rows * (self._list.sizeHintForRow(0) if self._list.count() else 24) + 8)

    def _show_tick(self, item: QListWidgetItem, is_ticked: bool | None) -> None:
        """None: no box, since the rule chooses."""
        role = Qt.ItemDataRole.CheckStateRole
        wanted = None if is_ticked is None else (Qt.CheckState.Checked if is_ticked else Qt.CheckState.Unchecked)
        if item.data(role) != (None if wanted is None else wanted.value):
            item.setData(role, wanted)

    def _build_widgets(self) -> None:
        self._selection = QComboBox(self)
        self._selection.setObjectName("examples_selection")
        self._selection.setAccessibleName(self.tr("How examples are chosen"))
        self._selection.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._selection.setMinimumContentsLength(10)
        for words, value in (
            (self.tr("none"), ""),
            (self.tr("picked by hand"), ExampleSelection.FIRST),
            (self.tr("at random"), ExampleSelection.RANDOM),
            (self.tr("most like the question"), ExampleSelection.SIMILAR),
            (self.tr("as unlike each other as can be"), ExampleSelection.COVERAGE),
        ):
            self._selection.addItem(words, str(value))
        self._count, self._seed = QSpinBox(self), QSpinBox(self)
        self._count.setRange(1, 100)
        self._seed.setRange(0, 2**31 - 1)
        for box, name, words in (
            (self._count, "examples_count", self.tr("How many examples")),
            (self._seed, "examples_seed", self.tr("Seed of the draw")),
        ):
            box.setObjectName(name)
            box.setAccessibleName(words)
            box.setMaximumWidth(130)
            box.setKeyboardTracking(False)
        self._in_form = QCheckBox(self.tr("Put them through the user block"), self)
        self._in_form.setObjectName("examples_in_form")
        self._in_form.setToolTip(
            self.tr("Their questions stand where {{ question }} stands; off: they are shown as they are")
        )
        self._list = QListWidget(self)
        self._list.setObjectName("examples_list")
        self._list.setAccessibleName(self.tr("Examples"))
        self._list.setUniformItemSizes(True)
        self._list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self._add = named_button(
            self, "examples_add", self.tr("Add"), "quiet", tip=self.tr("Type an example"), icon="plus"
        )
        self._from = named_button(
            self, "examples_from", self.tr("From…"), "quiet", tip=self.tr("Examples from a data set or file")
        )
        self._edit = tool_button(self, "examples_edit", self.tr("Edit the selected example"), "edit", ink="text")
        self._remove = tool_button(
            self, "examples_remove", self.tr("Remove the selected examples"), "trash", ink="text"
        )
        self._menu = QMenu(self)
        self._menu.setObjectName("examples_menu")
        self._from.setMenu(self._menu)
        self._trouble = TroubleCard("examples_trouble", self)

    def _build_layout(self) -> None:
        self._form = QFormLayout()
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.addRow(self.tr("Chosen"), self._selection)
        self._form.addRow(self.tr("How many"), self._count)
        self._form.addRow(self.tr("Seed"), self._seed)
        buttons = QHBoxLayout()
        buttons.setSpacing(2)
        for button in (self._add, self._from, self._edit, self._remove):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(6)
        column.addLayout(self._form)
        column.addWidget(self._list)
        column.addWidget(self._in_form, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(buttons)
        column.addWidget(self._trouble)

    def _connect(self) -> None:
        self._selection.activated.connect(self._on_selection)
        self._count.valueChanged.connect(self.count_chosen)
        self._seed.valueChanged.connect(self.seed_chosen)
        self._in_form.toggled.connect(self.in_form_chosen)
        self._list.itemChanged.connect(self._on_item)
        self._list.itemSelectionChanged.connect(self._on_row)
        self._list.itemDoubleClicked.connect(self._on_edit)
        self._add.clicked.connect(self._on_add)
        self._edit.clicked.connect(self._on_edit)
        self._remove.clicked.connect(self._on_remove)
        self._menu.aboutToShow.connect(self.datasets_requested)

    @Slot(int)
    def _on_selection(self, index: int) -> None:
        self.selection_chosen.emit(self._selection.itemData(index))

    @Slot(QListWidgetItem)
    def _on_item(self, item: QListWidgetItem) -> None:
        self.ticked.emit(self._list.row(item), item.checkState() is Qt.CheckState.Checked)

    @Slot()
    def _on_row(self) -> None:
        rows = self._selected() if self._list.isVisibleTo(self) else []
        self._edit.setEnabled(len(rows) == 1)
        self._remove.setEnabled(bool(rows))

    @Slot()
    def _on_add(self) -> None:
        self._open_dialog("", "").accepted_shot.connect(self.added)

    @Slot()
    def _on_edit(self) -> None:
        rows = self._selected()
        if rows:
            shot, row = self._pool[rows[0]], rows[0]
            dialog = self._open_dialog(shot.question, shot.answer)
            dialog.accepted_shot.connect(lambda question, answer: self.edited.emit(row, question, answer))

    @Slot()
    def _on_remove(self) -> None:
        self.removed.emit(self._selected())

    @Slot()
    def _on_file(self) -> None:
        dialog = OpenDialog(
            self,
            self.tr("Examples from a file"),
            "examples_file_dialog",
            [files_of(self.tr("Tables"), SUFFIXES)],
        )
        dialog.fileSelected.connect(self.file_chosen)
        dialog.open()

    def _open_dialog(self, question: str, answer: str) -> ShotDialog:
        dialog = ShotDialog(question, answer, self)
        dialog.open()
        return dialog

    def _selected(self) -> list[int]:
        return sorted(index.row() for index in self._list.selectedIndexes())


def _in_a_line(shot: Shot) -> str:
    return f"{' '.join(shot.question.split())[:90]}  →  {' '.join(shot.answer.split())[:60]}"
