"""The history of comparisons: a list to search, one of them beside it, and what can be done with it."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSplitter, QVBoxLayout, QWidget

from workbench.compare.history import ComparisonEntry
from workbench.ui.compare.export_dialog import export_dialog
from workbench.ui.compare.history_details import HistoryDetails
from workbench.ui.compare.history_state import HistoryState
from workbench.ui.compare.state import CompareState
from workbench.ui.theme import set_role
from workbench.ui.widgets.clear_button import let_clear
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable
from workbench.ui.widgets.undo_bar import UndoBar


class HistoryPage(QWidget):
    """Says what the user did; decides nothing."""

    close_requested = Signal()
    searched = Signal(str)
    selected = Signal(object)
    """The numbers of the selected comparisons."""
    open_requested = Signal(int)
    again_requested = Signal(int)
    setup_requested = Signal(int)
    overlay_requested = Signal()
    delete_requested = Signal()
    export_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._only: ComparisonEntry | None = None
        self._shown: tuple[ComparisonEntry, ...] | None = None
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: CompareState) -> None:
        history = state.history
        if history.shown != self._shown:
            self._shown = history.shown
            self._model.show(history.shown)
        self._table.set_empty_text(self._empty_text(history))
        if self._search.text() != history.wanted:
            with QSignalBlocker(self._search):
                self._search.setText(history.wanted)
        self._only = history.only
        self.details.show_entry(history.only, len(history.chosen))
        self._busy.setText(history.busy)
        for button in (self._open, self._again, self._setup, self._export):
            button.setEnabled(history.only is not None and not history.busy)
        self._again.setEnabled(self._again.isEnabled() and not state.is_running)
        self._overlay.setEnabled(len(history.chosen) == 2 and not history.busy)
        self._delete.setEnabled(bool(history.chosen))
        self.undo_bar.say(self._about_deleted(history), self.tr("Forget it for good, with all of its answers?"))

    def _empty_text(self, history: HistoryState) -> str:
        if not history.entries:
            return self.tr("Comparisons that you run are kept here.")
        return self.tr("No comparison has these words in its name, note, arms or outcome.")

    def _about_deleted(self, history: HistoryState) -> str:
        if not history.deleted:
            return ""
        if len(history.deleted) == 1:
            return self.tr("Deleted “{}”. It can come back for a week.").format(history.deleted[0].name)
        return self.tr("Deleted {} comparisons. They can come back for a week.").format(len(history.deleted))

    def _build_widgets(self) -> None:
        self.setObjectName("compare_history_page")
        self._title = QLabel(self.tr("History"), self)
        set_role(self._title, "title")
        self._back = named_button(self, "history_back", self.tr("Back"), icon="chevron-left")
        self._search = QLineEdit(self)
        self._search.setObjectName("history_search")
        self._search.setAccessibleName(self.tr("Search comparisons"))
        self._search.setPlaceholderText(self.tr("Search name, note, arms, outcome"))
        let_clear(self._search)
        self._model: RecordTableModel[ComparisonEntry] = RecordTableModel(
            (
                Column(self.tr("Name"), lambda entry: entry.name, stretch=True, tooltip=lambda entry: entry.name),
                Column(self.tr("Made"), made, sort_key=lambda entry: entry.created),
                Column(self.tr("Outcome"), lambda entry: entry.outcome, tooltip=lambda entry: entry.outcome),
                Column(
                    self.tr("Questions"),
                    lambda entry: str(entry.questions),
                    align_right=True,
                    sort_key=lambda entry: entry.questions,
                    gives_way=True,
                ),
                Column(self.tr("Arms"), _arms, tooltip=lambda entry: "\n".join(entry.arms), gives_way=True),
                Column(
                    self.tr("Number"),
                    lambda entry: str(entry.id),
                    align_right=True,
                    sort_key=lambda entry: entry.id,
                    gives_way=True,
                ),
            ),
            key=lambda entry: entry.id,
        )
        self._table: RecordTable[ComparisonEntry] = RecordTable(self._model, parent=self)
        self._table.setObjectName("history_table")
        self._table.setAccessibleName(self.tr("Comparisons, newest first"))
        self._table.allow_several()
        self._table.allow_sorting()
        self.details = HistoryDetails(self)
        self.undo_bar = UndoBar("history_undo", self)
        self._busy = QLabel(self)
        set_role(self._busy, "muted")
        self._build_buttons()

    def _build_buttons(self) -> None:
        self._open = named_button(self, "history_open", self.tr("Open"), "primary")
        self._again = named_button(self, "history_again", self.tr("Run again"), icon="refresh")
        self._again.setToolTip(self.tr("The same questions, prompts, files and settings once more"))
        self._setup = named_button(self, "history_setup", self.tr("Use as set-up"))
        self._overlay = named_button(self, "history_overlay", self.tr("Lay over each other"))
        self._overlay.setToolTip(self.tr("Select two comparisons: what changed from the earlier to the later one"))
        self._export = named_button(self, "history_export", self.tr("Export…"))
        self._delete = named_button(self, "history_delete", self.tr("Delete"), "danger")

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._back)
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._search, 2)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.addWidget(self._table)
        splitter.addWidget(self.details)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        splitter.setSizes([620, 320])
        splitter.setChildrenCollapsible(False)
        foot = QHBoxLayout()
        foot.addWidget(self._delete)
        foot.addWidget(self._busy, 1)
        for button in (self._export, self._overlay, self._setup, self._again, self._open):
            foot.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self.undo_bar)
        column.addWidget(splitter, 1)
        column.addLayout(foot)

    def _connect(self) -> None:
        self._back.clicked.connect(self.close_requested)
        self._search.textChanged.connect(self.searched)
        self._table.selectionModel().selectionChanged.connect(self._on_selected)
        self._table.record_activated.connect(self._on_activated)
        self._table.delete_pressed.connect(self.delete_requested)
        for button, signal in (
            (self._open, self.open_requested),
            (self._again, self.again_requested),
            (self._setup, self.setup_requested),
        ):
            button.clicked.connect(lambda _checked=False, signal=signal: self._emit_only(signal))
        self._overlay.clicked.connect(self.overlay_requested)
        self._delete.clicked.connect(self.delete_requested)
        self._export.clicked.connect(self._on_export)

    def _emit_only(self, signal: object) -> None:
        if self._only is not None:
            signal.emit(self._only.id)  # type: ignore[attr-defined]

    @Slot()
    def _on_selected(self) -> None:
        self.selected.emit(tuple(entry.id for entry in self._table.selected_records()))

    @Slot(object)
    def _on_activated(self, entry: object) -> None:
        if isinstance(entry, ComparisonEntry):
            self.open_requested.emit(entry.id)

    @Slot()
    def _on_export(self) -> None:
        dialog = export_dialog(self, self.tr("Write the comparison"), "history_export_dialog")
        dialog.fileSelected.connect(self.export_chosen)
        dialog.open()


def made(entry: ComparisonEntry) -> str:
    """ "2026-11-26 08:15"."""
    return entry.created[:16].replace("T", " ")


def _arms(entry: ComparisonEntry) -> str:
    return str(len(entry.arms)) if entry.arms else ""
