"""The whole way: the real window, a real worker, the starter model."""

from pytestqt.qtbot import QtBot

from tests.gui.playground.columns_given import ask, columns, measured, settle, shown_text, turns
from workbench.app import Program
from workbench.ui.playground.columns import Columns
from workbench.ui.playground.tab import PlaygroundTab


def test_that_two_columns_answer_and_the_conversation_is_kept(qtbot: QtBot, program: Program) -> None:
    program.window.open_tab("playground")
    tab = program.window.tab("playground")
    assert isinstance(tab, PlaygroundTab)
    view = tab.findChild(Columns)
    assert view is not None
    presenter = view.presenter
    qtbot.waitUntil(lambda: bool(presenter.state.models), timeout=60_000)
    presenter.setup.add()
    ask(view, "What colour is the sky?")
    qtbot.waitUntil(lambda: not presenter.state.is_running, timeout=120_000)
    settle(qtbot, view)
    for column in columns(view):
        assert shown_text(turns(column)[0]).strip() and "tokens" in measured(column)
        turn = next(c for c in presenter.state.columns if c.path).path[0]
        assert len(turn.answered_by.model_hash) == 64 and turn.answered_by.version_id
    qtbot.waitUntil(lambda: len(presenter.state.history) == 1)
    assert presenter.state.history[0].title == "What colour is the sky?"
