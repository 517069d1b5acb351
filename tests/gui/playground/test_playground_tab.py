"""The pages of the Playground and the switch between them."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.acting import click, find, press
from workbench.ui.playground import build
from workbench.ui.playground.page import PageSpec
from workbench.ui.playground.prompt_page import PromptPage
from workbench.ui.playground.tab import PlaygroundTab


class Page(QWidget):
    """A page that remembers what it was given."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.cases: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.field = QLineEdit()
        self._head = QLabel(f"head of {name}")
        QVBoxLayout(self).addWidget(self.field)
        self.setFocusProxy(self.field)
        self.addAction(QAction(f"do {name}", self))

    def open_case(self, case: dict[str, str]) -> None:
        self.cases.append(case)

    def take_paths(self, paths: list[str]) -> None:
        self.paths += paths

    def head(self) -> QWidget:
        return self._head


@pytest.fixture
def built() -> dict[str, Page]:
    return {}


@pytest.fixture
def tab(qtbot: QtBot, built: dict[str, Page]) -> PlaygroundTab:
    def maker(name: str) -> Callable[[], QWidget]:
        def make() -> QWidget:
            built[name] = Page(name)
            return built[name]

        return make

    tab = build([PageSpec(name, name.title(), maker(name)) for name in ("prompt", "grid", "search")])
    qtbot.addWidget(tab)
    tab.resize(900, 500)
    tab.show()
    return tab


def test_that_a_page_is_built_when_it_is_first_shown(tab: PlaygroundTab, built: dict[str, Page]) -> None:
    assert list(built) == ["prompt"]
    click(find(tab, QPushButton, "playground_page_grid"))
    assert list(built) == ["prompt", "grid"]
    assert (built["grid"].isVisible(), built["prompt"].isVisible()) == (True, False)
    click(find(tab, QPushButton, "playground_page_prompt"))
    click(find(tab, QPushButton, "playground_page_grid"))
    assert built["grid"] is tab.page("grid")


def test_that_the_head_of_the_shown_page_stands_beside_the_switch(tab: PlaygroundTab, built: dict[str, Page]) -> None:
    assert built["prompt"].head().isVisible()
    click(find(tab, QPushButton, "playground_page_search"))
    assert (built["search"].head().isVisible(), built["prompt"].head().isVisible()) == (True, False)


def test_that_the_keyboard_switches_and_the_page_has_the_focus(
    qtbot: QtBot, tab: PlaygroundTab, built: dict[str, Page]
) -> None:
    tab.activateWindow()
    built["prompt"].field.setFocus()
    qtbot.waitUntil(built["prompt"].field.hasFocus)
    press(built["prompt"].field, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert built["grid"].isVisible()
    qtbot.waitUntil(built["grid"].field.hasFocus)
    assert find(tab, QPushButton, "playground_page_grid").isChecked()


def test_that_the_palette_is_offered_the_pages_and_what_the_shown_one_does(tab: PlaygroundTab) -> None:
    assert [action.text() for action in tab.actions()] == [
        "Playground: Prompt", "Playground: Grid", "Playground: Search", "do prompt",
    ]  # fmt: skip
    click(find(tab, QPushButton, "playground_page_search"))
    assert tab.actions()[-1].text() == "do search"


def test_that_a_case_goes_to_the_page_that_it_names(tab: PlaygroundTab, built: dict[str, Page]) -> None:
    tab.open_case({"page": "search", "data_set": "questions"})
    assert built["search"].isVisible()
    assert built["search"].cases == [{"data_set": "questions"}]


def test_that_a_case_without_a_page_is_for_the_prompt(tab: PlaygroundTab, built: dict[str, Page]) -> None:
    click(find(tab, QPushButton, "playground_page_grid"))
    tab.open_case({"model": "starter"})
    assert built["prompt"].isVisible()
    assert (built["prompt"].cases, built["grid"].cases) == ([{"model": "starter"}], [])


def test_that_dropped_files_go_to_the_shown_page(tab: PlaygroundTab, built: dict[str, Page]) -> None:
    click(find(tab, QPushButton, "playground_page_grid"))
    tab.take_paths(["/q.csv"])
    assert (built["grid"].paths, built["prompt"].paths) == (["/q.csv"], [])


def test_that_one_page_needs_no_switch(qtbot: QtBot) -> None:
    tab = build([PageSpec("prompt", "Prompt", lambda: Page("prompt"))])
    qtbot.addWidget(tab)
    tab.show()
    assert not find(tab, QFrame, "playground_switch").isVisible()
    assert [action.text() for action in tab.actions()] == ["do prompt"]


def test_that_the_prompt_page_has_its_editor_beside_the_conversation(qtbot: QtBot) -> None:
    editor, conversation = Page("editor"), Page("conversation")
    page = PromptPage(editor, conversation)
    qtbot.addWidget(page)
    page.resize(900, 500)
    page.show()
    assert editor.isVisible() and editor.geometry().right() < conversation.x()
    page.split.setSizes([900, 0])
    assert conversation.width() > 0
    page.open_case({"prompt": "Hello"})
    assert conversation.cases == [{"prompt": "Hello"}]
    assert [action.text() for action in page.actions()][1:] == ["do editor", "do conversation"]


def test_that_the_editor_is_folded_away_and_comes_back(qtbot: QtBot) -> None:
    editor, conversation = Page("editor"), Page("conversation")
    page = PromptPage(editor, conversation)
    tab = build([PageSpec("prompt", "Prompt", lambda: page)])
    qtbot.addWidget(tab)
    tab.resize(900, 500)
    tab.show()
    toggle = find(tab, QPushButton, "toggle_editor")
    click(toggle)
    assert (editor.isVisible(), conversation.isVisible(), toggle.isChecked()) == (False, True, False)
    tab.activateWindow()
    conversation.field.setFocus()
    qtbot.waitUntil(conversation.field.hasFocus)
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    press(conversation.field, Qt.Key.Key_E, keys)
    assert editor.isVisible() and editor.width() > 0
