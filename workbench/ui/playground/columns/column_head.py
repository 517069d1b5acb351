"""What a column asks: its model, adapter, prompt, documents and settings."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.playground.types import PromptVersion
from workbench.ui.playground.columns.state import ColumnsState, ColumnState
from workbench.ui.theme import set_role
from workbench.ui.widgets.adapter_scale import AdapterScale
from workbench.ui.widgets.choices import show_choices
from workbench.ui.widgets.elided_combo import ElidedComboBox
from workbench.ui.widgets.model_picker import ModelPicker
from workbench.ui.widgets.options_panel import OptionsPanel
from workbench.ui.widgets.page_scroller import PageScroller
from workbench.ui.widgets.text_goes import TextGoes
from workbench.ui.widgets.tool_button import tool_button


class ColumnHead(QWidget):
    model_chosen = Signal(str)
    adapter_chosen = Signal(str)
    adapter_scaled = Signal(float)
    version_chosen = Signal(str)
    collection_chosen = Signal(str)
    own_settings_wanted = Signal(bool)
    option_changed = Signal(str, object)
    options_reset = Signal()
    copy_requested = Signal()
    copy_markdown_requested = Signal()
    duplicate_requested = Signal()
    remove_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: object = None
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_column(self, column: ColumnState, state: ColumnsState, number: int) -> None:
        # An answer changes nothing of what is asked, and drawing it all again would stall the window a little.
        shown = (column.setup, column.adapters, bool(column.running), len(state.columns), number, state.models,
                 state.collections, state.versions)  # fmt: skip
        if shown == self._shown:
            return
        self._shown = shown
        setup = column.setup
        self._number.setText(str(number))
        self._number.setVisible(len(state.columns) > 1)
        self.model_picker.show_models(state.models, setup.model_name)
        self._goes.show_model(self.model_picker.chosen())
        adapters = [("", self.tr("No adapter")), *((name, name) for name in column.adapters)]
        _show_box(self._adapter, adapters, setup.adapter_name)
        self._adapter.setVisible(bool(column.adapters))
        self._scale.show_scale(setup.adapter_name, setup.adapter_scale)
        self._scale.setEnabled(not column.running)
        _show_box(self._version, self._versions(state.versions, setup.version_id), setup.version_id)
        collections = [("", self.tr("No documents")), *((name, name) for name in state.collections)]
        if setup.collection and setup.collection not in state.collections:
            collections.append((setup.collection, self.tr("{} (gone)").format(setup.collection)))
        _show_box(self._collection, collections, setup.collection)
        has_documents = bool(state.collections or setup.collection)
        self._collection.setVisible(has_documents)
        self._settings.setChecked(setup.generation is not None)
        if setup.generation is not None:
            self._options.show_config(setup.generation)
        self._options_room.setVisible(setup.generation is not None)
        self._remove.setEnabled(len(state.columns) > 1)
        for part in (self.model_picker, self._adapter, self._version, self._collection):
            part.setEnabled(part.isEnabled() and not column.running)

    def _versions(self, versions: Sequence[PromptVersion], chosen: str) -> list[tuple[str, str]]:
        found = [("", self.tr("Prompt as edited"))]
        found += [(version.id, f"{version.prompt_name} {version.label}") for version in versions]
        if chosen and all(chosen != version.id for version in versions):
            found.append((chosen, self.tr("A version that is gone")))
        return found

    def _build_widgets(self) -> None:
        self._number = QLabel(self)
        self._number.setObjectName("column_number")
        set_role(self._number, "badge")
        self.model_picker = ModelPicker(self)
        self.model_picker.setMinimumContentsLength(6)
        self._goes = TextGoes(self)
        self._adapter = ElidedComboBox(self, "adapter_picker", self.tr("Adapter"), fewest=4)
        self._scale = AdapterScale("adapter_scale", self)
        self._version = ElidedComboBox(self, "version_picker", self.tr("Prompt"), fewest=4)
        self._collection = ElidedComboBox(self, "collection_picker", self.tr("Documents"), fewest=4)
        self._settings = tool_button(self, "own_settings", self.tr("Settings of this column's own"), "sliders")
        self._settings.setCheckable(True)
        self._more = tool_button(self, "column_more", self.tr("More for this column"), "more")
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.setObjectName("column_menu")
        menu.addAction(self.tr("One more like this"), self.duplicate_requested.emit)
        menu.addSeparator()
        menu.addAction(self.tr("Copy the conversation as text"), self.copy_requested.emit)
        menu.addAction(self.tr("Copy the conversation as Markdown"), self.copy_markdown_requested.emit)
        menu.addSeparator()
        self._remove = menu.addAction(self.tr("Remove this column"), self.remove_requested.emit)
        self._more.setMenu(menu)
        self._options = OptionsPanel(self)
        self._options_room = PageScroller(self._options, self)
        self._options_room.setMaximumHeight(230)
        self._options_room.hide()

    def _build_layout(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(4)
        first.addWidget(self._number, 0, Qt.AlignmentFlag.AlignVCenter)
        first.addWidget(self.model_picker, 1)
        first.addWidget(self._settings)
        first.addWidget(self._more)
        choices = QHBoxLayout()
        choices.setSpacing(4)
        choices.addWidget(self._version, 1)
        choices.addWidget(self._adapter, 1)
        choices.addWidget(self._scale)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 4, 0)  # as far from the edge of the column as at the left
        column.setSpacing(4)
        column.addLayout(first)
        column.addLayout(choices)
        column.addWidget(self._collection)
        column.addWidget(self._goes)
        column.addWidget(self._options_room)

    def _connect(self) -> None:
        self.model_picker.model_chosen.connect(self.model_chosen)
        self._adapter.activated.connect(self._on_adapter)
        self._scale.scaled.connect(self.adapter_scaled)
        self._version.activated.connect(self._on_version)
        self._collection.activated.connect(self._on_collection)
        self._settings.clicked.connect(self.own_settings_wanted)
        self._options.option_changed.connect(self.option_changed)
        self._options.reset_requested.connect(self.options_reset)

    @Slot(int)
    def _on_adapter(self, index: int) -> None:
        self.adapter_chosen.emit(self._adapter.itemData(index))

    @Slot(int)
    def _on_version(self, index: int) -> None:
        self.version_chosen.emit(self._version.itemData(index))

    @Slot(int)
    def _on_collection(self, index: int) -> None:
        self.collection_chosen.emit(self._collection.itemData(index))


def _show_box(box: QComboBox, choices: Sequence[tuple[str, str]], chosen: str) -> None:
    show_choices(box, choices, chosen)
    box.setToolTip(box.currentText())
    box.setEnabled(True)
