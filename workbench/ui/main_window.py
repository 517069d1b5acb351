"""The window: sidebar, tabs built when first shown, message bar, jobs panel, status bar.

It opens with nothing but itself (`painted` tells when it stands); what needs the database, jobs or numpy is attached
afterwards: `attach_jobs`, then `make_ready`.
"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QKeyEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.errors import WorkbenchError
from workbench.ui import icons
from workbench.ui.lost_focus import LostFocus
from workbench.ui.sidebar import Sidebar
from workbench.ui.tabs import OpensCases, TabSpec, TakesPaths
from workbench.ui.theme import set_role
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.empty_state import EmptyState
from workbench.ui.window_actions import Doors, WindowActions, draw_icons
from workbench.ui.window_state import WindowState

if TYPE_CHECKING:
    from workbench.ui.command_palette import CommandPalette
    from workbench.ui.drop_routing import DropTarget
    from workbench.ui.messages import MessageBar
    from workbench.ui.window_drops import WindowDrops

NARROW_BELOW = 1000
JOB_PANEL_HEIGHT = 230
LEAST = QSize(900, 560)
"""In a smaller window words are cut; a smaller screen gets it nevertheless."""


class MainWindow(QMainWindow):
    """Knows its tabs by their `TabSpec` only; implements `Navigator`."""

    painted = Signal()
    """The window was drawn for the first time."""
    closing = Signal()
    preferences_requested = Signal()
    servers_requested = Signal()
    help_requested = Signal()
    data_folder_requested = Signal()
    logs_requested = Signal()
    about_requested = Signal()
    scheme_chosen = Signal(str)

    def __init__(self, tabs: Sequence[TabSpec], state: WindowState, first_tab: str = "") -> None:
        super().__init__()
        self._specs = {spec.key: spec for spec in tabs}
        self._state = state
        self._built: dict[str, QWidget] = {}
        self._cases: dict[str, dict[str, str]] = {}
        self._dropped: dict[str, list[str]] = {}
        self._job_panel: QWidget | None = None
        self._messages: MessageBar | None = None
        self._palette: CommandPalette | None = None
        self._drops: WindowDrops | None = None
        self._is_ready = self._is_early = False
        self._was_painted = False
        self._current = first_tab if first_tab in self._specs else next(iter(self._specs))
        self._lost_focus = LostFocus(self)
        self._build_widgets()
        self._build_layout()
        self._connect()
        self._show_current()
        self._stack.setFocus()
        state.restore_window(self)

    # -- what the rest of the program does with it ------------------------------------------------------------------

    @property
    def messages(self) -> "MessageBar":
        """Made when it is first asked for: the first paint has nothing to say."""
        if self._messages is None:
            from workbench.ui.messages import MessageBar

            self._messages = MessageBar(self)
            self._above.insertWidget(0, self._messages)
        return self._messages

    @property
    def current_tab(self) -> str:
        return self._current

    def tab(self, key: str) -> QWidget | None:
        """The widget of a tab, None while it was never shown."""
        return self._built.get(key)

    def built_tab(self, key: str) -> QWidget | None:
        """The widget of a tab, built now if it was never shown; None when that was not possible."""
        if key not in self._built:
            self._build_tab(self._specs[key])
        return self._built.get(key)

    def actions_here(self) -> list[QAction]:
        """Those of the tab that is shown, then the window's."""
        widget = self._built.get(self._current)
        return [*(widget.actions() if widget is not None else ()), *self._actions.all()]

    def open_tab(self, tab: str, **case: str) -> None:
        """Show a tab, with something in hand where `case` names it. "jobs" is the panel below them."""
        if tab == "jobs":
            self.show_job_panel(True)
            return
        self._current = tab
        if case:
            self._cases[tab] = case
        self._show_current()

    def make_early(self) -> None:
        """Jobs can be run: tabs that need no more can be built."""
        self._is_early = True
        self._show_current()

    def make_ready(self) -> None:
        """Everything that tabs need exists now: build the one that is shown, and others when they are."""
        self._is_ready = True
        draw_icons(self)
        self._show_current()

    def attach_job_panel(self, panel: QWidget) -> None:
        """Put the jobs panel under the tabs; it stays closed unless it was open at the last end."""
        self._job_panel = panel
        dock = QVBoxLayout(self._job_dock)
        dock.setContentsMargins(0, 0, 0, 0)
        dock.addWidget(panel)
        self.show_job_panel(self._state.is_job_panel_open)

    @Slot(int)
    def show_running(self, count: int) -> None:
        """How many jobs run or wait."""
        words = {0: self.tr("No jobs running"), 1: self.tr("1 job running")}
        text = words.get(count, self.tr("{} jobs running").format(count))
        self._jobs_button.setText(text)
        self._jobs_button.setAccessibleName(text)
        icons.set_icon(self._jobs_button, "jobs", "accent_ink" if count else "muted", 14)

    def show_job_panel(self, is_open: bool) -> None:
        is_open = is_open and self._job_panel is not None
        if is_open and not self._job_dock.isVisible():
            self._job_dock.show()
            self._split.setSizes([max(200, self.height() - JOB_PANEL_HEIGHT), JOB_PANEL_HEIGHT])
        self._job_dock.setVisible(is_open)
        self._jobs_button.setChecked(is_open)
        self._actions.show_jobs_open(is_open)

    def show_scheme(self, scheme: str) -> None:
        self._actions.show_scheme(scheme)

    def show_status(self, text: str) -> None:
        """The quiet line at the bottom."""
        self._status.setText(text)

    def refuse(self, problem: WorkbenchError) -> None:
        """The program cannot go on: say why in place of everything, with a button that closes."""
        notice = EmptyState(problem.message, problem.hint, self.tr("Close"), icon="warning")
        notice.setObjectName("refusal")
        notice.action_requested.connect(self.close)
        if self._drops is not None:
            self._drops.end()
        self.menuBar().setEnabled(False)
        self.statusBar().hide()
        for action in self.actions():
            action.setEnabled(action.objectName() == "action_quit")
        self._set_aside = self.takeCentralWidget()  # kept: its parts are still spoken to at the end
        if self._set_aside is not None:
            self._set_aside.hide()
        self.setCentralWidget(notice)
        notice.show()

    # -- building -----------------------------------------------------------------------------------------------------

    def _build_widgets(self) -> None:
        self.setObjectName("main_window")
        self.setWindowTitle(self.tr("LLM Workbench"))
        self.setWindowIcon(icons.icon("workbench", size=64))
        self._sidebar = Sidebar(tuple(self._specs.values()), self)
        self._stack = QStackedWidget(self)
        self._stack.setObjectName("tabs")
        self._opening = EmptyState(self.tr("Opening…"), "", parent=self)
        self._stack.addWidget(self._opening)
        self._stack.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._job_dock = QFrame(self)
        self._job_dock.setObjectName("job_dock")
        self._job_dock.hide()
        self._status = ElidedLabel("", Qt.TextElideMode.ElideMiddle, self)
        self._jobs_button = QPushButton(self)
        self._jobs_button.setObjectName("jobs_button")
        self._jobs_button.setCheckable(True)
        self._jobs_button.setToolTip(self.tr("Show or hide the jobs panel  Ctrl+J"))
        set_role(self._jobs_button, "quiet")
        self.show_running(0)
        doors = Doors(
            open_tab=self.open_tab, open_commands=self._open_commands,
            open_hub=partial(self.open_tab, "models", get="yes"),
            open_guide=partial(self.open_tab, "compare", guide="yes"),
            open_servers=self.servers_requested.emit,
            open_preferences=self.preferences_requested.emit, open_help=self.help_requested.emit,
            open_data_folder=self.data_folder_requested.emit, open_logs=self.logs_requested.emit,
            open_about=self.about_requested.emit, show_jobs=self.show_job_panel, choose_scheme=self.scheme_chosen.emit,
        )  # fmt: skip
        self._actions = WindowActions(self, tuple(self._specs.values()), doors)

    def _build_layout(self) -> None:
        above = QWidget(self)
        self._above = QVBoxLayout(above)
        self._above.setContentsMargins(0, 0, 0, 0)
        self._above.setSpacing(0)
        self._above.addWidget(self._stack, 1)
        self._split = QSplitter(Qt.Orientation.Vertical, self)
        self._split.setObjectName("window_split")
        self._split.addWidget(above)
        self._split.addWidget(self._job_dock)
        self._split.setChildrenCollapsible(False)
        self._split.setStretchFactor(0, 1)
        self._split.setHandleWidth(1)
        whole = QWidget(self)
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._sidebar)
        row.addWidget(self._split, 1)
        self.setCentralWidget(whole)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addWidget(self._status, 1)
        self.statusBar().addPermanentWidget(self._jobs_button)
        self.setMinimumSize(LEAST.boundedTo(self.screen().availableSize()))

    def _connect(self) -> None:
        self._sidebar.tab_chosen.connect(self._on_tab_chosen)
        self._sidebar.commands_requested.connect(self._open_commands)
        self._sidebar.preferences_requested.connect(self.preferences_requested)
        self._sidebar.help_requested.connect(self.help_requested)
        self._jobs_button.toggled.connect(self.show_job_panel)

    # -- tabs -------------------------------------------------------------------------------------------------------

    def _show_current(self) -> None:
        spec = self._specs[self._current]
        self._sidebar.show_tab(spec.key)
        self.setWindowTitle(self.tr("{} – LLM Workbench").format(spec.title))
        if spec.key not in self._built and (self._is_ready or (self._is_early and spec.is_early)):
            self._stack.setCurrentWidget(self._opening)
            self._build_tab(spec)
        widget = self._built.get(spec.key)
        self._stack.setCurrentWidget(widget or self._opening)
        case = self._cases.pop(spec.key, None) if widget else None
        if case and isinstance(widget, OpensCases):
            widget.open_case(case)
        if widget is not None:
            self._hand_over(widget, self._dropped.pop(spec.key, []))

    def _hand_over(self, widget: QWidget, paths: list[str]) -> None:
        if paths and isinstance(widget, TakesPaths):
            widget.take_paths(paths)
        elif isinstance(widget, OpensCases):
            for path in paths:
                widget.open_case({"file": path})

    def _build_tab(self, spec: TabSpec) -> None:
        try:
            widget = spec.build()
        except WorkbenchError as problem:
            self._opening.show_text(problem.message, problem.hint)
            self.messages.error(problem.message, problem.hint, problem.details)
            return
        self._built[spec.key] = widget
        self._stack.addWidget(widget)
        self._state.restore_splitters(widget)

    @Slot()
    def _on_painted(self) -> None:
        from workbench.ui.window_drops import WindowDrops

        self._drops = WindowDrops(self, lambda: self._current, self._on_dropped)
        self.painted.emit()

    def _on_dropped(self, target: "DropTarget", paths: list[str]) -> None:
        if not target.tab:
            self.messages.warning(target.text, target.hint)
            return
        self._dropped.setdefault(target.tab, []).extend(paths)
        self.open_tab(target.tab)

    @Slot(str)
    def _on_tab_chosen(self, key: str) -> None:
        self.open_tab(key)

    @Slot()
    def _open_commands(self) -> None:
        if self._palette is None:
            from workbench.ui.command_palette import CommandPalette

            self._palette = CommandPalette(self)
        self._palette.open_with(self.actions_here())

    # -- events -------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self._on_painted)  # once what is painted now has reached the screen

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._sidebar.set_narrow(event.size().width() < NARROW_BELOW)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the focus, as the space bar does: on some systems Qt leaves that out."""
        button = QApplication.focusWidget()
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat()
        if is_enter and isinstance(button, QPushButton | QToolButton) and self.isAncestorOf(button):
            button.click()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, next: bool) -> bool:
        return self._lost_focus.is_lost() or super().focusNextPrevChild(next)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._state.save(self, self._current, is_job_panel_open=self._job_dock.isVisible())
        self.closing.emit()
        event.accept()
