"""Where is my data: the one folder, what is in it, how big each part is, and how much room is left."""

import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.paths import WorkbenchPaths
from workbench.ui.sizes import in_words, size_of
from workbench.ui.theme import set_role
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the data folder."""

    title: str
    path: Path
    size: int | None = None
    """In bytes; None while it is being counted."""


def parts_of(paths: WorkbenchPaths) -> tuple[Part, ...]:
    return (
        Part("Database (documents' text, prompts, results)", paths.database),
        Part("Document indexes", paths.collections),
        Part("Adapters", paths.adapters),
        Part("Models made or downloaded here", paths.models),
        Part("Training runs", paths.runs),
        Part("Opened sample projects", paths.projects),
        Part("Logs", paths.logs),
        Part("Cache (can be deleted)", paths.cache),
    )


class DataFolderDialog(QDialog):
    """Sizes are counted on a thread; `post` brings them to the UI thread."""

    def __init__(
        self, paths: WorkbenchPaths, post: Callable[[Callable[[], None]], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._paths = paths
        self._post = post
        self._parts = parts_of(paths)
        self._is_open = True
        self.setObjectName("data_folder_dialog")
        self.setWindowTitle(self.tr("Where is my data"))
        self.resize(660, 470)
        self._build_widgets()
        self._build_layout()
        self._connect()
        threading.Thread(target=self._count, name="count-data-folder", daemon=True).start()

    def done(self, result: int) -> None:
        self._is_open = False
        super().done(result)

    def _build_widgets(self) -> None:
        self._words = QLabel(
            self.tr(
                "Everything that this program keeps is in this folder. Copy it to have a backup; name another one in "
                "WORKBENCH_HOME to work elsewhere. Documents and models that you added stay where they are."
            ),
            self,
        )
        self._words.setWordWrap(True)
        self._place = ElidedLabel(str(self._paths.home), Qt.TextElideMode.ElideMiddle, self)
        self._place.setObjectName("data_folder_path")
        set_role(self._place, "number")
        self._model: RecordTableModel[Part] = RecordTableModel(
            [
                Column(self.tr("What"), lambda part: part.title, stretch=True),
                Column(self.tr("Size"), lambda part: "…" if part.size is None else in_words(part.size), True),
            ],
            key=lambda part: part.path,
        )
        self._model.show(self._parts)
        self._table = RecordTable(self._model)
        self._table.setObjectName("data_folder_parts")
        self._table.setAccessibleName(self.tr("Parts of the data folder"))
        self._free = QLabel(self)
        set_role(self._free, "muted")
        self._copy = QPushButton(self.tr("Copy path"), self)
        self._copy.setObjectName("data_folder_copy")
        self._open = QPushButton(self.tr("Open folder"), self)
        self._open.setObjectName("data_folder_open")
        set_role(self._open, "primary")
        self._close = QPushButton(self.tr("Close"), self)
        self._close.setDefault(True)
        self._close.setFocus()

    def _build_layout(self) -> None:
        bottom = QHBoxLayout()
        bottom.addWidget(self._free, 1)
        for button in (self._copy, self._open, self._close):
            bottom.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(self._place)
        column.addWidget(self._words)
        column.addWidget(self._table, 1)
        column.addLayout(bottom)

    def _connect(self) -> None:
        self._copy.clicked.connect(self._on_copy)
        self._open.clicked.connect(self._on_open)
        self._close.clicked.connect(self.reject)

    def _count(self) -> None:
        counted = tuple(Part(part.title, part.path, size_of(part.path)) for part in self._parts)
        free = shutil.disk_usage(self._paths.home).free
        self._post(lambda: self._show_sizes(counted, free))

    def _show_sizes(self, parts: tuple[Part, ...], free: int) -> None:
        if not self._is_open:
            return
        self._model.show(parts)
        total = sum(part.size or 0 for part in parts)
        self._free.setText(self.tr("{} in all, {} free on this disk").format(in_words(total), in_words(free)))

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(str(self._paths.home))
        self._copy.setText(self.tr("Copied"))

    @Slot()
    def _on_open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._paths.home)))
