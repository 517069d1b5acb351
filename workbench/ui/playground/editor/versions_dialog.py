"""All versions of a prompt: what changed between any two, their names and notes; open one or branch off from it."""

import datetime

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from workbench.playground.types import PromptVersion
from workbench.ui.playground.editor.diff_view import DiffView
from workbench.ui.playground.editor.state import EditorState
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable

NOTE_AFTER_MS = 700

_COLUMNS: tuple[Column[PromptVersion], ...] = (
    Column("Version", lambda version: version.label, tooltip=lambda version: version.note, stretch=True),
    Column("Saved", lambda version: _when(version.created), ink=lambda version: "muted"),
)


class VersionsDialog(QDialog):
    compared = Signal(str, str)
    """Ids: the older and the newer one."""
    open_requested = Signal(str)
    branch_requested = Signal(str)
    renamed = Signal(str, str)
    note_written = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._versions: tuple[PromptVersion, ...] = ()
        self._model = RecordTableModel(_COLUMNS, key=lambda version: version.id)
        self._version: PromptVersion | None = None
        self._build_widgets()
        self._build_layout()
        self._connect()

    def begin(self) -> None:
        """It is opened: the version at hand is selected."""
        if self._version is None and self._versions:
            self._table.selectRow(0)
        self._table.setFocus()

    def show_state(self, state: EditorState) -> None:
        self.setWindowTitle(self.tr("Versions of “{}”").format(state.draft.prompt_name))
        self._diff.show_difference(state.difference)  # first: what follows may ask for another one
        if state.versions != self._versions:
            selected = self._version.id if self._version is not None else ""
            self._versions = state.versions
            self._model.show(state.versions)
            self._show_version(next((version for version in state.versions if version.id == selected), None))
            if self._version is None and state.versions:
                self._table.selectRow(0)

    def _show_version(self, version: PromptVersion | None) -> None:
        self._write_note()
        before, self._version = self._version, version
        self._side.setEnabled(version is not None)
        if version is None:
            return
        is_other = before is None or before.id != version.id
        if is_other or version.name != self._name.text():
            self._name.setText(version.name)
        if (is_other or not self._note.hasFocus()) and version.note != self._note.toPlainText():
            with QSignalBlocker(self._note):
                self._note.setPlainText(version.note)
        if is_other:
            self._fill_others(version)
            self._compare()

    def _fill_others(self, version: PromptVersion) -> None:
        """Compared with the one it was made from, until the user chooses another."""
        others = [other for other in self._versions if other.id != version.id]
        with QSignalBlocker(self._other):
            self._other.clear()
            for other in others:
                self._other.addItem(other.label, other.id)
            at = self._other.findData(version.parent_id)
            if at < 0:
                older = [number for number, other in enumerate(others) if other.number < version.number]
                at = older[0] if older else 0
            self._other.setCurrentIndex(at)
        self._other.setEnabled(bool(others))

    # -- building -----------------------------------------------------------------------------------------------------

    def _build_widgets(self) -> None:
        self.setObjectName("versions_dialog")
        self.resize(860, 560)
        self._table = RecordTable(self._model, self.tr("No version yet: every run saves one."), self)
        self._table.setObjectName("versions_table")
        self._table.setAccessibleName(self.tr("Versions, the newest first"))
        self._side = QWidget(self)
        self._name = QLineEdit(self._side)
        self._name.setObjectName("version_name")
        self._name.setAccessibleName(self.tr("Name of the version"))
        self._name.setPlaceholderText(self.tr("none"))
        self._name.setMaxLength(120)
        self._note = QPlainTextEdit(self._side)
        self._note.setObjectName("version_note")
        self._note.setAccessibleName(self.tr("Note"))
        self._note.setPlaceholderText(self.tr("What this one tries"))
        self._note.setTabChangesFocus(True)
        self._note.setFixedHeight(62)
        self._soon = QTimer(self, singleShot=True, interval=NOTE_AFTER_MS)
        self._other = QComboBox(self._side)
        self._other.setObjectName("version_other")
        self._other.setAccessibleName(self.tr("Compared with"))
        self._other.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._other.setMinimumContentsLength(10)
        self._diff = DiffView(self._side)
        self._open = named_button(self, "version_open", self.tr("Open in the editor"), "primary")
        self._branch = named_button(self, "version_branch", self.tr("Branch off…"))
        self._close = named_button(self, "versions_close", self.tr("Close"))

    def _build_layout(self) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.tr("Name"), self._name)
        form.addRow(self.tr("Note"), self._note)
        form.addRow(self.tr("Changes since"), self._other)
        side = QVBoxLayout(self._side)
        side.setContentsMargins(8, 0, 0, 0)
        side.addLayout(form)
        side.addWidget(self._diff, 1)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.setObjectName("versions_split")
        split.addWidget(self._table)
        split.addWidget(self._side)
        split.setChildrenCollapsible(False)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        split.setSizes([320, 520])
        buttons = QHBoxLayout()
        buttons.addWidget(self._open)
        buttons.addWidget(self._branch)
        buttons.addStretch(1)
        buttons.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(12)
        column.addWidget(split, 1)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self._table.selection_moved.connect(self._on_selected)
        self._table.record_activated.connect(self._on_open)
        self._other.activated.connect(self._compare)
        self._name.editingFinished.connect(self._on_name)
        self._note.textChanged.connect(self._soon.start)
        self._soon.timeout.connect(self._on_soon)
        self.finished.connect(self._write_note)
        self._open.clicked.connect(self._on_open)
        self._branch.clicked.connect(self._on_branch)
        self._close.clicked.connect(self.close)

    @Slot(object)
    def _on_selected(self, version: PromptVersion | None) -> None:
        self._show_version(version)

    @Slot()
    def _compare(self) -> None:
        if self._version is not None:
            self.compared.emit(str(self._other.currentData() or ""), self._version.id)

    @Slot()
    def _on_name(self) -> None:
        if self._version is not None and self._name.text().strip() != self._version.name:
            self.renamed.emit(self._version.id, self._name.text())

    @Slot()
    def _write_note(self) -> None:
        """A moment after the last letter, and before anything else is shown: every writing waits for the disk."""
        if self._soon.isActive() and self._version is not None:
            self._soon.stop()
            self.note_written.emit(self._version.id, self._note.toPlainText())

    @Slot()
    def _on_soon(self) -> None:
        if self._version is not None:
            self.note_written.emit(self._version.id, self._note.toPlainText())

    @Slot()
    def _on_open(self) -> None:
        if self._version is not None:
            self.open_requested.emit(self._version.id)

    @Slot()
    def _on_branch(self) -> None:
        if self._version is not None:
            self.branch_requested.emit(self._version.id)


def _when(created: str) -> str:
    """Day and minute where the user is; as it stands where it is no date."""
    try:
        moment = datetime.datetime.fromisoformat(created)
    except ValueError:
        return created
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")
