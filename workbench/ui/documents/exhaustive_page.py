"""A question to the whole collection: what is read, how far it is, what was found and where."""

from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.rag.exhaustive import Finding, Group, grouped
from workbench.ui import icons
from workbench.ui.documents.adapter_box import AdapterBox
from workbench.ui.documents.exhaustive_filter_form import ExhaustiveFilterForm
from workbench.ui.documents.exhaustive_state import ExhaustiveState
from workbench.ui.documents.place_view import PlaceView
from workbench.ui.theme import set_role
from workbench.ui.widgets.adapter_scale import AdapterScale
from workbench.ui.widgets.clear_button import let_clear
from workbench.ui.widgets.file_dialogs import SaveDialog
from workbench.ui.widgets.job_strip import JobStrip
from workbench.ui.widgets.model_picker import ModelPicker
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable
from workbench.ui.widgets.text_goes import TextGoes
from workbench.ui.widgets.trouble_card import TroubleCard

_ENDINGS = {"csv": "CSV (*.csv)", "md": "Markdown (*.md)"}


class ExhaustivePage(QWidget):
    question_edited = Signal(str)
    model_chosen = Signal(str)
    adapter_chosen = Signal(str)
    adapter_scaled = Signal(float)
    start_requested = Signal()
    go_on_requested = Signal()
    stop_requested = Signal()
    finding_opened = Signal(object)
    export_requested = Signal(str)
    """The path of the file."""
    copy_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grouped: tuple[Finding, ...] = ()
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: ExhaustiveState) -> None:
        if self._question.text() != state.question:
            self._question.setText(state.question)
        self._question.setEnabled(state.is_free)
        self._start.setEnabled(state.can_start)
        self._start.setText(self.tr("Read again") if state.can_go_on else self.tr("Read all"))
        self._start.setVisible(state.is_free)
        if (role := "" if state.can_go_on else "primary") != self._start.property("role"):
            set_role(self._start, role)
            icons.set_icon(self._start, "play", "on_accent" if role else "text", 14)
        self._go_on.setVisible(state.can_go_on)
        self._picker.show_models(state.models, state.model)
        self._picker.setEnabled(bool(state.models) and state.is_free)
        self._adapter.show_adapters(state.adapters, state.adapter)
        self._scale.show_scale(state.adapter, state.adapter_scale)
        self._adapter.setEnabled(state.is_free)
        self._scale.setEnabled(state.is_free)
        self._goes.show_model(self._picker.chosen())
        self.filter.show_state(state)
        self.strip.show_running(state.running)
        self._summary.setText(state.summary)
        self._summary.setVisible(bool(state.summary))
        self._export.setEnabled(bool(state.findings))
        self._trouble.show_trouble(state.trouble)
        self._show_findings(state)
        self.place.show_place(state.place)

    def show_clipboard(self, text: str) -> None:
        QApplication.clipboard().setText(text)

    def _show_findings(self, state: ExhaustiveState) -> None:
        self._found_model.show(state.findings)
        if state.findings is not self._grouped:
            self._grouped = state.findings
            groups = grouped(state.findings)
            self._groups_model.show(groups)
            self._tabs.setTabText(0, self.tr("Found ({:,})").format(len(state.findings)))
            self._tabs.setTabText(1, self.tr("Counted ({:,})").format(len(groups)))
        if not state.is_free:
            empty = self.tr("Nothing was found yet.")
        elif state.is_complete:
            empty = self.tr("No passage answers this question.")
        elif state.progress is not None:
            empty = self.tr("Nothing was found in the passages that were read. The others were not read.")
        else:
            empty = self.tr("What is found appears here while it reads, each with the place where it stands.")
        self._found.set_empty_text(empty)
        self._groups.set_empty_text(empty)

    # -- building ---------------------------------------------------------------------------------------------------

    def _build_widgets(self) -> None:
        self._about = QLabel(
            self.tr(
                "For questions about all documents: which, how many, all that. The model is asked about every passage "
                "that may answer, one by one, and what it finds is listed and counted."
            ),
            self,
        )
        self._about.setWordWrap(True)
        set_role(self._about, "muted")
        self._question = QLineEdit(self)
        self._question.setObjectName("exhaustive_question")
        self.setFocusProxy(self._question)
        self._question.setAccessibleName(self.tr("Question to every passage"))
        self._question.setPlaceholderText(self.tr("What shall be found? “Which warranty is promised?”"))
        let_clear(self._question)
        self._start = named_button(self, "start_reading", self.tr("Read all"), "primary", icon="play")
        self._go_on = named_button(self, "go_on_reading", self.tr("Go on"), "primary", icon="play")
        self._go_on.hide()
        self._picker, self._goes = ModelPicker(self), TextGoes(self)
        self._adapter = AdapterBox("reading_adapter", self)
        self._scale = AdapterScale("reading_adapter_scale", self)
        self.filter = ExhaustiveFilterForm(self)
        self.strip = JobStrip(self)
        self.strip.setObjectName("reading_strip")
        self._summary = QLabel(self)
        self._summary.setObjectName("reading_summary")
        self._summary.setWordWrap(True)
        set_role(self._summary, "field")
        self._trouble = TroubleCard("exhaustive_trouble", self)
        self._build_results()
        self.place = PlaceView(self)

    def _build_results(self) -> None:
        self._found_model: RecordTableModel[Finding] = RecordTableModel(_columns(self), key=lambda f: f.citation.number)
        self._found = RecordTable(self._found_model, "", self)
        self._found.setObjectName("findings")
        self._found.setAccessibleName(self.tr("Findings"))
        self._groups_model: RecordTableModel[Group] = RecordTableModel(_group_columns(self), key=lambda g: g.answer)
        self._groups = RecordTable(self._groups_model, "", self)
        self._groups.setObjectName("groups")
        self._groups.setAccessibleName(self.tr("Different answers, counted"))
        self._tabs = QTabWidget(self)
        self._tabs.setObjectName("reading_results")
        self._tabs.setAccessibleName(self.tr("What was found"))
        self._tabs.setDocumentMode(True)
        self._tabs.addTab(self._found, self.tr("Found (0)"))
        self._tabs.addTab(self._groups, self.tr("Counted (0)"))
        self._export = named_button(self, "export_findings", self.tr("Export"), "quiet", icon="download")
        menu = QMenu(self._export)
        for ending, words in (("csv", self.tr("As a table (CSV)…")), ("md", self.tr("As text (Markdown)…"))):
            action = menu.addAction(words)
            action.setObjectName(f"export_{ending}")
            action.triggered.connect(partial(self._on_export, ending))
        copy = menu.addAction(self.tr("Copy as text"))
        copy.setObjectName("copy_findings")
        copy.triggered.connect(self.copy_requested)
        self._export.setMenu(menu)
        self._tabs.setCornerWidget(self._export)

    def _build_layout(self) -> None:
        ask = QHBoxLayout()
        ask.setSpacing(8)
        ask.addWidget(self._question, 1)
        for button in (self._go_on, self._start):
            ask.addWidget(button)
        how = QHBoxLayout()
        how.setSpacing(8)
        how.addWidget(self._picker, 1)
        how.addWidget(self._adapter)
        how.addWidget(self._scale)
        how.addWidget(self._goes)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.setObjectName("reading_split")
        split.addWidget(self._tabs)
        split.addWidget(self.place)
        split.setChildrenCollapsible(False)
        split.setSizes([560, 440])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._about)
        column.addLayout(ask)
        column.addLayout(how)
        for widget in (self.filter, self.strip, self._trouble, self._summary):
            column.addWidget(widget)
        column.addWidget(split, 1)

    def _connect(self) -> None:
        self._question.textChanged.connect(self.question_edited)
        self._question.returnPressed.connect(self.start_requested)
        self._start.clicked.connect(self.start_requested)
        self._go_on.clicked.connect(self.go_on_requested)
        self.strip.stop_requested.connect(self.stop_requested)
        self._picker.model_chosen.connect(self.model_chosen)
        self._adapter.adapter_chosen.connect(self.adapter_chosen)
        self._scale.scaled.connect(self.adapter_scaled)
        self._found.selection_moved.connect(self._on_found)
        self._groups.selection_moved.connect(self._on_group)

    @Slot(object)
    def _on_found(self, finding: Finding | None) -> None:
        if finding is not None:
            self.finding_opened.emit(finding)

    @Slot(object)
    def _on_group(self, group: Group | None) -> None:
        if group is not None:
            self.finding_opened.emit(Finding(answer=group.answer, citation=group.citations[0]))

    @Slot()
    def _on_export(self, ending: str) -> None:
        dialog = SaveDialog(self, self.tr("Export"), "findings_dialog", [_ENDINGS[ending]])
        dialog.selectFile(f"findings.{ending}")
        dialog.fileSelected.connect(self.export_requested)
        dialog.open()


def _columns(widget: QWidget) -> list[Column[Finding]]:
    return [
        Column("", lambda f: f"[{f.citation.number}]", ink=lambda _: "link"),
        Column(widget.tr("Answer"), lambda f: " ".join(f.answer.split()), tooltip=lambda f: f.answer, stretch=True),
        Column(widget.tr("Document, page"), _where, tooltip=lambda f: f.citation.document, gives_way=True),
        Column(
            widget.tr("Passage"),
            lambda f: " ".join(f.citation.text.split())[:200],
            tooltip=lambda f: f.citation.text,
            stretch=True,
            narrowest=6,
        ),
    ]


def _group_columns(widget: QWidget) -> list[Column[Group]]:
    return [
        Column(widget.tr("Answer"), lambda g: " ".join(g.answer.split()), tooltip=lambda g: g.answer, stretch=True),
        Column(widget.tr("Places"), lambda g: f"{len(g.citations):,}", align_right=True),
        Column(widget.tr("Documents"), lambda g: f"{len({c.document for c in g.citations}):,}", align_right=True),
    ]


def _where(finding: Finding) -> str:
    name = finding.citation.document.rpartition("/")[2]
    short = name if len(name) <= 20 else f"{name[:8]}…{name[-10:]}"
    return f"{short}, {finding.citation.page}"
