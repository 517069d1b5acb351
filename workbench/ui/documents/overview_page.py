"""The selected collection as a whole: how it is and what mends it, its folders, its indexes."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from workbench.rag.health import Health, Remedy
from workbench.ui.documents.indexes_panel import IndexesPanel
from workbench.ui.documents.rebuild_form import RebuildForm
from workbench.ui.documents.sources_panel import SourcesPanel
from workbench.ui.documents.state import DocumentsState
from workbench.ui.documents.when import ago
from workbench.ui.sizes import in_words
from workbench.ui.theme import set_role

_ROLES = {
    Health.HEALTHY: "badge-good",
    Health.BUILDING: "badge",
    Health.REPAIRING: "badge",
    Health.DAMAGED: "badge-bad",
    Health.FOLDER_MISSING: "badge-warn",
    Health.NEEDS_REBUILD: "badge-bad",
    Health.OUTDATED: "badge",
}


class OverviewPage(QWidget):
    restore_requested = Signal()
    look_again_requested = Signal()
    read_again_requested = Signal()
    embedders_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._remedy = Remedy.NONE
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_tab(self, state: DocumentsState) -> None:
        collection = state.collection
        self._area.setVisible(collection is not None)
        if collection is None:
            return
        verdict = state.verdict(collection)
        set_role(self._badge, _ROLES[verdict.health])
        self._badge.setText(verdict.health.value[:1].upper() + verdict.health.value[1:])
        self._sentence.setText(verdict.sentence)
        self._remedy = verdict.remedy
        words = {
            Remedy.NONE: "",
            Remedy.RESTORE: self.tr("Restore the index"),
            Remedy.REBUILD: self.tr("Choose another embedder"),
            Remedy.LOOK_AGAIN: self.tr("Look again"),
            Remedy.READ_AGAIN: self.tr("Read them again"),
        }
        self._mend.setText(words[verdict.remedy])
        self._mend.setAccessibleName(words[verdict.remedy])
        self._mend.setVisible(verdict.remedy is not Remedy.NONE)
        self._show_facts(state)
        self.sources.show_state(state)
        self.indexes.show_state(state)
        self.rebuild.show_state(state)

    def _show_facts(self, state: DocumentsState) -> None:
        collection = state.collection
        assert collection is not None
        condition = state.conditions.get(collection.name)
        embedder = collection.embedder
        facts = {
            "documents": f"{collection.documents:,}",
            "unread": f"{collection.failed:,}",
            "characters": f"{state.totals.characters:,}",
            "size": in_words(condition.size_bytes) if condition else "…",
            "synced": f"{ago(collection.last_sync.at)}: {collection.last_sync}" if collection.last_sync else "never",
            "embedder": embedder.name,
            "language": collection.language.value if collection.language.value != "none" else self.tr("none"),
            "created": ago(collection.created),
        }
        for name, text in facts.items():
            self._facts[name].setText(text)
        self._facts["embedder"].setToolTip(
            self.tr("{}\n{} numbers, {}, at most {} tokens\nIts files: {}").format(
                embedder.path, embedder.dimension, embedder.precision.value, embedder.max_tokens, embedder.content_hash
            )
        )

    def _build_widgets(self) -> None:
        self._area = QScrollArea(self)
        self._area.setObjectName("overview")
        self._area.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._inside = QWidget()
        self._area.setWidget(self._inside)
        self._health = QFrame(self._inside)
        set_role(self._health, "panel")
        self._badge, self._sentence = QLabel(self._health), QLabel(self._health)
        self._badge.setObjectName("health")
        set_role(self._badge, "badge")
        self._sentence.setObjectName("health_sentence")
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._sentence.setWordWrap(True)
        self._mend = QPushButton(self._health)
        self._mend.setObjectName("mend")
        set_role(self._mend, "primary")
        self._labels = {
            "documents": self.tr("Documents"),
            "unread": self.tr("Could not be read"),
            "characters": self.tr("Characters"),
            "size": self.tr("On disk"),
            "synced": self.tr("Last looked at"),
            "embedder": self.tr("Embedder"),
            "language": self.tr("Language"),
            "created": self.tr("Made"),
        }
        self._facts = {name: QLabel(self._inside) for name in self._labels}
        for name, label in self._facts.items():
            label.setObjectName(f"fact_{name}")
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.sources = SourcesPanel(self._inside)
        self.indexes = IndexesPanel(self._inside)
        self.rebuild = RebuildForm(self._inside)

    def _build_layout(self) -> None:
        health = QHBoxLayout(self._health)
        health.setContentsMargins(14, 10, 12, 10)
        health.setSpacing(12)
        health.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignVCenter)
        health.addWidget(self._sentence, 1)
        health.addWidget(self._mend)
        facts = QGridLayout()
        facts.setHorizontalSpacing(14)
        facts.setVerticalSpacing(5)
        half = (len(self._labels) + 1) // 2
        for number, (name, text) in enumerate(self._labels.items()):
            row, left = number % half, 2 * (number // half)
            label = QLabel(text, self._inside)
            set_role(label, "muted")
            facts.addWidget(label, row, left)
            facts.addWidget(self._facts[name], row, left + 1)
        facts.setColumnStretch(1, 1)
        facts.setColumnStretch(3, 2)
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(0, 10, 8, 10)
        column.setSpacing(14)
        column.addWidget(self._health)
        column.addLayout(facts)
        column.addWidget(self.sources)
        column.addWidget(self.indexes)
        column.addWidget(self.rebuild)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._area)

    def _connect(self) -> None:
        self._mend.clicked.connect(self._on_mend)
        self.indexes.rebuild_requested.connect(self._show_form)
        self.rebuild.left.connect(self.rebuild.hide)

    def _on_mend(self) -> None:
        match self._remedy:
            case Remedy.RESTORE:
                self.restore_requested.emit()
            case Remedy.LOOK_AGAIN:
                self.look_again_requested.emit()
            case Remedy.READ_AGAIN:
                self.read_again_requested.emit()
            case Remedy.REBUILD:
                self._show_form()
            case Remedy.NONE:
                pass

    def _show_form(self) -> None:
        self.embedders_wanted.emit()
        self.rebuild.begin()
        self._area.ensureWidgetVisible(self.rebuild)
