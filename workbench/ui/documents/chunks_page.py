"""The page Chunks: how a document is cut, while the values change; then the index anew with them."""

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.rag.chunk_preview import PreviewedChunk
from workbench.settings import ChunkerKind
from workbench.ui import icons
from workbench.ui.documents.board import Surroundings
from workbench.ui.documents.chunks_legend import ChunksLegend
from workbench.ui.documents.chunks_part import ChunksPart
from workbench.ui.documents.chunks_state import ChunksState
from workbench.ui.documents.chunks_text import ChunksText
from workbench.ui.documents.state import DocumentsState
from workbench.ui.theme import set_role
from workbench.ui.widgets.choices import show_choices
from workbench.ui.widgets.elided_combo import ElidedComboBox
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.empty_state import EmptyState
from workbench.ui.widgets.job_strip import JobStrip
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.wrapping_row import WrappingRow, labelled

_DEBOUNCE_MS = 250


class ChunksPage(QWidget):
    tab_changed = Signal(object)
    document_chosen = Signal(str)
    chunker_chosen = Signal(str)
    size_changed = Signal(int)
    overlap_changed = Signal(int)
    page_turned = Signal(int)
    values_left = Signal()
    rebuild_requested = Signal()
    undo_requested = Signal()
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = ChunksState()
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_tab(self, state: DocumentsState) -> None:
        self.tab_changed.emit(state)

    def show_state(self, state: ChunksState) -> None:
        self._state = state
        self._stack.setCurrentWidget(self._full if state.documents else self._empty)
        self._show_documents(state)
        self._show_values(state)
        trouble = state.trouble
        words = " ".join(filter(None, [trouble.text, trouble.hint])) if trouble else state.in_words
        self._summary.setText(self.tr("Cutting…") if state.is_cutting and not state.summary else words)
        if self._summary.property("role") != (role := "error" if trouble else "muted"):
            set_role(self._summary, role)
        self._rebuild.setEnabled(state.can_rebuild)
        self._reset.setVisible(not state.is_as_indexed and state.running is None)
        self._undo.setVisible(state.can_undo)
        self._undo.setEnabled(state.running is None)
        self.strip.show_running(state.running, about=state.running_collection)
        parts = state.shown.parts if state.shown else 1
        part = self.tr(", part {} of {}").format(state.part + 1, parts) if parts > 1 else ""
        self._number.setText(self.tr("page {} of {}{}").format(state.page, max(state.pages, 1), part))
        self._previous.setEnabled(state.has_before)
        self._next.setEnabled(state.has_more)
        for widget in (self._number, self._previous, self._next):
            widget.setVisible(state.pages > 1 or parts > 1)
        self.text.show_page(state.shown)
        self._legend.show_what(
            has_shared=bool(state.settings.overlap), has_left_out=bool(state.shown and state.shown.left_out)
        )

    def _show_documents(self, state: ChunksState) -> None:
        choices = [(document.name, document.name) for document in state.documents]
        show_choices(self._document, choices, state.document)
        self._document.setToolTip(state.document)

    def _show_values(self, state: ChunksState) -> None:
        settings = state.settings
        with QSignalBlocker(self._chunker), QSignalBlocker(self._size), QSignalBlocker(self._overlap):
            self._chunker.setCurrentIndex(self._chunker.findData(settings.chunker.value))
            is_characters = settings.chunker is ChunkerKind.CHARACTERS
            self._size.setRange(50 if is_characters else 16, 32_768 if is_characters else state.largest)
            self._size.setSuffix(f" {settings.unit}")
            self._overlap.setSuffix(f" {settings.unit}")
            self._overlap.setRange(0, settings.size // 2)
            if not self._settling.isActive():
                self._size.setValue(settings.size)
                self._overlap.setValue(settings.overlap)

    def _build_widgets(self) -> None:
        self.setObjectName("chunks_page")
        self._document = ElidedComboBox(self)
        self._document.setObjectName("chunks_document")
        self._document.setAccessibleName(self.tr("Document"))
        self._document.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._document.setMinimumContentsLength(10)
        self._document.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._chunker = QComboBox(self)
        self._chunker.setObjectName("chunks_chunker")
        self._chunker.setAccessibleName(self.tr("Cut by"))
        for kind, words, tip in self._kinds():
            self._chunker.addItem(words, kind.value)
            self._chunker.setItemData(self._chunker.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self._size = self._spin("chunks_size", self.tr("Longest chunk"), 10)
        self._overlap = self._spin("chunks_overlap", self.tr("Repeated at the start of the next chunk"), 5)
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(_DEBOUNCE_MS)
        self._summary = QLabel(self)
        self._summary.setObjectName("chunks_summary")
        self._summary.setTextFormat(Qt.TextFormat.PlainText)
        self._summary.setWordWrap(True)
        self._rebuild = QPushButton(self.tr("Rebuild the index with these"), self)
        self._rebuild.setObjectName("chunks_rebuild")
        self._rebuild.setToolTip(self.tr("Built beside the old index, which answers meanwhile and can be taken back."))
        set_role(self._rebuild, "primary")
        self._reset = named_button(
            self, "chunks_reset", self.tr("As indexed"), "quiet", tip=self.tr("The values of the index that answers")
        )
        self._undo = named_button(
            self, "chunks_undo", self.tr("Undo"), "quiet", tip=self.tr("Let the earlier index answer again")
        )
        icons.set_icon(self._undo, "undo", "muted", 14)
        self._previous = named_button(self, "chunks_previous", self.tr("‹"), "quiet", tip=self.tr("Previous page"))
        self._next = named_button(self, "chunks_next", self.tr("›"), "quiet", tip=self.tr("Next page"))
        self._number = QLabel(self)
        set_role(self._number, "muted")
        self._pointed = ElidedLabel("", Qt.TextElideMode.ElideMiddle, self)
        self._pointed.setObjectName("chunks_pointed")
        set_role(self._pointed, "muted")
        self.text = ChunksText(self)
        self._legend = ChunksLegend(self)
        self.strip = JobStrip(self)
        self._stack = QStackedWidget(self)
        self._full = QWidget(self)
        self._empty = EmptyState(
            self.tr("Nothing to cut yet"),
            self.tr("Add files to this collection; here you see into which pieces they are cut for the search."),
            icon="documents",
        )

    def _kinds(self) -> list[tuple[ChunkerKind, str, str]]:
        return [
            (
                ChunkerKind.STRUCTURE,
                self.tr("Structure of the text"),
                self.tr("Headings, paragraphs and sentences; tables and code stay whole where they can."),
            ),
            (ChunkerKind.TOKENS, self.tr("Tokens"), self.tr("As many tokens of the embedder as allowed.")),
            (ChunkerKind.CHARACTERS, self.tr("Characters"), self.tr("As many characters as allowed.")),
            (
                ChunkerKind.SECTIONS,
                self.tr("Sections, as before"),
                self.tr("What earlier versions did: by Markdown headings, then by size."),
            ),
        ]

    def _spin(self, name: str, spoken: str, step: int) -> QSpinBox:
        spin = QSpinBox(self)
        spin.setObjectName(name)
        spin.setAccessibleName(spoken)
        spin.setToolTip(spoken)
        spin.setSingleStep(step)
        spin.setRange(0, 32_768)
        return spin

    def _build_layout(self) -> None:
        cut_by = labelled(self.tr("Cut &by"), self._chunker)
        longest, repeat = labelled(self.tr("&Longest"), self._size), labelled(self.tr("&Repeat"), self._overlap)
        values = WrappingRow([self._document, cut_by, longest, repeat], spacing=10)
        result = QHBoxLayout()
        result.setSpacing(8)
        result.addWidget(self._summary, 1)
        for button in (self._reset, self._undo, self._rebuild):
            result.addWidget(button)
        below = QHBoxLayout()
        below.addWidget(self._legend)
        below.addWidget(self._pointed, 1)
        for widget in (self._number, self._previous, self._next):
            below.addWidget(widget)
        column = QVBoxLayout(self._full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(values)
        column.addLayout(result)
        column.addWidget(self.text, 1)
        column.addLayout(below)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._full)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 8, 0, 0)
        whole.addWidget(self._stack, 1)
        whole.addWidget(self.strip)

    def _connect(self) -> None:
        self._document.currentTextChanged.connect(self.document_chosen)
        self._chunker.currentIndexChanged.connect(self._on_chunker)
        for spin in (self._size, self._overlap):
            spin.valueChanged.connect(self._on_value)
        self._settling.timeout.connect(self._on_settled)
        self._previous.clicked.connect(self._on_previous)
        self._next.clicked.connect(self._on_next)
        self._rebuild.clicked.connect(self.rebuild_requested)
        self._reset.clicked.connect(self.values_left)
        self._undo.clicked.connect(self.undo_requested)
        self.strip.stop_requested.connect(self.stop_requested)
        self.text.chunks_pointed.connect(self._on_pointed)

    @Slot()
    def _on_chunker(self) -> None:
        self.chunker_chosen.emit(self._chunker.currentData())

    @Slot()
    def _on_value(self) -> None:
        # A held key changes a value many times a second; the text is cut when it rests.
        self._settling.start()

    @Slot()
    def _on_settled(self) -> None:
        size, overlap = self._size.value(), self._overlap.value()
        if size != self._state.settings.size:
            self.size_changed.emit(size)
        if overlap != self._state.settings.overlap:
            self.overlap_changed.emit(min(overlap, size // 2))

    @Slot()
    def _on_previous(self) -> None:
        self.page_turned.emit(-1)

    @Slot()
    def _on_next(self) -> None:
        self.page_turned.emit(1)

    @Slot(list)
    def _on_pointed(self, chunks: list[PreviewedChunk]) -> None:
        if not chunks:
            self._pointed.setText("")
            return
        numbers = self.tr(" and ").join(str(chunk.number) for chunk in chunks)
        first = chunks[0]
        words = self.tr("Chunks {}").format(numbers) if len(chunks) > 1 else self.tr("Chunk {}").format(numbers)
        self._pointed.setText(self.tr("{} · {} tokens · {}").format(words, first.tokens, first.title))


def build_chunks_page(surroundings: Surroundings, refresh: Callable[[], None]) -> ChunksPage:
    """The page with its presenter."""
    page, part = ChunksPage(), ChunksPart(surroundings, refresh)
    page.tab_changed.connect(part.follow)
    page.document_chosen.connect(part.choose_document)
    page.chunker_chosen.connect(lambda kind: part.choose_chunker(ChunkerKind(kind)))
    page.size_changed.connect(part.change_size)
    page.overlap_changed.connect(part.change_overlap)
    page.page_turned.connect(part.turn_page)
    page.values_left.connect(part.take_back)
    page.rebuild_requested.connect(part.rebuild)
    page.undo_requested.connect(part.undo)
    page.stop_requested.connect(part.stop)
    part.board.put_up(page)
    return page
