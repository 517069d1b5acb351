"""The window as its user meets it: keys, clicks, what is then seen."""

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.gui.acting import click, find, press, type_text
from tests.gui.shell.conftest import TITLES, FakeTabs
from workbench.errors import WorkbenchError
from workbench.paths import WorkbenchPaths
from workbench.ui.command_palette import CommandPalette
from workbench.ui.main_window import LEAST, MainWindow
from workbench.ui.tabs import TabSpec
from workbench.ui.window_state import WindowState, clamped


def test_that_ctrl_and_a_number_open_each_tab(qtbot: QtBot, window: MainWindow) -> None:
    for number, title in enumerate(TITLES, start=1):
        press(window, getattr(Qt.Key, f"Key_{number}"), Qt.KeyboardModifier.ControlModifier)
        assert window.current_tab == title.lower()
        assert find(window, QPushButton, f"tab_{title.lower()}").isChecked()
        assert any(label.isVisible() and label.text() == f"This is {title}" for label in window.findChildren(QLabel))


def test_that_a_tab_is_built_when_it_is_first_shown_and_once(qtbot: QtBot, window: MainWindow, tabs: FakeTabs) -> None:
    assert tabs.built == ["Home"]
    for _ in range(2):
        click(find(window, QPushButton, "tab_data"))
        click(find(window, QPushButton, "tab_home"))
    assert tabs.built == ["Home", "Data"]


def test_that_a_tab_that_cannot_be_built_says_why_and_can_be_tried_again(qtbot: QtBot, home: WorkbenchPaths) -> None:
    tries = []

    def build() -> QWidget:
        tries.append(1)
        if len(tries) == 1:
            raise WorkbenchError("The index of handbook is damaged.", hint="Index it again.")
        return QLabel("mended")

    specs = [TabSpec("home", "Home", "home", QLabel), TabSpec("documents", "Documents", "documents", build)]
    window = MainWindow(specs, WindowState(home.home / "window.ini"))
    qtbot.addWidget(window)
    window.show()
    window.make_ready()
    window.open_tab("documents")
    assert window.messages.messages[0].text == "The index of handbook is damaged."
    assert window.tab("documents") is None
    window.open_tab("home")
    window.open_tab("documents")
    assert window.tab("documents") is not None


def test_that_a_tab_gets_the_case_it_is_opened_with(qtbot: QtBot, home: WorkbenchPaths) -> None:
    class Playground(QLabel):
        cases: list[dict[str, str]]

        def __init__(self) -> None:
            super().__init__()
            self.cases = []

        def open_case(self, case: dict[str, str]) -> None:
            self.cases.append(case)

    playground = Playground()
    specs = [TabSpec("home", "Home", "home", QLabel), TabSpec("playground", "Play", "play", lambda: playground)]
    window = MainWindow(specs, WindowState(home.home / "window.ini"))
    qtbot.addWidget(window)
    window.show()
    window.open_tab("playground", adapter="house-style")  # before anything is ready, too
    window.make_ready()
    window.open_tab("home")
    window.open_tab("playground")
    window.open_tab("playground", adapter="other")
    assert playground.cases == [{"adapter": "house-style"}, {"adapter": "other"}]


def test_that_ctrl_k_finds_an_action_by_some_letters_and_runs_it(qtbot: QtBot, window: MainWindow) -> None:
    press(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = find(window, CommandPalette)
    search = find(window, QLineEdit, "command_search")
    assert palette.isVisible() and search.hasFocus()
    titles = set(palette.shown_titles())
    assert {"Go to: Compare", "Preferences", "Where is my data", "Appearance: Dark", "Which one do I choose?"} <= titles
    type_text(search, "gocomp")
    assert palette.shown_titles()[0] == "Go to: Compare"
    keys = find(window, QListView, "command_list").model().index(0, 0).data(Qt.ItemDataRole.UserRole)
    assert keys == "Ctrl+7"
    press(search, Qt.Key.Key_Return)
    assert window.current_tab == "compare"
    assert not palette.isVisible()


def test_that_escape_closes_the_palette_and_a_click_runs_a_command(qtbot: QtBot, window: MainWindow) -> None:
    click(find(window, QPushButton, "open_commands"))
    palette, search = find(window, CommandPalette), find(window, QLineEdit, "command_search")
    press(search, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    click(find(window, QPushButton, "open_commands"))
    type_text(search, "go data")
    view = find(window, QListView, "command_list")
    click(view.viewport(), view.visualRect(view.model().index(0, 0)).center())
    assert window.current_tab == "data"


def test_that_the_palette_lists_the_actions_of_the_shown_tab_first(qtbot: QtBot, window: MainWindow) -> None:
    tab = window.tab("home")
    assert tab is not None
    ran = []
    tab.addAction("Ask the question", lambda: ran.append("asked"))
    press(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert find(window, CommandPalette).shown_titles()[0] == "Ask the question"
    press(find(window, QLineEdit, "command_search"), Qt.Key.Key_Return)
    assert ran == ["asked"]


def test_that_a_narrow_window_keeps_the_icons_and_drops_the_words(qtbot: QtBot, window: MainWindow) -> None:
    button = find(window, QPushButton, "tab_models")
    window.resize(1200, 700)
    assert button.text().strip() == "Models"
    window.resize(800, 600)
    assert button.text() == ""
    assert button.accessibleName() == "Models"


def test_that_size_tab_and_splitters_are_there_at_the_next_start(qtbot: QtBot, home: WorkbenchPaths) -> None:
    def build() -> QWidget:
        page = QWidget()
        splitter = QSplitter(page)
        splitter.setObjectName("documents_split")
        splitter.addWidget(QLabel("left"))
        splitter.addWidget(QLabel("right"))
        splitter.setChildrenCollapsible(False)
        QVBoxLayout(page).addWidget(splitter)
        return page

    specs = [TabSpec("home", "Home", "home", QLabel), TabSpec("documents", "Documents", "documents", build)]

    def start() -> MainWindow:
        state = WindowState(home.home / "window.ini")
        window = MainWindow(specs, state, state.last_tab)
        qtbot.addWidget(window)
        window.show()
        window.make_ready()
        return window

    first = start()
    first.open_tab("documents")
    first.resize(800, 655)
    splitter = find(first, QSplitter, "documents_split")
    splitter.setSizes([150, 500])
    sizes = splitter.sizes()
    first.close()

    second = start()
    assert second.current_tab == "documents"
    assert second.size() == QSize(800, 655)
    assert find(second, QSplitter, "documents_split").sizes() == sizes


def test_that_a_damaged_state_file_gives_the_defaults(qtbot: QtBot, home: WorkbenchPaths, tabs: FakeTabs) -> None:
    (home.home / "window.ini").write_bytes(b"\x00\xff[General\ngeometry=@ByteArray(\\x1)\nlast_tab=@Invalid()")
    state = WindowState(home.home / "window.ini")
    window = MainWindow(tabs.specs(), state, state.last_tab)
    qtbot.addWidget(window)
    window.show()
    assert window.current_tab == "home"
    assert window.width() >= 720


def test_that_no_window_is_so_small_that_words_are_cut_unless_its_screen_is(qtbot: QtBot, window: MainWindow) -> None:
    window.resize(300, 200)
    assert window.size() == LEAST.boundedTo(window.screen().availableSize())
    assert QSize(900, 560) == LEAST


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (QRect(100, 100, 800, 600), QRect(100, 100, 800, 600)),
        (QRect(3000, 100, 800, 600), QRect(1120, 100, 800, 600)),
        (QRect(-5000, -300, 800, 600), QRect(0, 0, 800, 600)),
        (QRect(100, 100, 5000, 4000), QRect(0, 0, 1920, 1080)),
        (QRect(100, -40, 800, 600), QRect(100, 0, 800, 600)),
    ],
)
def test_that_a_window_comes_back_onto_a_visible_screen(wanted: QRect, expected: QRect) -> None:
    assert clamped(wanted, [QRect(0, 0, 1920, 1080)]) == expected


def test_that_every_button_of_the_window_has_a_name_for_screen_readers(window: MainWindow) -> None:
    window.messages.error("x", "y", "z")
    buttons = [button for button in window.findChildren(QAbstractButton) if button.isVisible()]
    assert len(buttons) > 10
    assert not [button.objectName() for button in buttons if not (button.accessibleName() or button.text())]


def test_that_a_refusal_names_the_reason_and_leaves_only_the_end(qtbot: QtBot, window: MainWindow) -> None:
    window.refuse(WorkbenchError("The data folder is in use by the demo (process 7).", hint="Close it."))
    assert any("in use by the demo" in label.text() for label in window.findChildren(QLabel))
    assert [action.objectName() for action in window.actions() if action.isEnabled()] == ["action_quit"]
    notice = find(window, QWidget, "refusal")
    click(find(notice, QPushButton, "empty_state_action"))
    assert not window.isVisible()
