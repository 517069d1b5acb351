"""Home: a window, not a wizard. Everything that can be begun here, on one page."""

from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from workbench.ui.home.cards import ComputerCard, Door, ModelsCard, StarterCard
from workbench.ui.home.state import HomeState
from workbench.ui.theme import set_role
from workbench.ui.widgets.column_layout import ColumnLayout

WIDEST = 1080
NARROWEST_CARD, NARROWEST_DOOR = 46, 26
"""Characters."""


class HomeView(QScrollArea):
    """Cards side by side where they fit, below each other where the window is narrow."""

    shown = Signal()
    """Home comes to the front; not when the window itself comes back."""
    project_chosen = Signal(str)
    documents_requested = Signal(str)
    tuning_requested = Signal(str)
    comparison_requested = Signal(str)
    tab_chosen = Signal(str)
    try_requested = Signal()
    get_requested = Signal()
    """A model from the hub is wanted."""
    guide_requested = Signal()
    """Which way of answering to choose is asked."""
    server_requested = Signal()
    """A model on a server is wanted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._starters: dict[str, StarterCard] = {}
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: HomeState) -> None:
        self._computer.show_computer(state.computer)
        self._models.show_models(state.models)
        if set(self._starters) != {project.key for project in state.projects}:
            self._replace_starters([project.key for project in state.projects])
        for project in state.projects:
            self._starters[project.key].show_project(project, can_open=not state.is_opening)
        self._starter_title.setVisible(bool(state.projects))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.shown.emit()

    def _build_widgets(self) -> None:
        self.setObjectName("home")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._title = QLabel(self.tr("What answers best?"))
        set_role(self._title, "title")
        self._words = QLabel(
            self.tr(
                "A better prompt, your documents, a fine-tuned model, or a combination: find out on this computer, "
                "with your own questions. Nothing leaves it, unless you connect to a server."
            )
        )
        self._words.setWordWrap(True)
        set_role(self._words, "muted")
        self._computer, self._models = ComputerCard(), ModelsCard()
        self._starter_title = QLabel(self.tr("Sample projects"))
        self._door_title = QLabel(self.tr("Bring your own"))
        for label in (self._starter_title, self._door_title):
            set_role(label, "subtitle")
        tr = self.tr
        self._guide = Door(
            "guide",
            "help",
            tr("Which one do I choose?"),
            tr("A few questions, then what to try first and why; afterwards, whether measurement agreed"),
        )
        self._doors = {
            "models": Door("models", "file", tr("Open a model file"), tr("A GGUF file or a folder on this disk")),
            "documents": Door("documents", "documents", tr("Add documents"), tr("PDF, Office, HTML, Markdown, text")),
            "data": Door("data", "data", tr("Import data"), tr("Questions or training rows: CSV, JSONL, Excel")),
            "server": Door(
                "server", "server", tr("Connect to a server"),
                tr("Ollama, LM Studio, vLLM, OpenAI and others: your questions then go there"),
            ),
            "download": Door(
                "download", "download", tr("Get a model"),
                tr("A short list with sizes and licences, or a search; nothing is ever downloaded by itself"),
            ),
        }  # fmt: skip

    def _build_layout(self) -> None:
        top, doors = ColumnLayout(2, NARROWEST_CARD), ColumnLayout(3, NARROWEST_DOOR)
        self._starter_columns = ColumnLayout(2, NARROWEST_CARD)
        page = QWidget()
        page.setMaximumWidth(WIDEST)
        column = QVBoxLayout(page)
        column.setContentsMargins(20, 16, 20, 20)
        column.setSpacing(12)
        column.addWidget(self._title)
        column.addWidget(self._words)
        column.addSpacing(6)
        column.addWidget(self._guide)
        column.addLayout(top)
        column.addSpacing(10)
        column.addWidget(self._starter_title)
        column.addLayout(self._starter_columns)
        column.addSpacing(10)
        column.addWidget(self._door_title)
        column.addLayout(doors)
        column.addStretch(1)
        top.show_widgets([self._computer, self._models])
        doors.show_widgets(list(self._doors.values()))
        self.setWidget(page)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter)

    def _connect(self) -> None:
        self._models.try_requested.connect(self.try_requested)
        self._models.models_requested.connect(lambda: self.tab_chosen.emit("models"))
        self._guide.clicked.connect(self.guide_requested)
        self._doors["download"].clicked.connect(self.get_requested)
        self._doors["server"].clicked.connect(self.server_requested)
        for tab in ("models", "documents", "data"):
            self._doors[tab].clicked.connect(lambda _checked=False, tab=tab: self.tab_chosen.emit(tab))

    def _replace_starters(self, keys: list[str]) -> None:
        for card in self._starters.values():
            card.deleteLater()
        self._starters = {key: StarterCard(key) for key in keys}
        for card in self._starters.values():
            card.open_requested.connect(self.project_chosen)
            card.documents_requested.connect(self.documents_requested)
            card.tuning_requested.connect(self.tuning_requested)
            card.comparison_requested.connect(self.comparison_requested)
        self._starter_columns.show_widgets(list(self._starters.values()))
        buttons = [button for card in self._starters.values() for button in card.buttons()]
        for before, button in pairwise([self._models.buttons()[-1], *buttons]):
            QWidget.setTabOrder(before, button)  # made after the doors, but met before them
