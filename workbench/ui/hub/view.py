"""“Get a model”: a list, what one of it is, its files, and the downloads below."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from workbench.llm.in_words import parameters_in_words, size_in_words
from workbench.ui.hub.download_list import DownloadList
from workbench.ui.hub.state import Entry, FileRow, HubState
from workbench.ui.theme import set_role
from workbench.ui.widgets.clear_button import let_clear
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable
from workbench.ui.widgets.trouble_card import TroubleCard


class HubDialog(QDialog):
    """Beside the window, which stays usable. It can be closed while downloads go on."""

    search_requested = Signal(str)
    recommended_requested = Signal()
    entry_selected = Signal(str)
    files_requested = Signal()
    file_selected = Signal(str)
    download_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_rendering = False
        self.setObjectName("hub_dialog")
        self.setWindowTitle(self.tr("Get a model"))
        self.resize(880, 700)
        self._build_widgets()
        self._build_layout()
        self._connect()

    def is_seen(self) -> bool:
        return self.isVisible()

    def show_state(self, state: HubState) -> None:
        self._is_rendering = True
        self._entries.show(state.entries)
        self._entry_table.select_key(state.selected)
        self._files.show(state.files)
        self._file_table.select_key(state.selected_file)
        self._is_rendering = False
        self._heading.setText(state.heading)
        self._entry_table.set_empty_text("" if state.is_searching else self.tr("No GGUF model of that name was found."))
        self._entry_table.setColumnHidden(2, bool(state.query))
        self._entry_table.setColumnHidden(3, bool(state.query))
        self._entry_table.setColumnHidden(4, not state.query)
        self._search_button.setEnabled(not state.is_searching)
        self._search.setPlaceholderText(self.tr("Search by name; Enter asks {}").format(state.host))
        self._back.setVisible(bool(state.query))
        self._privacy.setText(
            self.tr("Searching, listing files and downloading ask {}, only when you press the button.").format(
                state.host
            )
        )
        self._show_selected(state)
        self._trouble.show_trouble(state.trouble)
        self.downloads.show_rows(state.downloads)

    def _show_selected(self, state: HubState) -> None:
        entry = state.entry
        self._name.setText(entry.title if entry is not None else "")
        self._about.setText("\n".join(part for part in (entry.about, entry.facts) if part) if entry is not None else "")
        self._list_files.setVisible(entry is not None and state.listed is None)
        self._list_files.setEnabled(not state.is_listing)
        is_recommended = entry is not None and entry.recommended is not None
        self._list_files.setText(self.tr("Other files of it…") if is_recommended else self.tr("Show its files"))
        self._list_files.setAccessibleName(self._list_files.text())
        self._file_table.setVisible(bool(state.files))
        self._download.setVisible(is_recommended or bool(state.files))
        self._download.setEnabled(state.can_download)
        size = state.file.choice.size_bytes if state.file is not None else entry.size_bytes if entry is not None else 0
        text = self.tr("Download ({})").format(size_in_words(size)) if size else self.tr("Download")
        self._download.setText(text)
        self._download.setAccessibleName(text)

    # -- widgets ------------------------------------------------------------------------------------------------------

    def _build_widgets(self) -> None:
        self._search = QLineEdit(self)
        self._search.setObjectName("hub_search")
        self._search.setAccessibleName(self.tr("Search models on the hub"))
        let_clear(self._search)
        self._search_button = named_button(self, "hub_search_button", self.tr("Search"), icon="search")
        self._back = named_button(self, "hub_back", self.tr("Back to our list"), "link")
        self._privacy, self._heading = QLabel(self), QLabel(self)
        self._privacy.setObjectName("hub_privacy")
        self._heading.setObjectName("hub_heading")
        set_role(self._privacy, "small")
        set_role(self._heading, "field")
        self._trouble = TroubleCard("hub_trouble", self)
        self._entries = RecordTableModel[Entry](self._entry_columns(), key=lambda entry: entry.repository)
        self._entry_table = RecordTable[Entry](self._entries, parent=self)
        self._entry_table.setObjectName("hub_entries")
        self._entry_table.setAccessibleName(self.tr("Models"))
        self._name, self._about = QLabel(self), QLabel(self)
        set_role(self._name, "subtitle")
        set_role(self._about, "muted")
        self._name.setObjectName("hub_name")
        self._about.setObjectName("hub_about")
        self._about.setWordWrap(True)
        for label in (self._privacy, self._heading, self._name, self._about):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._files = RecordTableModel[FileRow](self._file_columns(), key=lambda row: row.choice.name)
        self._file_table = RecordTable[FileRow](self._files, parent=self)
        self._file_table.setObjectName("hub_files")
        self._file_table.setAccessibleName(self.tr("Files"))
        self._list_files = named_button(self, "hub_list_files", self.tr("Show its files"))
        self._download = named_button(self, "hub_download", self.tr("Download"), "primary", icon="download")
        self.downloads = DownloadList(self)

    def _entry_columns(self) -> list[Column[Entry]]:
        return [
            Column(self.tr("Model"), lambda e: e.title, tooltip=lambda e: e.repository, stretch=True),
            Column(self.tr("Parameters"), lambda e: parameters_in_words(e.parameters), align_right=True),
            Column(self.tr("Size"), lambda e: size_in_words(e.size_bytes) if e.size_bytes else "", align_right=True),
            Column(self.tr("Fit"), lambda e: e.fit, ink=lambda e: e.ink),
            Column(self.tr("Downloads"), lambda e: f"{e.downloads:,}" if e.downloads else "", align_right=True),
            Column(self.tr("Licence"), lambda e: e.terms),
        ]

    def _file_columns(self) -> list[Column[FileRow]]:
        return [
            Column(self.tr("File"), lambda row: row.choice.name, stretch=True),
            Column(self.tr("Quantization"), lambda row: row.choice.quantization),
            Column(self.tr("Size"), lambda row: row.size, align_right=True),
            Column(self.tr("Fit"), lambda row: row.fit, ink=lambda row: row.ink, tooltip=lambda row: row.memory),
        ]

    def _build_layout(self) -> None:
        asking = QHBoxLayout()
        asking.setSpacing(8)
        asking.addWidget(self._search, 1)
        asking.addWidget(self._search_button)
        heading = QHBoxLayout()
        heading.addWidget(self._heading, 1)
        heading.addWidget(self._back)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._name)
        words.addWidget(self._about)
        chosen = QHBoxLayout()
        chosen.setSpacing(8)
        chosen.addLayout(words, 1)
        for button in (self._list_files, self._download):
            chosen.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addLayout(asking)
        column.addWidget(self._privacy)
        column.addWidget(self._trouble)
        column.addLayout(heading)
        column.addWidget(self._entry_table, 3)
        column.addLayout(chosen)
        column.addWidget(self._file_table, 2)
        column.addWidget(self.downloads)
        self._entry_table.setMinimumHeight(110)
        self._file_table.setMinimumHeight(90)

    def _connect(self) -> None:
        self._search.returnPressed.connect(self._on_search)
        self._search_button.clicked.connect(self._on_search)
        self._back.clicked.connect(self._on_back)
        self._entry_table.selection_moved.connect(self._on_entry_moved)
        self._file_table.selection_moved.connect(self._on_file_moved)
        self._list_files.clicked.connect(self.files_requested)
        self._download.clicked.connect(self.download_requested)

    @Slot()
    def _on_search(self) -> None:
        self.search_requested.emit(self._search.text())

    @Slot()
    def _on_back(self) -> None:
        self._search.clear()
        self.recommended_requested.emit()

    @Slot(object)
    def _on_entry_moved(self, entry: object) -> None:
        if isinstance(entry, Entry) and not self._is_rendering:
            self.entry_selected.emit(entry.repository)

    @Slot(object)
    def _on_file_moved(self, row: object) -> None:
        if isinstance(row, FileRow) and not self._is_rendering:
            self.file_selected.emit(row.choice.name)
