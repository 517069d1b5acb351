"""A file on its way to a data set: its format, columns, rows, problems, and the name to save it under."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.ui.data.conversation_view import ConversationView
from workbench.ui.data.mapping_form import MappingForm
from workbench.ui.data.problems_view import ProblemsView
from workbench.ui.data.state import ImportState
from workbench.ui.theme import restyle, set_role
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable
from workbench.ui.widgets.trouble_card import TroubleCard

_CELL_CHARACTERS = 200
_WIDEST_COLUMN = 220
FileRow = tuple[int, int, Mapping[str, str]]
"""Index in the report, row number in the file, the cells."""


class ImportPage(QWidget):
    back_requested = Signal()
    again_requested = Signal()
    other_requested = Signal()
    row_selected = Signal(int)
    left_out = Signal(object, bool)
    mended = Signal(object, bool)
    undo_requested = Signal()
    name_edited = Signal(str)
    save_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_rendering = False
        self._path = ""
        self._is_read = False
        self._columns: tuple[str, ...] = ()
        self._row_model: RecordTableModel[FileRow] | None = None
        self._row_table: RecordTable[FileRow] | None = None
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, importing: ImportState, waiting: int) -> None:
        self._is_rendering = True
        self._file.setText(importing.file_name)
        self._kind.setText(importing.kind_in_words)
        self._waiting.setText(self.tr("{} more to come").format(waiting))
        self._waiting.setVisible(waiting > 0)
        self._warning.setText(importing.warning)
        self._warning.setVisible(bool(importing.warning))
        self._trouble.show_trouble(importing.trouble)
        self._again.setVisible(importing.trouble is not None)
        self._other.setVisible(importing.trouble is not None)
        self._turn_tabs(importing)
        has_report = importing.report is not None
        self.mapping.setVisible(importing.has_rows)
        for part in (self._tabs, self._foot):
            part.setVisible(has_report)
        self._filler.setVisible(not has_report)
        self._show_counts(importing)
        if has_report:
            self.mapping.show_state(importing)
            self._show_rows(importing)
            self._problems.show_state(importing)
            self._show_foot(importing)
        self._is_rendering = False

    def _turn_tabs(self, importing: ImportState) -> None:
        """A new file shows its rows; one of which no row could be read shows why."""
        if importing.path != self._path:
            self._path = importing.path
            self._is_read = False
            self._tabs.setCurrentIndex(0)
        if importing.report is not None and not self._is_read:
            self._is_read = True
            self._tabs.setCurrentIndex(1 if importing.problem_count and not importing.has_rows else 0)

    def _show_counts(self, importing: ImportState) -> None:
        report, found = importing.report, importing.problem_count
        self._count.setVisible(report is not None)
        self._found.setVisible(importing.is_checked)
        if report is None:
            return
        self._count.setText(
            self.tr("1 row") if report.row_count == 1 else self.tr("{:,} rows").format(report.row_count)
        )
        set_role(self._found, "badge-warn" if found else "badge-good")
        words = self.tr("1 problem") if found == 1 else self.tr("{:,} problems").format(found)
        self._found.setText(words if found else self.tr("no problems"))
        self._tabs.setTabText(1, self.tr("Problems ({:,})").format(found) if found else self.tr("Problems"))

    def _show_rows(self, importing: ImportState) -> None:
        report = importing.report
        if report is None:
            return
        if self._row_model is None or report.columns != self._columns:
            self._make_row_table(report.columns)
        assert self._row_model is not None
        assert self._row_table is not None
        rows = zip(range(len(report.rows)), report.numbers, report.rows, strict=False)
        self._row_model.show([*rows])
        self._row_table.select_key(importing.shown_row)
        self._conversation.show_row(importing.shown_conversation, importing.conversation_gap)

    def _show_foot(self, importing: ImportState) -> None:
        if self._name.text() != importing.name:
            self._name.setText(importing.name)
        self._name.setProperty("problem", bool(importing.name_trouble))
        restyle(self._name)
        self._name_trouble.setText(importing.name_trouble)
        self._name_trouble.setVisible(bool(importing.name_trouble))
        rows = importing.usable_rows
        words = self.tr("Save 1 row") if rows == 1 else self.tr("Save {:,} rows").format(rows)
        self._save.setText(words if rows else self.tr("Save"))
        self._save.setEnabled(importing.can_save)

    def _build_widgets(self) -> None:
        self._back = named_button(
            self, "import_back", self.tr("‹ Data sets"), "link", spoken=self.tr("Back to the saved data sets")
        )
        self._file = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle, parent=self)
        self._file.setObjectName("import_file")
        set_role(self._file, "subtitle")
        self._kind = QLabel(self)
        self._kind.setObjectName("import_kind")
        set_role(self._kind, "muted")
        self._count, self._found, self._waiting = QLabel(self), QLabel(self), QLabel(self)
        self._count.setObjectName("import_count")
        self._found.setObjectName("import_found")
        set_role(self._count, "badge")
        set_role(self._found, "badge-good")
        set_role(self._waiting, "badge")
        self._warning = QLabel(self)
        self._warning.setObjectName("import_warning")
        self._warning.setTextFormat(Qt.TextFormat.PlainText)
        self._warning.setWordWrap(True)
        set_role(self._warning, "warn-small")
        self._trouble = TroubleCard("import_trouble", self)
        self._again = named_button(self, "import_again", self.tr("Read again"), spoken=self.tr("Read the file again"))
        self._other = named_button(self, "import_other", self.tr("Other file…"), spoken=self.tr("Choose another file"))
        self.mapping = MappingForm(self)
        self._conversation = ConversationView(self)
        self._split = QSplitter(Qt.Orientation.Horizontal, self)
        self._split.setChildrenCollapsible(False)
        self._problems = ProblemsView(self)
        self._tabs = QTabWidget(self)
        self._tabs.setObjectName("import_tabs")
        self._tabs.setAccessibleName(self.tr("Rows and problems"))
        self._filler = QWidget(self)
        self._build_foot()

    def _build_foot(self) -> None:
        self._foot = QWidget(self)
        self._name = QLineEdit(self._foot)
        self._name.setObjectName("dataset_name")
        self._name.setAccessibleName(self.tr("Name of the data set"))
        self._name.setMaxLength(100)
        self._name_label = QLabel(self.tr("Name"), self._foot)
        self._name_label.setBuddy(self._name)
        self._name_trouble = QLabel(self._foot)
        self._name_trouble.setObjectName("dataset_name_trouble")
        self._name_trouble.setTextFormat(Qt.TextFormat.PlainText)
        self._name_trouble.setWordWrap(True)
        set_role(self._name_trouble, "error")
        self._save = named_button(self, "dataset_save", self.tr("Save"), "primary", spoken=self.tr("Save the data set"))

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._back)
        head.addWidget(self._file, 1)
        for label in (self._kind, self._count, self._found, self._waiting):
            head.addWidget(label)
        again = QHBoxLayout()
        again.addWidget(self._trouble, 1)
        again.addWidget(self._again, 0, Qt.AlignmentFlag.AlignTop)
        again.addWidget(self._other, 0, Qt.AlignmentFlag.AlignTop)
        self._split.addWidget(self._conversation)
        self._tabs.addTab(self._split, self.tr("Rows"))
        self._tabs.addTab(self._problems, self.tr("Problems"))
        foot = QVBoxLayout(self._foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self._name_label)
        row.addWidget(self._name, 1)
        row.addWidget(self._save)
        foot.addLayout(row)
        foot.addWidget(self._name_trouble)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self._warning)
        column.addLayout(again)
        column.addWidget(self.mapping)
        column.addWidget(self._tabs, 1)
        column.addWidget(self._foot)
        column.addWidget(self._filler, 1)

    def _connect(self) -> None:
        self._back.clicked.connect(self.back_requested)
        self._again.clicked.connect(self.again_requested)
        self._other.clicked.connect(self.other_requested)
        self._problems.left_out.connect(self.left_out)
        self._problems.mended.connect(self.mended)
        self._problems.undo_requested.connect(self.undo_requested)
        self._name.textEdited.connect(self.name_edited)
        self._name.returnPressed.connect(self._save.click)
        self._save.clicked.connect(self.save_requested)

    def _make_row_table(self, columns: tuple[str, ...]) -> None:
        """Another file has other columns: a table's columns are fixed, so it is made anew."""
        self._columns = columns
        number: Column[FileRow] = Column("#", lambda row: str(row[1]), align_right=True, sort_key=lambda row: row[1])
        shown = [number, *(_column(name) for name in columns)]
        self._row_model = RecordTableModel[FileRow](shown, key=lambda row: row[0])
        table = RecordTable(self._row_model, self.tr("No row could be read."), self)
        table.setObjectName("import_rows")
        table.setAccessibleName(self.tr("Rows of the file"))
        header = table.horizontalHeader()
        header.setMaximumSectionSize(_WIDEST_COLUMN)
        table.selection_moved.connect(self._on_row_selected)
        if self._row_table is not None:
            self._row_table.setParent(None)
            self._row_table.deleteLater()
        self._row_table = table
        self._split.insertWidget(0, table)
        self._split.setSizes([380, 280])

    @Slot(object)
    def _on_row_selected(self, row: FileRow | None) -> None:
        if not self._is_rendering and row is not None:
            self.row_selected.emit(row[0])


def _column(name: str) -> Column[FileRow]:
    return Column(name, lambda row: _cell(row[2].get(name, "")), tooltip=lambda row: row[2].get(name, "")[:1000])


def _cell(text: str) -> str:
    return " ".join(text[:_CELL_CHARACTERS].split())
