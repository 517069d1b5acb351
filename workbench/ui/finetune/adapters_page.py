"""The adapters that exist, the trainings that run, and what can be done with an adapter."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.finetune.evaluation.types import Change, EvaluationReport
from workbench.finetune.evaluation.wording import headline, points
from workbench.finetune.types import Adapter
from workbench.ui.finetune.adapter_card import AdapterCard, loss_in_words
from workbench.ui.finetune.dates import date_in_words
from workbench.ui.finetune.deleted_bar import DeletedBar
from workbench.ui.finetune.export_view import ExportView
from workbench.ui.finetune.import_bar import ImportBar
from workbench.ui.finetune.made_view import MadeView
from workbench.ui.finetune.run_lines import RunLines
from workbench.ui.finetune.state import FinetuneState
from workbench.ui.widgets.empty_state import EmptyState
from workbench.ui.widgets.file_dialogs import FOLDER, OpenDialog
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.page_title import PageTitle
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable
from workbench.ui.widgets.section import Section

HASH_CHARACTERS = 8
_NAMED = 5
"""Models whose names stand beside the folded list."""
Listed = tuple[Adapter, EvaluationReport | None]
"""An adapter with its last evaluation."""


class AdaptersPage(QWidget):
    new_requested = Signal()
    data_requested = Signal()
    run_chosen = Signal(str)
    run_cancelled = Signal(str)
    run_moved_up = Signal(str)
    adapter_selected = Signal(str)
    try_requested = Signal()
    folder_requested = Signal()
    open_requested = Signal()
    export_chosen = Signal(object, object)
    delete_requested = Signal()
    undo_requested = Signal(str)
    """The id of a deleted adapter."""
    purge_due = Signal()
    curves_requested = Signal()
    import_chosen = Signal(str)
    """A PEFT folder."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_showing = False
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: FinetuneState) -> None:
        self._is_showing = True
        self._runs.show_runs(state.live_runs)
        self._stack.setCurrentWidget(self._full if state.adapters else self._empty)
        # Raw text needs no rows: the way to a new training is open where the middle of the page leads to the data.
        self._new.setVisible(bool(state.adapters) or bool(state.live_runs) or not state.datasets)
        self._show_emptiness(state)
        newest = state.adapter.newest
        self._model.show(tuple((adapter, newest.get(adapter.gguf_hash)) for adapter in state.adapters))
        self._table.select_key(state.selected)
        adapter = state.selected_adapter
        self._card.setVisible(adapter is not None)
        if adapter is not None:
            self._card.show_adapter(adapter, newest.get(adapter.gguf_hash))
        self._curves.setVisible(bool(state.adapters))
        self.importing.show_import(state.importing)
        self.made_section.setVisible(bool(state.made))
        self.made_section.show_summary(", ".join(made.name for made in state.made[:_NAMED]))
        self.made.show_state(state)
        self._deleted.show_removed(state.removed)
        self.exporting.show_export(state.export)
        self._card.allow_export(state.export is None or not state.export.is_running)
        self._is_showing = False

    def _show_emptiness(self, state: FinetuneState) -> None:
        if state.live_runs:
            title, action = self.tr("The first adapter is being trained"), ""
        else:
            title = self.tr("No adapters yet")
            action = self.tr("New adapter…") if state.datasets else self.tr("Go to Data")
        text = self.tr(
            "An adapter is a small file that teaches a model your format, tone or labels from a few hundred examples. "
            "The model itself stays as it is."
        )
        if not state.datasets:
            text += self.tr(" First, import some examples on the Data tab.")
        self._empty.show_text(title, text, action)
        self._leads_to_data = not state.datasets

    # -- building -----------------------------------------------------------------------------------------------------

    def _build_widgets(self) -> None:
        self._leads_to_data = True
        about = self.tr("Adapters teach a model your examples.")
        self._title = PageTitle(self, self.tr("Fine-tune"), about)
        self._new = named_button(
            self,
            "new_adapter",
            self.tr("New training…"),
            "primary",
            spoken=self.tr("Train an adapter or a model"),
            icon="plus",
        )
        self._curves = named_button(
            self, "open_curves", self.tr("Compare losses…"), spoken=self.tr("Loss curves over each other")
        )
        self._import = named_button(
            self, "import_adapter", self.tr("Import…"), spoken=self.tr("Import an adapter from elsewhere")
        )
        self.importing = ImportBar(self)
        self._runs = RunLines(self)
        self._empty: EmptyState = EmptyState("", "", icon="finetune")
        self._empty.setObjectName("adapters_empty")
        self._full = QWidget(self)
        self._model = RecordTableModel[Listed](
            (
                Column("Name", lambda a: a[0].name, stretch=True),
                Column("Base", lambda a: a[0].base_name),
                Column("Data", lambda a: a[0].dataset_name or "–"),
                Column("Rows", lambda a: f"{a[0].rows:,}", align_right=True, sort_key=lambda a: a[0].rows,
                       gives_way=True),
                Column("Loss", lambda a: loss_in_words(a[0]), align_right=True, sort_key=lambda a: a[0].loss or 0.0),
                Column("Gain", _gain, align_right=True, tooltip=_gain_tip, ink=_gain_ink, sort_key=_gain_key),
                Column("Trained", lambda a: date_in_words(a[0].created), sort_key=lambda a: a[0].created),
                Column("Hash", lambda a: a[0].gguf_hash[:HASH_CHARACTERS], tooltip=lambda a: a[0].gguf_hash,
                       ink=lambda a: "muted", gives_way=True),
            ),
            key=lambda a: a[0].name,
        )  # fmt: skip
        self._table = RecordTable(self._model, parent=self)
        self._table.setObjectName("adapter_table")
        self._table.setAccessibleName(self.tr("Adapters"))
        self._table.allow_sorting()
        self._card = AdapterCard(self)
        self.made = MadeView(self)
        self.made_section = Section("made", self.tr("Models from trainings"), self.made, self)
        self._deleted = DeletedBar(self)
        self.exporting = ExportView("export", self)

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._curves, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._import, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._new, 0, Qt.AlignmentFlag.AlignTop)
        full = QVBoxLayout(self._full)
        full.setContentsMargins(0, 0, 0, 0)
        full.setSpacing(10)
        full.addWidget(self._table, 1)
        full.addWidget(self._card)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._full)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self.importing)
        column.addWidget(self._runs)
        column.addWidget(self._stack, 1)
        column.addWidget(self.made_section)
        column.addWidget(self._deleted)
        column.addWidget(self.exporting)

    def _connect(self) -> None:
        self._new.clicked.connect(self.new_requested)
        self._empty.action_requested.connect(self._on_empty_action)
        self._runs.run_chosen.connect(self.run_chosen)
        self._runs.run_cancelled.connect(self.run_cancelled)
        self._runs.run_moved_up.connect(self.run_moved_up)
        self._table.selection_moved.connect(self._on_selected)
        self._table.record_activated.connect(self._on_activated)
        self._import.clicked.connect(self._on_import)
        self._curves.clicked.connect(self.curves_requested)
        self._card.open_requested.connect(self.open_requested)
        self._card.try_requested.connect(self.try_requested)
        self._card.folder_requested.connect(self.folder_requested)
        self._card.delete_requested.connect(self.delete_requested)
        self._card.export_chosen.connect(self.export_chosen)
        self._deleted.restore_requested.connect(self.undo_requested)
        self._deleted.time_went_by.connect(self.purge_due)

    @Slot()
    def _on_empty_action(self) -> None:
        (self.data_requested if self._leads_to_data else self.new_requested).emit()

    @Slot()
    def _on_import(self) -> None:
        dialog = OpenDialog(self, self.tr("Folder of the adapter (PEFT, safetensors)"), "import_dialog", mode=FOLDER)
        dialog.fileSelected.connect(self.import_chosen)
        dialog.open()

    @Slot(object)
    def _on_selected(self, listed: Listed | None) -> None:
        if not self._is_showing and listed is not None:
            self.adapter_selected.emit(listed[0].name)

    @Slot(object)
    def _on_activated(self, _listed: Listed) -> None:
        self.open_requested.emit()


def _gain(listed: Listed) -> str:
    """ "+22 points" on its test; a dash where it was not measured."""
    report = listed[1]
    return f"{points(report.gain.difference)} points" if report is not None and report.gain is not None else "–"


def _gain_tip(listed: Listed) -> str:
    return headline(listed[1]) if listed[1] is not None else ""


def _gain_key(listed: Listed) -> float:
    report = listed[1]
    return report.gain.difference if report is not None and report.gain is not None else -2.0


def _gain_ink(listed: Listed) -> str:
    report = listed[1]
    if report is None or report.gain is None:
        return "muted"
    return {Change.BETTER: "good", Change.WORSE: "bad", Change.UNDECIDED: "muted"}[report.gain.change]
