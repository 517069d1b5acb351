"""Every action of the window, declared in one place: the menus and the command palette are made of these."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from workbench.ui import icons
from workbench.ui.tabs import TabSpec

SCHEMES = ("system", "light", "dark")


@dataclass(frozen=True, slots=True)
class Doors:
    """What the actions call."""

    open_tab: Callable[[str], None]
    open_commands: Callable[[], None]
    open_hub: Callable[[], None]
    open_guide: Callable[[], None]
    open_servers: Callable[[], None]
    open_preferences: Callable[[], None]
    open_help: Callable[[], None]
    open_data_folder: Callable[[], None]
    open_logs: Callable[[], None]
    open_about: Callable[[], None]
    show_jobs: Callable[[bool], None]
    choose_scheme: Callable[[str], None]


class WindowActions:
    """Builds the actions, puts them into the menu bar, and keeps the ones whose state changes."""

    def __init__(self, window: QMainWindow, tabs: Sequence[TabSpec], doors: Doors) -> None:
        self._window = window
        self._doors = doors
        self._build_file_menu()
        self._build_go_menu(tabs)
        self._build_view_menu()
        self._build_help_menu()

    def all(self) -> list[QAction]:
        return list(self._window.actions())

    def show_scheme(self, scheme: str) -> None:
        """Tick the colour scheme that is in force."""
        for name, action in zip(SCHEMES, self._schemes, strict=True):
            action.setChecked(name == scheme)

    def show_jobs_open(self, is_open: bool) -> None:
        self.jobs.setChecked(is_open)

    def _build_file_menu(self) -> None:
        menu = self._menu("&File")
        for name, text, tab in (
            ("open_model", "Open a &model file…", "models"),
            ("add_documents", "&Add documents…", "documents"),
            ("import_data", "&Import data…", "data"),
        ):
            self._add(menu, name, self._tr(text), partial(self._doors.open_tab, tab))
        self._add(menu, "get_model", self._tr("&Get a model…"), self._doors.open_hub, icon="download")
        self._add(menu, "connect_server", self._tr("&Connect to a server…"), self._doors.open_servers, icon="server")
        menu.addSeparator()
        self._add(
            menu, "preferences", self._tr("&Preferences…"), self._doors.open_preferences, "Ctrl+,", icon="settings"
        )
        menu.addSeparator()
        quit_action = self._add(menu, "quit", self._tr("&Quit"), self._quit, QKeySequence.StandardKey.Quit)
        if quit_action.shortcut().isEmpty():  # Windows names no key for it
            quit_action.setShortcut("Ctrl+Q")

    def _build_go_menu(self, tabs: Sequence[TabSpec]) -> None:
        menu = self._menu("&Go")
        for number, spec in enumerate(tabs, start=1):
            go = self._add(
                menu, f"go_{spec.key}", spec.title, partial(self._doors.open_tab, spec.key), f"Ctrl+{number}",
                icon=spec.icon,
            )  # fmt: skip
            go.setProperty("group", self._tr("Go to"))
        menu.addSeparator()
        self._add(menu, "commands", self._tr("&Commands…"), self._doors.open_commands, "Ctrl+K", icon="search")

    def _build_view_menu(self) -> None:
        menu = self._menu("&View")
        self.jobs = self._add(menu, "show_jobs", self._tr("&Jobs panel"), None, "Ctrl+J", icon="jobs")
        self.jobs.setCheckable(True)
        self.jobs.toggled.connect(self._doors.show_jobs)
        self._add(menu, "full_screen", self._tr("&Full screen"), self._toggle_full_screen, "F11")
        menu.addSeparator()
        group = QActionGroup(menu)
        self._schemes = []
        for name, text in zip(SCHEMES, ("As the &system", "&Light", "&Dark"), strict=True):
            action = self._add(menu, f"scheme_{name}", self._tr(text), partial(self._doors.choose_scheme, name))
            action.setCheckable(True)
            action.setProperty("group", self._tr("Appearance"))
            group.addAction(action)
            self._schemes.append(action)

    def _build_help_menu(self) -> None:
        menu = self._menu("&Help")
        self._add(menu, "guide", self._tr("Which one do I &choose?"), self._doors.open_guide, icon="compare")
        self._add(menu, "help", self._tr("&Help and shortcuts"), self._doors.open_help, "F1", icon="help")
        self._add(menu, "where_is_my_data", self._tr("&Where is my data"), self._doors.open_data_folder, icon="folder")
        self._add(menu, "open_logs", self._tr("Open the &log folder"), self._doors.open_logs)
        menu.addSeparator()
        self._add(menu, "about", self._tr("&About LLM Workbench"), self._doors.open_about)

    def _menu(self, title: str) -> QMenu:
        return self._window.menuBar().addMenu(self._tr(title))

    def _add(
        self, menu: QMenu, name: str, text: str, run: Callable[[], object] | None,
        keys: str | QKeySequence.StandardKey = "", icon: str = "",
    ) -> QAction:  # fmt: skip
        action = QAction(text, self._window)
        action.setObjectName(f"action_{name}")
        if keys:
            action.setShortcut(QKeySequence(keys))
        if icon:
            action.setProperty("icon", icon)
        if run is not None:
            action.triggered.connect(lambda _checked=False: run())
        menu.addAction(action)
        self._window.addAction(action)  # the palette lists these; the shortcut works without the menu bar, too
        return action

    def _tr(self, text: str) -> str:
        return self._window.tr(text)

    def _quit(self) -> None:
        self._window.close()

    def _toggle_full_screen(self) -> None:
        if self._window.isFullScreen():
            self._window.showNormal()
        else:
            self._window.showFullScreen()


def draw_icons(window: QMainWindow) -> None:
    """Give the actions their icons: after the first paint, since only opened menus show them."""
    for action in window.actions():
        if name := action.property("icon"):
            icons.set_icon(action, str(name), "muted", 16)
