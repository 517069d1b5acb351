"""The dialog of servers in the whole program: every way to it, and what it adds in the tabs."""

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.acting import click, find
from workbench.app import Program
from workbench.llm.endpoints.store import EndpointStore
from workbench.llm.endpoints.types import Endpoint
from workbench.ui.endpoints import ServersDialog


def test_that_a_server_that_is_added_in_the_dialog_can_be_asked_in_the_tabs(qtbot: QtBot, program: Program) -> None:
    qtbot.waitUntil(lambda: program.is_ready)
    click(find(program.window, QPushButton, "door_server"))
    dialog = find(program.window, ServersDialog)
    assert dialog.isVisible()
    for name, text in (("url", "http://localhost:11434"), ("name", "near")):
        find(dialog, QLineEdit, f"server_{name}").setText(text)
        find(dialog, QLineEdit, f"server_{name}").textEdited.emit(text)
    dialog.presenter.choose_model("small")
    click(find(dialog, QPushButton, "servers_save"))
    store = EndpointStore(program.paths.endpoints)
    saved = Endpoint(name="near", base_url="http://localhost:11434/v1", model="small")
    qtbot.waitUntil(lambda: store.list_endpoints() == (saved,))
    qtbot.waitUntil(lambda: [model.name for model in program.tabs.shared.catalog.servers] == ["near"])
    dialog.close()


def test_that_menu_and_models_tab_open_the_same_dialog(qtbot: QtBot, program: Program) -> None:
    qtbot.waitUntil(lambda: program.is_ready)
    find(program.window, QAction, "action_connect_server").trigger()
    dialog = find(program.window, ServersDialog)
    dialog.close()
    program.window.open_tab("models")
    click(find(program.window, QPushButton, "open_servers"))
    assert program.window.findChildren(ServersDialog) == [dialog]
    assert dialog.isVisible()
    dialog.close()
