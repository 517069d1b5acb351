"""The files and folders of a collection that are watched, with what became of each."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.ui import icons
from workbench.ui.documents.state import DocumentsState
from workbench.ui.documents.when import ago
from workbench.ui.theme import set_role
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.file_dialogs import FOLDER, OpenDialog
from workbench.ui.widgets.named_button import named_button


class SourcesPanel(QWidget):
    paths_chosen = Signal(list)
    sync_requested = Signal()
    stop_requested = Signal(object)
    """The `Path` that is not to be watched any more."""
    shown_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[tuple[Path, str, bool], ...] | None = None
        self._drawn: list[QWidget] = []
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: DocumentsState) -> None:
        collection = state.collection
        if collection is None:
            return
        condition = state.conditions.get(collection.name)
        missing = set(condition.missing) if condition else set()
        lines = tuple((path, ago(collection.synced_at.get(path, "")), path in missing) for path in collection.sources)
        if lines == self._shown:
            return
        self._shown = lines
        for line in self._drawn:
            line.setParent(None)
            line.deleteLater()
        self._drawn = [self._line(*line) for line in lines]
        for drawn in self._drawn:
            self._lines.addWidget(drawn)
            drawn.show()  # at once; the layout would do it later
        self._nothing.setVisible(not lines)
        self._sync.setVisible(bool(lines))

    def _line(self, path: Path, looked: str, is_missing: bool) -> QWidget:
        line = QWidget(self)
        icon, name, when = QLabel(line), ElidedLabel(str(path), Qt.TextElideMode.ElideMiddle, line), QLabel(line)
        icons.set_icon(icon, "warning" if is_missing else "folder", "warn" if is_missing else "muted", 16)
        name.setObjectName("source")
        name.setToolTip(str(path))
        words = self.tr("not there") if is_missing else (self.tr("looked at {}").format(looked) if looked else "")
        when.setText(words)
        set_role(when, "error" if is_missing else "small")
        stop = named_button(
            line,
            "stop_watching",
            self.tr("Stop watching"),
            "quiet",
            spoken=self.tr("Stop watching {}").format(path.name),
        )
        stop.setToolTip(self.tr("Its documents stay in the collection as they are"))
        stop.clicked.connect(lambda: self.stop_requested.emit(path))
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(icon)
        row.addWidget(name, 1)
        row.addWidget(when)
        row.addWidget(stop)
        return line

    def _build_widgets(self) -> None:
        self._title = QLabel(self.tr("Watched files and folders"), self)
        set_role(self._title, "subtitle")
        self._nothing = QLabel(
            self.tr(
                "Nothing is watched: what changes on the disk does not change here. Add a folder to keep it in sync."
            ),
            self,
        )
        self._nothing.setTextFormat(Qt.TextFormat.PlainText)
        self._nothing.setWordWrap(True)
        set_role(self._nothing, "muted")
        self._add = named_button(self, "add_folder", self.tr("Add a folder"), "quiet", icon="plus")
        self._sync = named_button(self, "sync_sources", self.tr("Look again"), "quiet", icon="refresh")
        self._holder = QWidget(self)

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._sync)
        head.addWidget(self._add)
        self._lines = QVBoxLayout(self._holder)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._nothing)
        column.addWidget(self._holder)

    def _connect(self) -> None:
        self._add.clicked.connect(self._on_add)
        self._sync.clicked.connect(self.sync_requested)

    @Slot()
    def _on_add(self) -> None:
        dialog = OpenDialog(self, self.tr("Add a folder"), "add_folder_dialog", mode=FOLDER)
        dialog.filesSelected.connect(self.paths_chosen)
        dialog.open()
