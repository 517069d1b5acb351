"""What holds for every tab of the program: a screen reader can name what it meets, a narrow window cuts nothing."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.gui.acting import find
from workbench.app import Program
from workbench.ui.documents import DocumentsTab

TABS = ("home", "models", "playground", "documents", "data", "finetune", "compare")
PAGES_OF_DOCUMENTS = ("ask", "exhaustive", "files", "overview", "chunks", "measure", "improve")
MET = (
    QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit,
    QProgressBar, QTextEdit,
)  # fmt: skip
PARTS_OF_OTHERS = (QComboBox, QAbstractSpinBox, QTabBar, QAbstractItemView)
"""What stands inside these is spoken of as a part of them."""


def met(root: QWidget) -> Iterator[QWidget]:
    """Everything that a user acts on or that Tab leads to, shown or not yet."""
    for widget in root.findChildren(QWidget):
        is_reached = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        if not (isinstance(widget, MET) or is_reached) or isinstance(widget, QScrollBar | QHeaderView):
            continue
        parent = widget.parentWidget()
        is_part = isinstance(parent, QAbstractScrollArea) and parent.viewport() is widget
        while parent is not None and parent is not root:
            is_part |= isinstance(parent, PARTS_OF_OTHERS)
            parent = parent.parentWidget()
        if not is_part and not widget.objectName().startswith("qt_"):
            yield widget


def spoken(widget: QWidget) -> str:
    """What a screen reader calls it."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface is not None else ""


@pytest.mark.parametrize("key", TABS)
def test_that_a_screen_reader_can_name_all_that_a_user_meets(program: Program, key: str) -> None:
    program.window.open_tab(key)
    tab = program.window.built_tab(key)
    assert tab is not None
    if isinstance(tab, DocumentsTab):
        for page in PAGES_OF_DOCUMENTS:
            tab.page(page)
    nameless = [f"{type(w).__name__} {w.objectName()} in {_place(w)}" for w in met(tab) if not _has_name(w)]
    assert not nameless, "\n".join(nameless)


@pytest.mark.parametrize("dialog", ["preferences", "help", "servers", "hub", "data folder"])
def test_that_a_screen_reader_can_name_all_of_a_dialog(qtbot: QtBot, program: Program, dialog: str) -> None:
    window = program.window
    doors: dict[str, Callable[[], object]] = {
        "preferences": window.preferences_requested.emit,
        "help": window.help_requested.emit,
        "servers": window.servers_requested.emit,
        "hub": lambda: window.open_tab("models", get="yes"),
        "data folder": window.data_folder_requested.emit,
    }
    doors[dialog]()
    qtbot.waitUntil(lambda: any(found.isVisible() for found in window.findChildren(QDialog)), timeout=60_000)
    for found in window.findChildren(QDialog):
        nameless = [f"{type(w).__name__} {w.objectName()} in {_place(w)}" for w in met(found) if not _has_name(w)]
        assert not nameless, "\n".join(nameless)
        found.close()


def test_that_a_screen_reader_can_name_all_of_the_jobs_panel(program: Program) -> None:
    program.window.show_job_panel(True)
    panel = find(program.window, QWidget, "job_dock")
    assert not [f"{type(w).__name__} {w.objectName()}" for w in met(panel) if not _has_name(w)]


@pytest.mark.parametrize(
    ("key", "page"), [*((key, "") for key in TABS), ("playground", "grid"), ("playground", "search")]
)
def test_that_the_tab_key_leads_to_everything_that_can_be_acted_on(
    qtbot: QtBot, program: Program, key: str, page: str
) -> None:
    program.window.activateWindow()
    program.window.open_tab(key, **({"page": page} if page else {}))
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None, timeout=60_000)
    start = QApplication.focusWidget()
    assert start is not None
    expected: list[QWidget] = []
    widget = start.nextInFocusChain()
    while widget is not None and widget is not start:
        if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            expected += [widget] if widget.focusProxy() is None and not _is_met_by_arrows(widget) else []
        widget = widget.nextInFocusChain()
    reached: list[QWidget] = []
    for _ in range(len(expected) + 5):
        now = QApplication.focusWidget()
        assert now is not None
        reached.append(now)
        QTest.keyClick(now, Qt.Key.Key_Tab)
    assert not [widget.objectName() or type(widget).__name__ for widget in expected if widget not in reached]


def _is_met_by_arrows(widget: QWidget) -> bool:
    """Of buttons of which one is chosen, Tab leads to that one and the arrow keys to the others."""
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    return group is not None and group.exclusive() and not (isinstance(widget, QAbstractButton) and widget.isChecked())


def _has_name(widget: QWidget) -> bool:
    """A button that is shown when there is something to do is called by the words that it then has."""
    return bool(spoken(widget)) or (isinstance(widget, QPushButton) and not widget.isVisible())


def _place(widget: QWidget) -> str:
    parent = widget.parentWidget()
    return (parent.objectName() or type(parent).__name__) if parent is not None else ""


@pytest.mark.parametrize("page", PAGES_OF_DOCUMENTS)
def test_that_a_narrow_window_is_wide_enough_for_each_page_of_documents(program: Program, page: str) -> None:
    """900 pixels, less the icons at the left, the margins, and the collections at their narrowest."""
    program.window.open_tab("documents")
    tab = program.window.built_tab("documents")
    assert isinstance(tab, DocumentsTab)
    room = 900 - 60 - 40 - 14 - tab.collections.minimumSizeHint().width()
    assert tab.page(page).minimumSizeHint().width() <= room
