"""The adapters that exist, the trainings that run, and what can be done with an adapter."""

from datetime import datetime

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.finetune.types import Adapter
from workbench.ui import icons
from workbench.ui.finetune.adapter_card import AdapterCard, loss_in_words
from workbench.ui.finetune.run_lines import RunLines
from workbench.ui.finetune.state import ExportState, FinetuneState
from workbench.ui.theme import set_role
from workbench.ui.widgets.empty_state import EmptyState
from workbench.ui.widgets.job_strip import JobStrip
from workbench.ui.widgets.question_bar import QuestionBar
from workbench.ui.widgets.record_table import Column, RecordTable, RecordTableModel
from workbench.ui.widgets.trouble_card import TroubleCard

HASH_CHARACTERS = 8


class AdaptersPage(QWidget):
    new_requested = Signal()
    data_requested = Signal()
    run_chosen = Signal(str)
    adapter_selected = Signal(str)
    try_requested = Signal()
    folder_requested = Signal()
    export_chosen = Signal(object)
    export_stop_requested = Signal()
    export_folder_requested = Signal()
    export_dismissed = Signal()
    delete_requested = Signal()
    delete_confirmed = Signal()
    keep_requested = Signal()

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
        self._new.setVisible(bool(state.adapters) or bool(state.live_runs))
        self._show_emptiness(state)
        self._model.show(state.adapters)
        self._table.select_key(state.selected)
        adapter = state.selected_adapter
        self._card.setVisible(adapter is not None)
        if adapter is not None:
            self._card.show_adapter(adapter)
        self._show_question(state.asked_to_delete)
        self._show_export(state.export)
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

    def _show_question(self, name: str) -> None:
        self._question.ask(self.tr("Delete the adapter “{}” with its files?").format(name) if name else "")

    def _show_export(self, export: ExportState | None) -> None:
        self._result.setVisible(export is not None and bool(export.result))
        self._result_text.setText(export.result if export is not None else "")
        trouble = export.trouble if export is not None else None
        self._trouble.say(*((trouble.text, trouble.hint, trouble.details) if trouble else ("",)))
        if export is None or not export.is_running:
            self._strip.clear()
        elif export.total > 0:
            self._strip.show_progress(export.done, export.total, export.label)
        else:
            self._strip.show_text(export.label)
        self._card.allow_export(export is None or not export.is_running)

    # -- building -----------------------------------------------------------------------------------------------------

    def _build_widgets(self) -> None:
        self._leads_to_data = True
        self._title = QLabel(self.tr("Fine-tune"), self)
        set_role(self._title, "title")
        self._subtitle = QLabel(self.tr("Adapters: small files that teach a model your examples."), self)
        set_role(self._subtitle, "muted")
        self._new = _button(self.tr("New adapter…"), "new_adapter", self.tr("Train a new adapter"))
        set_role(self._new, "primary")
        icons.set_icon(self._new, "plus", "on_accent", 16)
        self._runs = RunLines(self)
        self._empty: EmptyState = EmptyState("", "", icon="finetune")
        self._empty.setObjectName("adapters_empty")
        self._full = QWidget(self)
        self._model = RecordTableModel[Adapter](
            (
                Column("Name", lambda a: a.name, stretch=True),
                Column("Base", lambda a: a.base_name),
                Column("Data", lambda a: a.dataset_name or "–"),
                Column("Rows", lambda a: f"{a.rows:,}", align_right=True, sort_key=lambda a: a.rows, gives_way=True),
                Column("Loss", loss_in_words, align_right=True, sort_key=lambda a: a.loss or 0.0),
                Column("Trained", lambda a: _date(a.created), sort_key=lambda a: a.created),
                Column("Hash", lambda a: a.gguf_hash[:HASH_CHARACTERS], tooltip=lambda a: a.gguf_hash,
                       ink=lambda a: "muted", gives_way=True),
            ),
            key=lambda a: a.name,
        )  # fmt: skip
        self._table = RecordTable(self._model, parent=self)
        self._table.setObjectName("adapter_table")
        self._table.setAccessibleName(self.tr("Adapters"))
        self._table.allow_sorting()
        self._card = AdapterCard(self)
        self._question = QuestionBar(self.tr("the adapter"), self)
        self._strip = JobStrip(self)
        self._trouble = TroubleCard("export_trouble", self)
        self._build_result()

    def _build_result(self) -> None:
        self._result = QFrame(self)
        self._result.setObjectName("export_result")
        set_role(self._result, "message-info")
        self._result_text = QLabel(self._result)
        self._result_text.setObjectName("export_result_text")
        self._result_text.setTextFormat(Qt.TextFormat.PlainText)
        self._result_text.setWordWrap(True)
        self._result_text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._open = _button(self.tr("Open folder"), "export_folder", self.tr("Open the folder of the export"))
        self._dismiss = _button(self.tr("Close"), "export_dismiss", self.tr("Close this message"))
        set_role(self._dismiss, "quiet")
        row = QHBoxLayout(self._result)
        row.setContentsMargins(12, 6, 8, 6)
        row.addWidget(self._result_text, 1)
        row.addWidget(self._open)
        row.addWidget(self._dismiss)

    def _build_layout(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._subtitle)
        head = QHBoxLayout()
        head.addLayout(words, 1)
        head.addWidget(self._new, 0, Qt.AlignmentFlag.AlignTop)
        full = QVBoxLayout(self._full)
        full.setContentsMargins(0, 0, 0, 0)
        full.setSpacing(10)
        full.addWidget(self._table, 1)
        full.addWidget(self._question)
        full.addWidget(self._card)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._full)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self._runs)
        column.addWidget(self._stack, 1)
        for part in (self._trouble, self._result, self._strip):
            column.addWidget(part)

    def _connect(self) -> None:
        self._new.clicked.connect(self.new_requested)
        self._empty.action_requested.connect(self._on_empty_action)
        self._runs.run_chosen.connect(self.run_chosen)
        self._table.selection_moved.connect(self._on_selected)
        self._table.record_activated.connect(self._on_activated)
        self._card.try_requested.connect(self.try_requested)
        self._card.folder_requested.connect(self.folder_requested)
        self._card.delete_requested.connect(self.delete_requested)
        self._card.export_chosen.connect(self.export_chosen)
        self._question.confirmed.connect(self.delete_confirmed)
        self._question.kept.connect(self.keep_requested)
        self._strip.stop_requested.connect(self.export_stop_requested)
        self._open.clicked.connect(self.export_folder_requested)
        self._dismiss.clicked.connect(self.export_dismissed)

    @Slot()
    def _on_empty_action(self) -> None:
        (self.data_requested if self._leads_to_data else self.new_requested).emit()

    @Slot(object)
    def _on_selected(self, adapter: Adapter | None) -> None:
        if not self._is_showing and adapter is not None:
            self.adapter_selected.emit(adapter.name)

    @Slot(object)
    def _on_activated(self, _adapter: Adapter) -> None:
        self.try_requested.emit()


def _button(text: str, name: str, accessible: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setAccessibleName(accessible)
    return button


def _date(iso: str) -> str:
    """ "20 Nov 2026, 13:05" in this computer's time."""
    try:
        return datetime.fromisoformat(iso).astimezone().strftime("%d %b %Y, %H:%M")
    except ValueError:
        return iso
