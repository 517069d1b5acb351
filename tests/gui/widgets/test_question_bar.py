"""Asking before something is deleted."""

from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.acting import click, find
from workbench.ui.widgets.question_bar import QuestionBar


def test_that_enter_keeps_and_only_a_click_on_delete_deletes(qtbot: QtBot) -> None:
    bar = QuestionBar("the data set")
    qtbot.addWidget(bar)
    assert bar.isHidden()
    bar.ask("Delete “rows”?")
    yes, no = (find(bar, QPushButton, name) for name in ("delete_yes", "delete_no"))
    assert bar.isVisible() and bar.focusWidget() is no
    assert (yes.accessibleName(), no.accessibleName()) == ("Yes, delete the data set", "No, keep the data set")
    with qtbot.waitSignal(bar.kept):
        click(no)
    with qtbot.waitSignal(bar.confirmed):
        click(yes)
    bar.ask("")
    assert not bar.isVisible()


def test_that_asking_again_leaves_the_focus_where_the_user_put_it(qtbot: QtBot) -> None:
    bar = QuestionBar("the data set")
    qtbot.addWidget(bar)
    bar.ask("Delete “rows”?")
    yes = find(bar, QPushButton, "delete_yes")
    yes.setFocus()
    bar.ask("Delete “rows”?")
    assert bar.focusWidget() is yes
