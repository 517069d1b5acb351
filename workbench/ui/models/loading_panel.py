"""How the selected model is loaded, and what memory that takes."""

from itertools import zip_longest
from typing import TypeVar

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from workbench.llm.types import KvType, LoadChanges
from workbench.ui.models.state import KV_IN_WORDS, ModelRow, fitting_hint, memory_lines
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button

W = TypeVar("W", bound=QWidget)
_LONGEST = 1 << 20
_PARTS = ("weights", "kv", "compute", "total")
_MOST_PLACES = 5
"""The processor and up to four GPUs have a line of their own below the sum."""


class LoadingPanel(QWidget):
    """Hidden for what is never loaded."""

    changed = Signal(str, object)
    """A field of LoadChanges and its new value."""
    longest_requested = Signal()
    reset_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_row(self, row: ModelRow) -> None:
        """The settings in force and the sum; hidden where there is no sum."""
        self.setVisible(row.verdict is not None)
        if row.verdict is None:
            return
        self._show_settings(row)
        for labels, line in zip_longest(self._lines, memory_lines(row)[: len(self._lines)]):
            texts = (line.what, line.size, line.about) if line is not None else ("", "", "")
            for label, text in zip(labels, texts, strict=True):
                label.setText(text)
                label.setToolTip(line.name if line is not None else "")
                label.setVisible(line is not None)
        hint = fitting_hint(row)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self._longest.setVisible(bool(hint) and row.verdict.longest_context >= 256)
        self._reset.setEnabled(row.changes != LoadChanges())

    def _show_settings(self, row: ModelRow) -> None:
        load = row.load
        widgets = (self._context, self._gpu, self._threads, self._flash, self._kv, self._batch, self._mmap)
        blockers = [QSignalBlocker(widget) for widget in widgets]
        self._context.setRange(64, row.model.context_length or _LONGEST)
        self._context.setValue(load.context_length)
        self._gpu.setValue(load.gpu_layers)
        self._threads.setValue(load.threads)
        self._flash.setCurrentIndex(self._flash.findData(load.flash_attention))
        self._kv.setCurrentIndex(self._kv.findData(load.kv_type))
        self._batch.setValue(load.batch)
        self._mmap.setChecked(load.mmap)
        del blockers

    def _build_widgets(self) -> None:
        self._title = QLabel(self.tr("How it is loaded"), self)
        set_role(self._title, "field")
        self._context = self._number("model_context_length", self.tr("Context length"), 64, _LONGEST, 256)
        self._context.setSuffix(self.tr(" tokens"))
        self._gpu = self._number("model_gpu_layers", self.tr("GPU layers"), -1, 1000, 1)
        self._gpu.setSpecialValueText(self.tr("automatic"))
        self._threads = self._number("model_threads", self.tr("Threads"), 0, 256, 1)
        self._threads.setSpecialValueText(self.tr("automatic"))
        self._batch = self._number("model_batch", self.tr("Batch"), 32, 4096, 32)
        self._flash = self._choice("model_flash_attention", self.tr("Flash attention"))
        for text, value in ((self.tr("automatic"), None), (self.tr("on"), True), (self.tr("off"), False)):
            self._flash.addItem(text, value)
        self._kv = self._choice("model_kv_type", self.tr("Cache"))
        for kind in KvType:
            self._kv.addItem(KV_IN_WORDS[kind], kind)
        self._kv.setToolTip(self.tr("How keys and values are stored. The smaller ones need flash attention."))
        self._mmap = QCheckBox(self.tr("Map large files"), self)
        self._mmap.setObjectName("model_mmap")
        self._mmap.setAccessibleName(self.tr("Map large files into memory"))
        self._mmap.setToolTip(self.tr("Files above 1 GB are mapped instead of read: faster to load."))
        self._reset = named_button(self, "reset_model_loading", self.tr("As in the preferences"), "quiet")
        self._longest = named_button(self, "use_longest_context", self.tr("Use the longest that fits"), "quiet")
        self._hint = QLabel(self)
        self._hint.setObjectName("model_fit_hint")
        self._hint.setWordWrap(True)
        set_role(self._hint, "muted")
        self._lines = [(QLabel(self), QLabel(self), QLabel(self)) for _ in (*_PARTS, *range(_MOST_PLACES))]
        for what, size, about in self._lines:
            set_role(what, "muted")
            set_role(about, "muted")
            size.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            about.setWordWrap(True)
            for label in (what, size, about):
                label.setTextFormat(Qt.TextFormat.PlainText)
        names = (*_PARTS, *(f"place_{number}" for number in range(_MOST_PLACES)))
        for part, (_, size, about) in zip(names, self._lines, strict=True):
            size.setObjectName(f"memory_{part}")
            about.setObjectName(f"memory_{part}_about")
        together = self._lines[len(_PARTS) - 1]
        set_role(together[0], "")
        set_role(together[1], "field")

    def _number(self, name: str, accessible: str, low: int, high: int, step: int) -> QSpinBox:
        box = QSpinBox(self)
        box.setRange(low, high)
        box.setSingleStep(step)
        box.setKeyboardTracking(False)
        return self._named(box, name, accessible)

    def _choice(self, name: str, accessible: str) -> QComboBox:
        box = QComboBox(self)
        return self._named(box, name, accessible)

    def _named(self, widget: W, name: str, accessible: str) -> W:
        widget.setObjectName(name)
        widget.setAccessibleName(accessible)
        return widget

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._reset)
        sum_ = QGridLayout()
        sum_.setHorizontalSpacing(12)
        sum_.setVerticalSpacing(3)
        sum_.setColumnStretch(2, 1)
        for number, labels in enumerate(self._lines):
            for place, label in enumerate(labels):
                sum_.addWidget(label, number, place)
        hint = QHBoxLayout()
        hint.addWidget(self._hint, 1)
        hint.addWidget(self._longest)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addLayout(sum_)
        column.addLayout(hint)
        column.addLayout(self._form())
        column.addStretch(1)

    def _form(self) -> QHBoxLayout:
        memory = self._column(
            (self.tr("Context"), self._context), (self.tr("Cache"), self._kv), (self.tr("Batch"), self._batch)
        )
        memory.addRow("", self._mmap)
        speed = self._column(
            (self.tr("GPU layers"), self._gpu),
            (self.tr("Threads"), self._threads),
            (self.tr("Flash attention"), self._flash),
        )
        both = QHBoxLayout()
        both.setSpacing(24)
        both.addLayout(memory)
        both.addLayout(speed)
        both.addStretch(1)
        return both

    def _column(self, *rows: tuple[str, QWidget]) -> QFormLayout:
        form = QFormLayout()
        form.setHorizontalSpacing(10)
        form.setVerticalSpacing(6)
        for text, widget in rows:
            label = QLabel(text, self)
            set_role(label, "muted")
            label.setBuddy(widget)
            form.addRow(label, widget)
        return form

    def _connect(self) -> None:
        self._context.valueChanged.connect(self._on_context)
        self._gpu.valueChanged.connect(self._on_gpu)
        self._threads.valueChanged.connect(self._on_threads)
        self._batch.valueChanged.connect(self._on_batch)
        self._flash.activated.connect(self._on_flash)
        self._kv.activated.connect(self._on_kv)
        self._mmap.clicked.connect(self._on_mmap)
        self._reset.clicked.connect(self.reset_requested)
        self._longest.clicked.connect(self.longest_requested)

    @Slot(int)
    def _on_context(self, value: int) -> None:
        self.changed.emit("context_length", value)

    @Slot(int)
    def _on_gpu(self, value: int) -> None:
        self.changed.emit("gpu_layers", value)

    @Slot(int)
    def _on_threads(self, value: int) -> None:
        self.changed.emit("threads", value)

    @Slot(int)
    def _on_batch(self, value: int) -> None:
        self.changed.emit("batch", value)

    @Slot()
    def _on_flash(self) -> None:
        self.changed.emit("flash_attention", self._flash.currentData())

    @Slot()
    def _on_kv(self) -> None:
        self.changed.emit("kv_type", self._kv.currentData())

    @Slot(bool)
    def _on_mmap(self, value: bool) -> None:
        self.changed.emit("mmap", value)
