"""What is compared."""

from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from workbench.rag.evaluation.measurement_store import MeasurementEntry
from workbench.rag.evaluation.types import Measure
from workbench.rag.search_types import RetrievalMode
from workbench.settings import ChunkerKind
from workbench.ui import icons
from workbench.ui.documents.measure_state import MeasureState
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.wrapping_row import WrappingRow


class SetUpForm(QFrame):
    changed = Signal(str, object)
    """A field of `SetUp` and its value."""
    start_requested = Signal()
    history_requested = Signal(int)
    drop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history_entries: tuple[MeasurementEntry, ...] = ()
        self._embedders: dict[str, QCheckBox] = {}
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: MeasureState) -> None:
        setup = state.setup
        if self._sizes.text() != setup.sizes:
            with QSignalBlocker(self._sizes):
                self._sizes.setText(setup.sizes)
        for mode, box in self._modes.items():
            with QSignalBlocker(box):
                box.setChecked(mode in setup.modes)
        for kind, box in self._chunkers.items():
            with QSignalBlocker(box):
                box.setChecked(kind in setup.chunkers)
        with QSignalBlocker(self._rerank), QSignalBlocker(self._k), QSignalBlocker(self._measure):
            self._rerank.setChecked(setup.rerank)
            self._k.setValue(setup.k)
            self._measure.setCurrentIndex(self._measure.findData(setup.measure.value))
        self._show_embedders(state)
        self._start.setEnabled(not state.not_ready and state.running is None)
        self._start.setText(self.tr("Go on") if state.is_unfinished else self.tr("Measure"))
        self._reason.setText(state.not_ready)
        self._history_entries = state.history
        self._history.setEnabled(bool(state.history))
        self._drop.setVisible(state.measured_indexes > 0 and state.running is None)
        self._drop.setText(self.tr("Remove {} measured index(es)").format(state.measured_indexes))
        for part in (
            self._sizes,
            self._rerank,
            self._k,
            self._measure,
            *self._modes.values(),
            *self._chunkers.values(),
        ):
            part.setEnabled(state.running is None)

    def _show_embedders(self, state: MeasureState) -> None:
        known = {one.identity: one.name for one in state.tuned}
        if set(known) != set(self._embedders):
            for box in self._embedders.values():
                self._embedder_row.removeWidget(box)
                box.deleteLater()
            self._embedders = {}
            for identity, name in known.items():
                box = QCheckBox(name, self)
                box.setObjectName(f"measure_embedder_{identity[:8]}")
                box.toggled.connect(partial(self._on_embedder, identity))
                self._embedders[identity] = box
                self._embedder_row.addWidget(box)
        for identity, box in self._embedders.items():
            with QSignalBlocker(box):
                box.setChecked(identity in state.setup.embedders)
        self._embedder_label.setVisible(bool(known))

    def _build_widgets(self) -> None:
        self.setObjectName("measure_setup")
        set_role(self, "panel")
        self._sizes = QLineEdit(self)
        self._sizes.setObjectName("measure_sizes")
        self._sizes.setAccessibleName(self.tr("Chunk sizes in tokens"))
        self._sizes.setPlaceholderText(self.tr("as now; or sizes like 60, 120, 240"))
        self._chunkers = {}
        for kind, text in (
            (ChunkerKind.STRUCTURE, self.tr("By structure")),
            (ChunkerKind.TOKENS, self.tr("By tokens")),
            (ChunkerKind.CHARACTERS, self.tr("By characters")),
        ):
            box = QCheckBox(text, self)
            box.setObjectName(f"measure_chunker_{kind.value}")
            box.setToolTip(self.tr("Nothing ticked: as it is cut now"))
            box.toggled.connect(partial(self._on_chunker, kind))
            self._chunkers[kind] = box
        self._modes = {}
        for mode, text in (
            (RetrievalMode.HYBRID, self.tr("Meaning and words")),
            (RetrievalMode.VECTOR, self.tr("Meaning")),
            (RetrievalMode.TEXT, self.tr("Words")),
        ):
            box = QCheckBox(text, self)
            box.setObjectName(f"measure_mode_{mode.value}")
            box.toggled.connect(partial(self._on_mode, mode))
            self._modes[mode] = box
        self._rerank = QCheckBox(self.tr("Also reranked by a local cross-encoder"), self)
        self._rerank.setObjectName("measure_rerank")
        self._k = QSpinBox(self)
        self._k.setObjectName("measure_k")
        self._k.setAccessibleName(self.tr("How many passages count"))
        self._k.setRange(1, 100)
        self._k.setPrefix(self.tr("the first "))
        self._measure = QComboBox(self)
        self._measure.setObjectName("measure_measure")
        self._measure.setAccessibleName(self.tr("What decides"))
        for measure, text in (
            (Measure.NDCG, self.tr("how high all that is relevant stands (nDCG)")),
            (Measure.RECALL, self.tr("how much of it is found at all (recall)")),
            (Measure.MRR, self.tr("how high the first of it stands (MRR)")),
        ):
            self._measure.addItem(text, measure.value)
        self._start = QPushButton(self.tr("Measure"), self)
        self._start.setObjectName("measure_start")
        set_role(self._start, "primary")
        icons.set_icon(self._start, "play", "on_accent", 14)
        self._history = named_button(
            self, "measure_history", self.tr("Earlier"), spoken=self.tr("Earlier measurements")
        )
        self._drop = QPushButton(self)
        self._drop.setObjectName("measure_drop")
        self._drop.setToolTip(self.tr("They were built only to be measured; the space is free again."))
        set_role(self._drop, "quiet")
        self._reason = QLabel(self)
        self._reason.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self._reason, "muted")
        self._embedder_label = QLabel(self.tr("Tuned embedders"), self)
        self._embedder_row = QHBoxLayout()

    def _build_layout(self) -> None:
        modes = WrappingRow([*self._modes.values(), self._rerank], spacing=16)
        counts = WrappingRow([self._k, self._measure])
        self._embedder_row.setSpacing(16)
        embedders = QHBoxLayout()
        embedders.addLayout(self._embedder_row)
        embedders.addStretch(1)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        sizes = WrappingRow([self._sizes, *self._chunkers.values()], spacing=16)
        rows = ((self.tr("Chunks of"), sizes), (self.tr("Searched by"), modes), (self.tr("What counts"), counts))
        for row, (text, layout) in enumerate(rows):
            grid.addWidget(QLabel(text, self), row, 0)
            grid.addLayout(layout, row, 1)
        grid.addWidget(self._embedder_label, 3, 0)
        grid.addLayout(embedders, 3, 1)
        grid.setColumnStretch(1, 1)
        foot = QHBoxLayout()
        foot.addWidget(self._history)
        foot.addWidget(self._drop)
        foot.addWidget(self._reason, 1, Qt.AlignmentFlag.AlignRight)
        foot.addWidget(self._start)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(8)
        column.addLayout(grid)
        column.addLayout(foot)

    def _connect(self) -> None:
        self._sizes.textEdited.connect(lambda text: self.changed.emit("sizes", text))
        self._rerank.toggled.connect(lambda is_on: self.changed.emit("rerank", is_on))
        self._k.valueChanged.connect(lambda value: self.changed.emit("k", value))
        self._measure.activated.connect(
            lambda number: self.changed.emit("measure", Measure(self._measure.itemData(number)))
        )
        self._start.clicked.connect(self.start_requested)
        self._history.clicked.connect(self._on_history)
        self._drop.clicked.connect(self.drop_requested)

    def _on_chunker(self, kind: ChunkerKind, is_on: bool) -> None:
        self.changed.emit("chunker", (kind, is_on))

    def _on_mode(self, mode: RetrievalMode, is_on: bool) -> None:
        self.changed.emit("mode", (mode, is_on))

    def _on_embedder(self, identity: str, is_on: bool) -> None:
        self.changed.emit("embedder", (identity, is_on))

    @Slot()
    def _on_history(self) -> None:
        menu = QMenu(self)
        menu.setObjectName("measure_history_menu")
        for entry in self._history_entries[:30]:
            text = f"{entry.created[:16].replace('T', ' ')} · {entry.test_set} · {entry.sentence[:70]}"
            menu.addAction(text.replace("&", "&&"), partial(self.history_requested.emit, entry.id))
        menu.popup(self._history.mapToGlobal(self._history.rect().bottomLeft()))
