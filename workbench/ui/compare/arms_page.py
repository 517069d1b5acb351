"""The arms of a comparison: the ways of answering that shall be measured."""

from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from workbench.compare.standard_arms import Missing
from workbench.ui import icons
from workbench.ui.compare.arm_form import ArmForm
from workbench.ui.compare.arms_list import ArmsList
from workbench.ui.compare.arms_part import MOST_ARMS
from workbench.ui.compare.arms_state import ArmsState
from workbench.ui.compare.choice_box import Choice, ChoiceBox
from workbench.ui.compare.state import CompareState
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.page_scroller import PageScroller
from workbench.ui.widgets.wrapping_row import WrappingRow

_TABS = {"models": "Models", "data": "Data", "documents": "Documents", "finetune": "Fine-tune"}


class ArmsPage(QWidget):
    standard_requested = Signal()
    guide_requested = Signal()
    add_requested = Signal()
    copy_requested = Signal(int)
    remove_requested = Signal(int)
    undo_requested = Signal()
    collection_chosen = Signal(str)
    arm_moved = Signal(int, int)
    arm_selected = Signal(int)
    arm_changed = Signal(object)
    mend_requested = Signal(str, object)
    version_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._missing: tuple[Missing, ...] = ()
        self._choices: list[Choice] = []
        self._count = 0
        self._was_split = False
        self._build_widgets()
        self._build_layout()
        self._connect()

    @property
    def widget(self) -> QWidget:
        return self

    def show_state(self, state: CompareState) -> None:
        making = state.making
        self._arms.show_arms(state.arms, making, state.edited)
        self._form.show_arm(state.edited_arm, state.edited, making)
        self._show_form(state.edited_arm is not None)
        if len(state.arms) > self._count and state.edited_arm is not None:
            self._form.focus_name()
        self._count = len(state.arms)
        edited = state.edited
        for button, can in (
            (self._copy, edited >= 0 and len(state.arms) < MOST_ARMS),
            (self._remove, edited >= 0),
            (self._up, edited > 0),
            (self._down, 0 <= edited < len(state.arms) - 1),
            (self._add, len(state.arms) < MOST_ARMS),
        ):
            button.setEnabled(can)
        self._standard.setText(self._looking if making.is_awaited else self._five)
        self._standard.setAccessibleName(self._standard.text())
        self._undo.setVisible(making.removed is not None or bool(making.replaced))
        if making.replaced:
            self._undo.setText(self._before(len(making.replaced)))
        elif making.removed is not None:
            self._undo.setText(self.tr("Bring back “{}”").format(making.removed[1].name).replace("&", "&&"))
        self._undo.setAccessibleName(self._undo.text())
        self._show_collections(making)
        if making.missing != self._missing:
            self._missing = making.missing
            self._render_missing()

    def _show_collections(self, making: ArmsState) -> None:
        """Only where there is more than one to choose from."""
        held = making.held
        fitting = self.tr("Documents: what fits the questions")
        choices = [Choice(fitting, "", tip=self.tr("The collection that holds the sources of the most questions"))]
        named = self.tr("Documents: {}")
        choices += [Choice(named.format(name), name, held.in_words(name).capitalize()) for name in making.collections]
        if choices != self._choices or making.wanted_collection != self._collection.value:
            self._choices = choices
            self._collection.show_choices(choices, making.wanted_collection)
        self._collection.setVisible(len(making.collections) > 1)

    def _before(self, count: int) -> str:
        one = self.tr("Bring back the arm from before")
        return one if count == 1 else self.tr("Bring back the {} arms from before").format(count)

    def _show_form(self, is_shown: bool) -> None:
        """It opens at half of the width, and from then on as wide as the user drew it."""
        if is_shown and self._form_room.isHidden() and not self._was_split:
            self._was_split = True
            self._form_room.show()
            half = max(1, self._splitter.width() // 2)
            self._splitter.setSizes([half, half])
        self._form_room.setVisible(is_shown)

    def _render_missing(self) -> None:
        while (item := self._mends.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()
        for number, one in enumerate(self._missing):
            button = named_button(self, f"compare_mend_{number}", "", "link", spoken=one.sentence)
            button.setText(f"{one.sentence} → {_TABS.get(one.tab, one.tab)}".replace("&", "&&"))
            button.clicked.connect(partial(self.mend_requested.emit, one.tab, dict(one.case)))
            self._mends.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
            button.show()

    def _build_widgets(self) -> None:
        self._arms = ArmsList(
            self.tr("No arms yet. “Five standard arms” makes them from what you have; the guide asks a few questions."),
            self,
        )
        self._arms.setObjectName("compare_arms")
        self._arms.setAccessibleName(self.tr("Arms"))
        self._form = ArmForm(self)
        self._form_room = PageScroller(self._form, self)
        self._form_room.hide()
        self._five, self._looking = self.tr("Five standard arms"), self.tr("Looking for what is here…")
        self._standard = named_button(self, "compare_standard", self._five)
        self._guide = named_button(self, "compare_guide", self.tr("Which one do I choose?"))
        self._collection = ChoiceBox(
            "compare_standard_collection", self.tr("The collection that the standard arms search"), self
        )
        self._collection.hide()
        self._add = named_button(self, "compare_add", "", tip=self.tr("Add an arm"), icon="plus")
        self._copy = named_button(
            self, "compare_copy", "", tip=self.tr("Copy this arm, to change one thing"), icon="copy"
        )
        self._remove = named_button(self, "compare_remove", "", tip=self.tr("Remove this arm (Delete)"), icon="trash")
        self._up = named_button(self, "compare_up", "", tip=self.tr("Move up (Alt+Up)"), icon="chevron-up")
        self._down = named_button(self, "compare_down", "", tip=self.tr("Move down (Alt+Down)"), icon="chevron-down")
        self._undo = named_button(self, "compare_undo_remove", "", "link")
        icons.set_icon(self._guide, "help", "accent_ink", 15)

    def _build_layout(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        moving = (self._add, self._copy, self._remove, self._up, self._down)
        column.addLayout(WrappingRow([self._standard, self._collection, self._guide, *moving, self._undo]))
        self._splitter = splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.setObjectName("compare_arms_split")
        splitter.addWidget(self._arms)
        splitter.addWidget(self._form_room)
        splitter.setStretchFactor(0, 1)
        splitter.setStretchFactor(1, 1)
        splitter.setChildrenCollapsible(False)
        column.addWidget(splitter, 1)
        self._mends = QVBoxLayout()
        self._mends.setSpacing(2)
        column.addLayout(self._mends)

    def _connect(self) -> None:
        self._standard.clicked.connect(self.standard_requested)
        self._collection.activated.connect(self._on_collection)
        self._guide.clicked.connect(self.guide_requested)
        self._add.clicked.connect(self.add_requested)
        self._copy.clicked.connect(lambda: self.copy_requested.emit(self._arms.current_row))
        self._remove.clicked.connect(lambda: self.remove_requested.emit(self._arms.current_row))
        self._up.clicked.connect(partial(self._on_move, -1))
        self._down.clicked.connect(partial(self._on_move, 1))
        self._undo.clicked.connect(self.undo_requested)
        self._arms.arm_selected.connect(self.arm_selected)
        self._arms.arm_moved.connect(self.arm_moved)
        self._arms.remove_requested.connect(self.remove_requested)
        self._form.arm_changed.connect(self.arm_changed)
        self._form.version_requested.connect(self.version_requested)
        self._form.closed.connect(self._on_form_closed)

    @Slot(int)
    def _on_collection(self, _index: int) -> None:
        self.collection_chosen.emit(self._collection.value)

    @Slot()
    def _on_form_closed(self) -> None:
        self.arm_selected.emit(-1)
        self._arms.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_move(self, step: int, _checked: bool = False) -> None:
        row = self._arms.current_row
        self.arm_moved.emit(row, row + step)
