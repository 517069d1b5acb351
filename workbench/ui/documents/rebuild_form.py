"""Settings for another index, which is built beside the one that answers."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from workbench.embedding import EmbedderRef
from workbench.rag.types import ChunkingConfig, TextLanguage
from workbench.ui.documents.state import DocumentsState
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button

_MAX_CHARACTERS = 32_768


class RebuildForm(QFrame):
    """Hidden until it is asked for."""

    build_requested = Signal(object, str, object)
    """`ChunkingConfig`, folder of the embedder (empty: as it is), `TextLanguage`."""
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = DocumentsState()
        self._build_widgets()
        self._build_layout()
        self._connect()
        self.hide()

    def show_state(self, state: DocumentsState) -> None:
        before, self._state = self._state, state
        if before.selected != state.selected:
            self.hide()
        if before.embedders is not state.embedders:
            self._show_embedders()

    def begin(self) -> None:
        """With the settings that the collection has."""
        collection = self._state.collection
        if collection is None:
            return
        self._show_embedders()
        self._tokens.setValue(collection.chunking.size)
        self._overlap.setValue(collection.chunking.overlap)
        self._language.setCurrentIndex(self._language.findData(collection.language.value))
        self.show()
        self._embedder.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_embedders(self) -> None:
        collection = self._state.collection
        chosen = self._embedder.currentData()
        with QSignalBlocker(self._embedder):
            self._embedder.clear()
            if collection is not None:
                self._embedder.addItem(self.tr("{} (as it is)").format(collection.embedder.name), "")
            for found in self._state.embedders or ():
                if collection is None or found.ref.identity != collection.embedder.identity:
                    self._embedder.addItem(self._name(found.ref), found.ref.path)
            if self._state.embedders is None:
                self._embedder.addItem(self.tr("Looking for others…"), "")
            self._embedder.setCurrentIndex(max(0, self._embedder.findData(chosen)))
        self._show_limits()

    def _name(self, ref: EmbedderRef) -> str:
        """The collection's own is offered too where this computer is faster with another precision of it."""
        collection = self._state.collection
        if collection is None or ref.content_hash != collection.embedder.content_hash:
            return ref.name
        return self.tr("{} in {}, faster on this computer").format(ref.name, ref.precision.value)

    @Slot()
    def _show_limits(self) -> None:
        """No piece may be longer than the embedder can see at once."""
        collection, path = self._state.collection, self._embedder.currentData()
        refs = {found.ref.path: found.ref for found in self._state.embedders or ()}
        if collection is not None:
            limit = refs.get(path or "", collection.embedder).max_tokens
            is_in_characters = _size_field(collection.chunking) == "chunk_characters"
            self._tokens.setMaximum(_MAX_CHARACTERS if is_in_characters else limit)
            self._limit.setText(
                self.tr("characters") if is_in_characters else self.tr("at most {} with this embedder").format(limit)
            )
        self._overlap.setMaximum(self._tokens.value() // 2)

    def _build_widgets(self) -> None:
        self.setObjectName("rebuild_form")
        set_role(self, "panel")
        self._title = QLabel(self.tr("Build an index with other settings"), self)
        set_role(self._title, "subtitle")
        self._about = QLabel(
            self.tr(
                "It is built beside the one that answers, which goes on until the new one is ready. "
                "Both stay afterwards: you can go back."
            ),
            self,
        )
        self._about.setWordWrap(True)
        set_role(self._about, "muted")
        self._embedder = QComboBox(self)
        self._embedder.setObjectName("rebuild_embedder")
        self._embedder.setAccessibleName(self.tr("Embedder"))
        self._tokens, self._overlap = QSpinBox(self), QSpinBox(self)
        self._tokens.setObjectName("rebuild_tokens")
        self._tokens.setAccessibleName(self.tr("Tokens of a piece"))
        self._tokens.setRange(16, 8192)
        self._overlap.setObjectName("rebuild_overlap")
        self._overlap.setAccessibleName(self.tr("Tokens repeated at the start of the next piece"))
        self._limit = QLabel(self)
        set_role(self._limit, "small")
        self._language = QComboBox(self)
        self._language.setObjectName("rebuild_language")
        self._language.setAccessibleName(self.tr("Language of the documents"))
        for language in TextLanguage:
            none = self.tr("None: words as they are written")
            self._language.addItem(none if language is TextLanguage.NONE else language.value, language.value)
        self._build = named_button(
            self, "rebuild_start", self.tr("Build it"), "primary", spoken=self.tr("Build the index")
        )
        self._leave = named_button(self, "rebuild_leave", self.tr("Cancel"), spoken=self.tr("Build no index"))

    def _build_layout(self) -> None:
        form = QGridLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        lines = (
            (self.tr("Embedder"), self._embedder, None),
            (self.tr("Pieces of"), self._tokens, self._limit),
            (self.tr("Overlap"), self._overlap, None),
            (self.tr("Language"), self._language, None),
        )
        for row, (text, field, note) in enumerate(lines):
            label = QLabel(text, self)
            label.setBuddy(field)
            form.addWidget(label, row, 0)
            form.addWidget(field, row, 1)
            if note is not None:
                form.addWidget(note, row, 2)
        form.setColumnStretch(2, 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._leave)
        buttons.addWidget(self._build)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(10)
        column.addWidget(self._title)
        column.addWidget(self._about)
        column.addLayout(form)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self._embedder.activated.connect(lambda _row: self._show_limits())
        self._tokens.valueChanged.connect(lambda _value: self._show_limits())
        self._build.clicked.connect(self._on_build)
        self._leave.clicked.connect(self.left)

    @Slot()
    def _on_build(self) -> None:
        collection = self._state.collection
        if collection is None:
            return
        size = self._tokens.value()
        sizes = {_size_field(collection.chunking): size, "overlap": min(self._overlap.value(), size // 2)}
        chunking = ChunkingConfig.model_validate({**collection.chunking.model_dump(), **sizes})
        self.hide()
        self.build_requested.emit(
            chunking, self._embedder.currentData() or "", TextLanguage(self._language.currentData())
        )


def _size_field(chunking: ChunkingConfig) -> str:
    """Which field holds the size of a piece, in the unit of its chunker."""
    return "chunk_characters" if chunking.unit == "characters" else "chunk_tokens"
