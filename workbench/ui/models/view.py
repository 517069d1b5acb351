"""The Models tab: what is on this disk, what fits, and everything about the one that is selected."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.llm.in_words import context_in_words, kind_in_words, parameters_in_words, size_in_words
from workbench.ui.models.details import ModelDetails
from workbench.ui.models.state import Filter, Making, ModelRow, ModelsState
from workbench.ui.theme import set_role
from workbench.ui.widgets.clear_button import let_clear
from workbench.ui.widgets.drop_area import paths_of
from workbench.ui.widgets.empty_state import EmptyState
from workbench.ui.widgets.file_dialogs import FILES, FOLDER, OpenDialog
from workbench.ui.widgets.job_strip import JobStrip
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.page_title import PageTitle
from workbench.ui.widgets.question_bar import QuestionBar
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable
from workbench.ui.widgets.trouble_card import TroubleCard

_NARROWEST_NAME = 30
"""Characters; where less is left, columns give way that the details show too."""


class ModelsView(QWidget):
    get_requested = Signal()
    """One from the hub is wanted."""
    servers_requested = Signal()
    """Models on servers are to be shown or added."""
    refresh_requested = Signal()
    paths_added = Signal(list)
    place_removed = Signal(str)
    model_selected = Signal(str)
    filter_chosen = Signal(object)
    """A Filter."""
    search_changed = Signal(str)
    use_requested = Signal()
    stop_requested = Signal()
    delete_confirmed = Signal()
    keep_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._places: tuple[str, ...] = ()
        self._is_rendering = False
        self._selected = ""
        """What the table was told to select last."""
        self._listed: tuple[tuple[ModelRow, ...], Filter, str] | tuple[None, None, None] = (None, None, None)
        self.setAcceptDrops(True)
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: ModelsState) -> None:
        self._is_rendering = True
        shown = (state.rows, state.wanted, state.search)
        if not self._is_listed(shown):
            self._listed = shown
            self._records.show(state.shown)
            self._show_filters(state)
            self._selected = ""
        if state.selected != self._selected:
            self._selected = state.selected
            self._table.select_key(state.selected)
        self._is_rendering = False
        self.details.show_state(state)
        self.details.setVisible(state.row is not None)
        about = {Making.COPY: self.tr("Smaller copy"), Making.CONVERSION: self.tr("Conversion")}
        self._strip.show_running(state.making_job, about[state.making])
        self._question.ask(state.asked_to_delete)
        self._trouble.show_trouble(state.trouble)
        self._stack.setCurrentWidget(self._empty if state.was_scanned and not state.rows else self._split)
        self._title.show_about(self.tr("Looking for models…") if state.is_scanning else state.summary)
        nothing = self.tr("No model is called so, or of this kind.")
        self._table.set_empty_text(nothing if state.was_scanned else self.tr("Looking for models…"))
        self._refresh.setEnabled(not state.is_scanning)
        self._problem.setText(state.problem)
        self._problem.setVisible(bool(state.problem))
        self._show_places(state.places)

    def _is_listed(self, shown: tuple[tuple[ModelRow, ...], Filter, str]) -> bool:
        """Whether the table shows just that; told by identity, because hundreds of rows take long to compare."""
        return shown[0] is self._listed[0] and shown[1:] == self._listed[1:]

    def open_folder(self, path: str) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(path))

    def _show_filters(self, state: ModelsState) -> None:
        counts = state.counts
        for number in range(self._filter.count()):
            wanted = self._filter.itemData(number)
            self._filter.setItemText(number, f"{self._filter_names[wanted]} ({counts[wanted]})")
        self._filter.setCurrentIndex(self._filter.findData(state.wanted))
        if self._search.text() != state.search:
            self._search.setText(state.search)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if paths_of(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.paths_added.emit(paths_of(event.mimeData()))
        event.acceptProposedAction()

    def _build_widgets(self) -> None:
        self._title, self._problem = PageTitle(self, self.tr("Models")), QLabel()
        set_role(self._problem, "error")
        self._problem.setObjectName("models_problem")
        self._problem.setWordWrap(True)
        self._problem.setTextFormat(Qt.TextFormat.PlainText)
        self._get = named_button(self, "get_model", self.tr("Get a model…"), icon="download")
        self._on_servers = named_button(self, "open_servers", self.tr("Servers…"), icon="server")
        self._open = named_button(self, "open_model_file", self.tr("Open a model file…"), icon="file")
        self._add = named_button(self, "add_model_folder", self.tr("Add folder…"), icon="folder")
        self._own = named_button(self, "own_model_folders", self.tr("Own folders"))
        self._own_menu = QMenu(self)
        self._own.setMenu(self._own_menu)
        self._refresh = named_button(self, "refresh_models", self.tr("Refresh"), icon="refresh")
        self._records = RecordTableModel[ModelRow](self._columns(), key=lambda row: row.model.name)
        self._table = RecordTable[ModelRow](self._records)
        self._table.setObjectName("models_table")
        self._table.setAccessibleName(self.tr("Models"))
        self._table.allow_sorting()
        self.details = ModelDetails()
        self._strip, self._question = JobStrip(), QuestionBar(self.tr("the model’s file"))
        self._trouble = TroubleCard("models_trouble")
        self._build_filters()
        self._empty = EmptyState(
            self.tr("No model was found"),
            self.tr("Open a GGUF file or add a folder that holds some; dropping one here does the same."),
            self.tr("Open a model file…"),
            icon="models",
        )

    def _build_filters(self) -> None:
        self._filter_names = {
            Filter.ALL: self.tr("All"),
            Filter.CHAT: self.tr("Chat models"),
            Filter.ADAPTER: self.tr("Adapters"),
            Filter.EMBEDDER: self.tr("Embedders"),
            Filter.PROJECTOR: self.tr("Projectors"),
            Filter.BROKEN: self.tr("Cannot be used"),
            Filter.REMOVED: self.tr("Removed from the list"),
        }
        self._filter = QComboBox()
        self._filter.setObjectName("model_filter")
        self._filter.setAccessibleName(self.tr("Which models are shown"))
        self._filter.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        for wanted, text in self._filter_names.items():
            self._filter.addItem(text, wanted)
        self._search = QLineEdit()
        self._search.setObjectName("model_search")
        self._search.setAccessibleName(self.tr("Find a model by its name"))
        self._search.setPlaceholderText(self.tr("Find by name"))
        let_clear(self._search)

    def _columns(self) -> list[Column[ModelRow]]:
        return [
            Column(
                self.tr("Name"),
                lambda r: r.model.name,
                tooltip=lambda r: r.model.path,
                stretch=True,
                narrowest=_NARROWEST_NAME,
            ),
            Column(self.tr("Fit"), lambda r: r.fit, ink=lambda r: r.ink, tooltip=lambda r: r.model.problem),
            Column(self.tr("Kind"), lambda r: "" if r.model.problem else kind_in_words(r.model.kind), gives_way=True),
            Column(
                self.tr("Parameters"),
                lambda r: parameters_in_words(r.model.parameters),
                align_right=True,
                sort_key=lambda r: r.model.parameters,
            ),
            Column(
                self.tr("Size"),
                lambda r: size_in_words(r.model.size_bytes),
                align_right=True,
                sort_key=lambda r: r.model.size_bytes,
            ),
            Column(self.tr("Quantization"), lambda r: r.model.quantization, gives_way=True),
            Column(
                self.tr("Context"),
                lambda r: context_in_words(r.model),
                align_right=True,
                sort_key=lambda r: r.model.context_length,
                gives_way=True,
            ),
            Column(self.tr("Architecture"), lambda r: r.model.architecture, gives_way=True),
            Column(self.tr("Licence"), lambda r: r.model.licence, gives_way=True),
            Column(self.tr("Source"), lambda r: r.model.source),
        ]

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._title, 1)
        for button in (self._open, self._add, self._own, self._refresh):
            head.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        filters = QHBoxLayout()
        filters.setSpacing(8)
        filters.addWidget(self._filter)
        filters.addWidget(self._search, 1)
        filters.addWidget(self._on_servers)
        filters.addWidget(self._get)
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self._table)
        self._split.addWidget(self.details)
        self._split.setStretchFactor(0, 1)
        self._split.setStretchFactor(1, 1)
        self._table.setMinimumHeight(100)
        self.details.setMinimumHeight(150)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._split)
        self._stack.addWidget(self._empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self._problem)
        for widget in (self._trouble, self._question, self._strip):
            column.addWidget(widget)
        column.addLayout(filters)
        column.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self._get.clicked.connect(self.get_requested)
        self._on_servers.clicked.connect(self.servers_requested)
        self._open.clicked.connect(self._on_open)
        self._empty.action_requested.connect(self._on_open)
        self._add.clicked.connect(self._on_add)
        self._refresh.clicked.connect(self.refresh_requested)
        self._table.selection_moved.connect(self._on_selection_moved)
        self._table.record_activated.connect(self._on_activated)
        self._filter.activated.connect(self._on_filter)
        self._search.textEdited.connect(self.search_changed)
        self._search.textChanged.connect(self._on_search_cleared)
        self._strip.stop_requested.connect(self.stop_requested)
        self._question.confirmed.connect(self.delete_confirmed)
        self._question.kept.connect(self.keep_requested)
        self.details.use_requested.connect(self.use_requested)

    def _show_places(self, places: tuple[str, ...]) -> None:
        self._own.setVisible(bool(places))
        if places == self._places:
            return
        self._places = places
        self._own_menu.clear()
        for place in places:
            text = self.tr("Stop searching {}").format(place.replace("&", "&&"))
            self._own_menu.addAction(text, partial(self.place_removed.emit, place))

    @Slot()
    def _on_open(self) -> None:
        self._ask(self.tr("A model file"), FILES, [self.tr("Language models (*.gguf)")])

    @Slot()
    def _on_add(self) -> None:
        self._ask(self.tr("A folder with models"), FOLDER)

    def _ask(self, title: str, mode: QFileDialog.FileMode, kinds: Sequence[str] = ()) -> None:
        dialog = OpenDialog(self, title, "models_dialog", kinds, mode=mode)
        dialog.setDirectory(str(Path.home()))
        dialog.filesSelected.connect(self.paths_added)
        dialog.open()

    @Slot()
    def _on_filter(self) -> None:
        self.filter_chosen.emit(self._filter.currentData())

    @Slot(str)
    def _on_search_cleared(self, text: str) -> None:
        """The clear button edits nothing, in Qt's eyes."""
        if not text and not self._is_rendering:
            self.search_changed.emit("")

    @Slot(object)
    def _on_selection_moved(self, row: object) -> None:
        if isinstance(row, ModelRow) and not self._is_rendering:
            self.model_selected.emit(row.model.name)

    @Slot(object)
    def _on_activated(self, row: object) -> None:
        if isinstance(row, ModelRow) and row.is_usable:
            self.use_requested.emit()
