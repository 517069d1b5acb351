"""F1: what the program is for, which keys there are, and where things are kept."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

import workbench
from workbench.ui.command_palette import title_of
from workbench.ui.theme import set_role
from workbench.ui.widgets.elided_label import ElidedLabel


class HelpDialog(QDialog):
    """The shortcuts are read from the actions, so that they are never out of date."""

    data_folder_requested = Signal()

    def __init__(self, actions: Sequence[QAction], home: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("help_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Help"))
        self.resize(620, 660)
        self._build_widgets(actions, home)
        self._build_layout()
        self._close.clicked.connect(self.close)
        self._folder.clicked.connect(self.data_folder_requested)

    def _build_widgets(self, actions: Sequence[QAction], home: Path) -> None:
        self._title = QLabel(self.tr("Prompt, retrieve, fine-tune, or combine?"), self)
        set_role(self._title, "subtitle")
        self._words = QLabel(
            self.tr(
                "Open a sample project on Home, or bring your own documents and questions. Documents answers with "
                "citations, Data and Fine-tune make an adapter, Compare measures all ways side by side and says which "
                "to choose. Everything stays on this computer, unless you ask a model on a server."
            ),
            self,
        )
        self._words.setWordWrap(True)
        self._keys_title = QLabel(self.tr("Keys, those of the tab in front first"), self)
        set_role(self._keys_title, "subtitle")
        self._keys = _table_of_keys([action for action in actions if not action.shortcut().isEmpty()], self)
        self._place = ElidedLabel(str(home), Qt.TextElideMode.ElideMiddle, self)
        set_role(self._place, "muted")
        self._version = QLabel(self.tr("LLM Workbench {}").format(workbench.__version__), self)
        set_role(self._version, "small")
        self._folder = QPushButton(self.tr("Where is my data"), self)
        self._folder.setObjectName("help_data_folder")
        self._close = QPushButton(self.tr("Close"), self)
        self._close.setObjectName("help_close")
        self._close.setDefault(True)

    def _build_layout(self) -> None:
        area = QScrollArea(self)
        area.setAccessibleName(self.tr("Keys"))
        area.setWidgetResizable(True)
        area.setWidget(self._keys)
        place = QHBoxLayout()
        place.addWidget(self._place, 1)
        place.addWidget(self._folder)
        bottom = QHBoxLayout()
        bottom.addWidget(self._version, 1)
        bottom.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(self._title)
        column.addWidget(self._words)
        column.addWidget(self._keys_title)
        column.addWidget(area, 1)
        column.addLayout(place)
        column.addLayout(bottom)


def _table_of_keys(actions: Sequence[QAction], parent: QWidget) -> QWidget:
    inside = QWidget(parent)
    grid = QGridLayout(inside)
    grid.setContentsMargins(0, 0, 8, 0)
    grid.setVerticalSpacing(6)
    grid.setHorizontalSpacing(14)
    grid.setColumnStretch(1, 1)
    for row, action in enumerate(actions):
        label = QLabel(action.shortcut().toString(QKeySequence.SequenceFormat.NativeText), inside)
        set_role(label, "key")
        grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(QLabel(title_of(action), inside), row, 1)
    grid.setRowStretch(len(actions), 1)
    return inside
