"""The main ways through the program without a mouse: Tab, Enter, shortcuts and typing, nothing else."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.acting import find
from tests.gui.playground.columns_given import columns, settle, shown_text, turns
from workbench.app import Program
from workbench.ui.compare import CompareTab
from workbench.ui.help_dialog import HelpDialog
from workbench.ui.playground.columns import Columns

CTRL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


@pytest.fixture(autouse=True)
def in_front(program: Program) -> None:
    program.window.activateWindow()


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None, "the keyboard speaks to nothing"
    return widget


def key(key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(focused(), key, modifier)


def tab_to(name: str, *, back: bool = False) -> QWidget:
    """Press Tab until something of that name has the focus."""
    met = []
    for _ in range(120):
        if focused().objectName() == name:
            return focused()
        met.append(focused().objectName() or type(focused()).__name__)
        key(Qt.Key.Key_Backtab if back else Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier if back else NONE)
    pytest.fail(f"Tab never came to {name}, but to {dict.fromkeys(met)}")


def write(text: str) -> None:
    QTest.keyClicks(focused(), text)


def command(program: Program, words: str) -> None:
    """Ctrl+K, some letters, Enter."""
    key(Qt.Key.Key_K, CTRL)
    write(words)
    key(Qt.Key.Key_Return)


def test_that_a_prompt_is_made_saved_and_run(qtbot: QtBot, program: Program) -> None:
    key(Qt.Key.Key_3, CTRL)
    qtbot.waitUntil(lambda: focused().objectName() == "prompt")
    view = find(program.window, Columns)
    qtbot.waitUntil(lambda: bool(view.presenter.state.models))
    command(program, "new prompt")
    prompts, versions = (find(program.window, QComboBox, f"{name}_chooser") for name in ("prompt", "version"))
    qtbot.waitUntil(lambda: prompts.currentText() == "Prompt 2")
    assert focused().objectName() == "prompt", "after a command one goes on where one was"
    tab_to("block_text_2", back=True)
    write("Answer in a few words.")
    key(Qt.Key.Key_S, CTRL)
    qtbot.waitUntil(lambda: find(program.window, QWidget, "name_dialog_name").hasFocus())
    key(Qt.Key.Key_A, CTRL)
    write("Short")
    key(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: versions.currentText() == "v1 Short")
    program.window.activateWindow()  # a window manager does it
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    tab_to("prompt")
    write("What colour is the sky?")
    key(Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: bool(turns(columns(view)[0])))
    qtbot.waitUntil(lambda: not view.presenter.state.is_running, timeout=120_000)
    settle(qtbot, view)
    assert shown_text(turns(columns(view)[0])[0]).strip()


def test_that_leaving_the_commands_goes_back_to_where_one_was(qtbot: QtBot, program: Program) -> None:
    key(Qt.Key.Key_3, CTRL)
    qtbot.waitUntil(lambda: focused().objectName() == "prompt")
    key(Qt.Key.Key_K, CTRL)
    assert focused().objectName() == "command_search"
    key(Qt.Key.Key_Escape)
    assert focused().objectName() == "prompt"


def test_that_enter_presses_the_button_that_has_the_focus(program: Program) -> None:
    key(Qt.Key.Key_1, CTRL)
    tab_to("show_models")
    key(Qt.Key.Key_Enter)
    assert program.window.current_tab == "models"


def test_that_enter_in_a_field_presses_nothing(qtbot: QtBot, program: Program) -> None:
    key(Qt.Key.Key_3, CTRL)
    qtbot.waitUntil(lambda: focused().objectName() == "prompt")
    write("a")
    key(Qt.Key.Key_Return)
    assert find(program.window, QPlainTextEdit, "prompt").toPlainText() == "a\n"
    assert program.window.current_tab == "playground"


def test_that_f1_lists_the_keys_of_the_tab_in_front(program: Program) -> None:
    def told() -> set[str]:
        key(Qt.Key.Key_F1)
        [dialog] = [found for found in program.window.findChildren(HelpDialog) if found.isVisible()]
        texts = {label.text() for label in dialog.findChildren(QLabel)}
        dialog.close()
        program.window.activateWindow()  # a window manager does it
        return texts

    key(Qt.Key.Key_1, CTRL)
    assert "Save a version of the prompt" not in told()
    key(Qt.Key.Key_3, CTRL)
    assert {"Save a version of the prompt", "Ctrl+S", "Run the prompt", "Commands"} <= told()


@pytest.mark.slow
def test_that_a_sample_project_is_opened_and_compared(qtbot: QtBot, program: Program) -> None:
    key(Qt.Key.Key_1, CTRL)
    opener = tab_to("open_project_format")
    key(Qt.Key.Key_Return)
    qtbot.waitUntil(opener.isEnabled, timeout=240_000)
    tab_to("compare_format")
    key(Qt.Key.Key_Return)
    assert program.window.current_tab == "compare"
    tab = find(program.window, CompareTab)
    qtbot.waitUntil(lambda: tab.presenter.state.questions is not None)
    assert not find(program.window, QWidget, "compare_run").isEnabled(), "nothing was tuned yet"
    tab_to("qt_tabwidget_tabbar")
    key(Qt.Key.Key_Right)
    tab_to("compare_standard")
    key(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "tuned" not in [arm.name for arm in tab.presenter.state.arms])
    tab_to("compare_run")
    key(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(tab.presenter.state.results and tab.presenter.state.results.trials), timeout=240_000)
    tab_to("job_strip_stop")
    key(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: tab.presenter.state.running is None, timeout=240_000)
