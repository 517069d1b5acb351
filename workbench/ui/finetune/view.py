"""The Fine-tune tab: adapters, a new one, a training that runs."""

from PySide6.QtCore import QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QVBoxLayout, QWidget

from workbench.finetune.types import ExportFormat, MergedQuantization
from workbench.ui.finetune.adapter_page import AdapterPage
from workbench.ui.finetune.adapters_page import AdaptersPage
from workbench.ui.finetune.curves_page import CurvesPage
from workbench.ui.finetune.run_page import RunPage
from workbench.ui.finetune.setup_page import SetupPage
from workbench.ui.finetune.state import FinetuneState, Page
from workbench.ui.widgets.tab_view import TabView

RUN_INTERVAL_MS = 250
"""A small model makes hundreds of steps a second; four pictures a second show them all."""


class FinetuneView(TabView):
    export_requested = Signal(object, str, object)
    """ExportFormat, where to, and MergedQuantization or None."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = FinetuneState()
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: FinetuneState) -> None:
        before, self._state = self._state, state
        turned = before.page is not state.page
        pages = {
            Page.ADAPTERS: self.adapters,
            Page.ADAPTER: self.adapter,
            Page.CURVES: self.curves,
            Page.SETUP: self.setup,
            Page.RUN: self.run,
        }
        only_runs = not turned and before.runs is not state.runs and _without_runs(before) == _without_runs(state)
        if only_runs:
            if not self._timer.isActive():
                self._timer.start()
            return
        self._show_now()
        self._stack.setCurrentWidget(pages[state.page])
        if turned:
            pages[state.page].setFocus()

    def is_seen(self) -> bool:
        return self.isVisible()

    def open_folder(self, path: str) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(path))

    @Slot()
    def _show_now(self) -> None:
        state = self._state
        match state.page:
            case Page.ADAPTERS:
                self.adapters.show_state(state)
            case Page.SETUP:
                self.setup.show_state(state)
            case Page.ADAPTER:
                self.adapter.show_state(state)
            case Page.CURVES:
                self.curves.show_curves(state.curves)
            case Page.RUN:
                if state.run is not None:
                    self.run.show_run(state.run)

    def _build_widgets(self) -> None:
        self.setObjectName("finetune_tab")
        self.setAccessibleName(self.tr("Fine-tune"))
        self.adapters = AdaptersPage(self)
        self.adapter = AdapterPage(self)
        self.curves = CurvesPage(self)
        self.setup = SetupPage(self)
        self.run = RunPage(self)
        self._stack = QStackedWidget(self)
        self._timer = QTimer(self, singleShot=True, interval=RUN_INTERVAL_MS)

    def _build_layout(self) -> None:
        for page in (self.adapters, self.adapter, self.curves, self.setup, self.run):
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.addWidget(self._stack)

    def _connect(self) -> None:
        self._timer.timeout.connect(self._show_now)
        self.adapters.export_chosen.connect(self._on_export_chosen)
        self.adapter.export.chosen.connect(self._on_export_chosen)

    @Slot(object, object)
    def _on_export_chosen(self, kind: ExportFormat, quantization: MergedQuantization | None) -> None:
        """Ask where to; exports for PEFT and Ollama are folders, the others are files."""
        dialog = QFileDialog(self, self.tr("Export to"))
        dialog.setObjectName("export_dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        is_file = kind in (ExportFormat.GGUF_LORA, ExportFormat.GGUF_MERGED)
        if is_file:
            dialog.setDefaultSuffix("gguf")
            dialog.setNameFilters([self.tr("GGUF files (*.gguf)")])
        ending = {ExportFormat.GGUF_MERGED: "-merged", ExportFormat.OLLAMA: "-ollama"}.get(kind, "")
        size = f"-{quantization.value.upper()}" if quantization is not None else ""
        dialog.selectFile(f"{self._state.selected}{ending}{size}{'.gguf' if is_file else ''}")
        dialog.fileSelected.connect(lambda path: self.export_requested.emit(kind, path, quantization))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _without_runs(state: FinetuneState) -> tuple[object, ...]:
    return (
        state.adapters,
        state.selected,
        state.made,
        state.selected_made,
        state.removed,
        state.adapter,
        state.curves,
        state.importing,
        state.datasets,
        state.setup,
        state.shown_run,
        state.export,
    )
