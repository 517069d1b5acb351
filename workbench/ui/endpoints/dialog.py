"""Connect to a server: the servers that are known, the fields of one, a test."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from workbench.llm.endpoints.types import Endpoint
from workbench.ui.endpoints.form import ServerFields
from workbench.ui.endpoints.presenter import ServersPresenter
from workbench.ui.endpoints.state import ServersState
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.question_bar import QuestionBar
from workbench.ui.widgets.trouble_card import TroubleCard


class ServersDialog(QDialog):
    """Nothing is sent but by "Test"."""

    new_requested = Signal()
    server_chosen = Signal(str)
    remove_requested = Signal()
    remove_confirmed = Signal()
    keep_requested = Signal()
    undo_requested = Signal()
    test_requested = Signal(str)
    save_requested = Signal(str)
    presenter: ServersPresenter

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._servers: tuple[Endpoint, ...] = ()
        self.fields = ServerFields(self)
        self._build_widgets()
        self._build_layout()
        self._connect()

    def clear_key(self) -> None:
        self.fields.clear_key()

    def show_state(self, state: ServersState) -> None:
        self._show_servers(state.servers, state.selected)
        self.fields.show_state(state)
        self._result.setText(state.result)
        self._undo.setVisible(state.removed is not None and not state.waits_for)
        self._question.ask(state.asked_to_remove)
        self._trouble.show_trouble(state.trouble)
        self._test.setEnabled(state.can_test)
        self._save.setEnabled(state.can_save)
        self._save.setText(self.tr("Connect") if state.is_new else self.tr("Save"))
        self._remove.setEnabled(not state.is_new and not state.waits_for)

    def _show_servers(self, servers: Sequence[Endpoint], selected: str) -> None:
        self._side.setVisible(bool(servers))
        with QSignalBlocker(self._list):
            if tuple(servers) != self._servers:
                self._servers = tuple(servers)
                self._list.clear()
                for server in servers:
                    item = QListWidgetItem(server.name, self._list)
                    item.setToolTip(f"{server.model}, {server.host}")
            names = [server.name for server in servers]
            self._list.setCurrentRow(names.index(selected) if selected in names else -1)

    def _build_widgets(self) -> None:
        self.setObjectName("servers_dialog")
        self.setWindowTitle(self.tr("Connect to a server"))
        self.resize(760, 600)
        self._words = QLabel(
            self.tr(
                "Models on a server that speaks OpenAI's protocol answer like those on this computer. The server is "
                "contacted only by “Test” and when you ask a question."
            ),
            self,
        )
        self._words.setWordWrap(True)
        set_role(self._words, "muted")
        self._side = QWidget(self)
        self._list = QListWidget(self._side)
        self._list.setObjectName("servers_list")
        self._list.setAccessibleName(self.tr("Servers"))
        self._new = named_button(self, "servers_new", self.tr("New"))
        self._remove = named_button(self, "servers_remove", self.tr("Remove"))
        self._test = named_button(self, "servers_test", self.tr("Test"))
        self._save = named_button(self, "servers_save", self.tr("Connect"), "primary")
        self._close = named_button(self, "servers_close", self.tr("Close"))
        self._result = QLabel(self)
        self._result.setObjectName("servers_result")
        self._result.setTextFormat(Qt.TextFormat.PlainText)
        self._result.setWordWrap(True)
        self._undo = named_button(
            self, "servers_undo", self.tr("Undo"), "quiet", spoken=self.tr("Put the removed server back")
        )
        self._undo.setToolTip(self.tr("Puts it back without its key"))
        self._question = QuestionBar(self.tr("the server"), self, verb=self.tr("Remove"))
        self._trouble = TroubleCard("servers_trouble", self)

    def _build_layout(self) -> None:
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, 0, 0, 0)
        side.addWidget(self._list, 1)
        side.addWidget(self._new)
        side.addWidget(self._remove)
        self._side.setFixedWidth(160)
        area = QScrollArea(self)
        area.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.fields)
        area.setMinimumWidth(self.fields.minimumSizeHint().width() + area.verticalScrollBar().sizeHint().width())
        middle = QHBoxLayout()
        middle.setSpacing(18)
        middle.addWidget(self._side)
        middle.addWidget(area, 1)
        bottom = QHBoxLayout()
        bottom.addWidget(self._test)
        bottom.addWidget(self._result)
        bottom.addWidget(self._undo)
        bottom.addStretch(1)
        bottom.addWidget(self._save)
        bottom.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(self._words)
        column.addLayout(middle, 1)
        column.addWidget(self._question)
        column.addWidget(self._trouble)
        column.addLayout(bottom)

    def _connect(self) -> None:
        self._new.clicked.connect(self.new_requested)
        self._remove.clicked.connect(self.remove_requested)
        self._question.confirmed.connect(self.remove_confirmed)
        self._question.kept.connect(self.keep_requested)
        self._undo.clicked.connect(self.undo_requested)
        self._close.clicked.connect(self.close)
        self._list.currentRowChanged.connect(self._on_row)
        self._test.clicked.connect(self._on_test)
        self._save.clicked.connect(self._on_save)

    @Slot(int)
    def _on_row(self, row: int) -> None:
        if 0 <= row < len(self._servers):
            self.server_chosen.emit(self._servers[row].name)

    @Slot()
    def _on_test(self) -> None:
        self.test_requested.emit(self.fields.typed_key())

    @Slot()
    def _on_save(self) -> None:
        self.save_requested.emit(self.fields.typed_key())
