"""Connecting to a server as a user does it: fields, test, keyring, list."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QLabel, QLineEdit, QListWidget, QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.acting import click, find
from tests.openai_server import OpenAiServer, serving
from tests.unit.llm.endpoints.test_keys import MemoryKeyring
from workbench.errors import WorkbenchError
from workbench.llm.endpoints.checking import CheckReport, RemoteModel
from workbench.llm.endpoints.store import EndpointStore
from workbench.llm.endpoints.types import Endpoint, Price
from workbench.ui.endpoints import ServersDialog, build
from workbench.ui.widgets.question_bar import QuestionBar
from workbench.ui.widgets.trouble_card import TroubleCard

KEY = "sk-canary-4711"
URL = "https://api.example.com/v1"


class Asked:
    """Answers in place of a server, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Endpoint, str]] = []
        self.problem: WorkbenchError | None = None
        self.models = (RemoteModel(name="large", context_length=32768), RemoteModel(name="small"))

    def __call__(self, endpoint: Endpoint, key: str) -> CheckReport:
        self.asked.append((endpoint, key))
        if self.problem is not None:
            raise self.problem
        return CheckReport(host=endpoint.host, models=self.models, used_key=bool(key))


@pytest.fixture(autouse=True)
def ring() -> Iterator[MemoryKeyring]:
    before: Any = keyring.get_keyring()
    ring = MemoryKeyring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


class Around:
    """What the dialog works with."""

    def __init__(self, folder: Path, qtbot: QtBot) -> None:
        self.store = EndpointStore(folder / "endpoints.json")
        self.ask = Asked()
        self.changes = 0
        self.uses: dict[str, tuple[str, ...]] = {}
        self._qtbot = qtbot

    def open(self) -> ServersDialog:
        dialog = build(
            self.store, at_once, self._on_changed, ask=self.ask, uses_of=lambda name: self.uses.get(name, ())
        )
        self._qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    def _on_changed(self) -> None:
        self.changes += 1


def at_once(work: Callable[[], Any], then: Callable[[Any], None]) -> None:
    then(work())


@pytest.fixture
def around(tmp_path: Path, qtbot: QtBot) -> Around:
    return Around(tmp_path, qtbot)


def type_into(dialog: ServersDialog, **texts: str) -> None:
    """As keys would: every letter is heard."""
    for name, text in texts.items():
        edit = find(dialog, QLineEdit, f"server_{name}")
        edit.setText(text)
        edit.textEdited.emit(text)


def choose_model(dialog: ServersDialog, name: str) -> None:
    box = find(dialog, QComboBox, "server_model")
    index = box.findText(name)
    box.setCurrentIndex(index)
    box.activated.emit(index)


def label(dialog: ServersDialog, name: str) -> str:
    return find(dialog, QLabel, name).text()


def test_that_a_server_is_tested_and_connected(around: Around, ring: MemoryKeyring) -> None:
    dialog = around.open()
    assert not find(dialog, QPushButton, "servers_test").isEnabled()
    type_into(dialog, url=URL, key=KEY)
    assert label(dialog, "server_goes") == "sends your text to api.example.com"
    assert around.ask.asked == []
    click(find(dialog, QPushButton, "servers_test"))
    assert [(e.base_url, key) for e, key in around.ask.asked] == [(URL, KEY)]
    assert label(dialog, "servers_result") == "api.example.com answers, with the key: 2 models."
    choose_model(dialog, "large")
    type_into(dialog, name="cloud")
    find(dialog, QDoubleSpinBox, "server_price_in").setValue(2.5)
    click(find(dialog, QPushButton, "servers_save"))
    price = Price(prompt=2.5, generated=0)
    saved = Endpoint(name="cloud", base_url=URL, model="large", context_length=32768, price=price)
    assert (around.store.list_endpoints(), around.changes) == ((saved,), 1)
    assert list(ring.kept.values()) == [KEY]
    assert find(dialog, QLineEdit, "server_key").text() == ""
    assert find(dialog, QLineEdit, "server_key").placeholderText() == "kept in the keyring"
    assert find(dialog, QListWidget, "servers_list").currentItem().text() == "cloud"
    assert KEY not in repr(dialog.presenter.state)


def test_that_a_usual_server_is_filled_in_and_stays_on_this_computer(around: Around) -> None:
    dialog = around.open()
    box = find(dialog, QComboBox, "server_preset")
    box.activated.emit(box.findText("Ollama on this computer"))
    assert find(dialog, QLineEdit, "server_url").text() == "http://localhost:11434/v1"
    assert find(dialog, QLineEdit, "server_name").text() == "ollama"
    assert label(dialog, "server_goes") == "stays on this computer (localhost:11434)"


def test_that_a_failed_test_says_why(around: Around) -> None:
    dialog = around.open()
    around.ask.problem = WorkbenchError("api.example.com does not accept the key.", hint="Give another.")
    type_into(dialog, url=URL)
    click(find(dialog, QPushButton, "servers_test"))
    assert find(dialog, TroubleCard, "servers_trouble").text() == "api.example.com does not accept the key."
    type_into(dialog, url=URL + "2")
    assert find(dialog, TroubleCard, "servers_trouble").isHidden()


def test_that_what_cannot_be_is_said_beside_the_fields(around: Around) -> None:
    dialog = around.open()
    type_into(dialog, url="localhost:1234", name="x")
    find(dialog, QComboBox, "server_model").setEditText("m")
    click(find(dialog, QPushButton, "servers_save"))
    assert "Address: write it like" in find(dialog, TroubleCard, "servers_trouble").text()
    assert (around.store.list_endpoints(), around.changes) == ((), 0)


def test_that_servers_are_chosen_changed_and_removed(around: Around, ring: MemoryKeyring) -> None:
    for name in ("a", "b"):
        around.store.save(Endpoint(name=name, base_url=URL, model="m"))
    dialog = around.open()
    servers = find(dialog, QListWidget, "servers_list")
    assert (servers.count(), find(dialog, QLineEdit, "server_name").text()) == (2, "a")
    servers.setCurrentRow(1)
    type_into(dialog, name="c", key=KEY)
    click(find(dialog, QPushButton, "servers_save"))
    assert [e.name for e in around.store.list_endpoints()] == ["a", "c"]
    click(find(dialog, QPushButton, "server_forget_key"))
    assert (ring.kept, find(dialog, QPushButton, "server_forget_key").isHidden()) == ({}, True)
    click(find(dialog, QPushButton, "servers_remove"))
    click(find(dialog, QPushButton, "delete_yes"))
    assert [e.name for e in around.store.list_endpoints()] == ["a"]
    click(find(dialog, QPushButton, "servers_new"))
    assert find(dialog, QLineEdit, "server_name").text() == ""
    assert around.changes == 2


def test_that_removing_asks_first_says_what_uses_the_server_and_can_be_undone(
    around: Around, ring: MemoryKeyring
) -> None:
    for name in ("a", "b"):
        around.store.save(Endpoint(name=name, base_url=URL, model="m"))
    around.uses = {"a": ("Old or new?", "Which prompt?")}
    dialog = around.open()
    question, remove = find(dialog, QuestionBar, "delete_question"), find(dialog, QPushButton, "servers_remove")
    click(remove)
    assert "“Old or new?”, “Which prompt?” used it" in find(question, QLabel, "question_text").text()
    assert find(dialog, QPushButton, "delete_yes").text() == "Remove"
    click(find(dialog, QPushButton, "delete_no"))
    assert (question.isHidden(), len(around.store.list_endpoints())) == (True, 2)
    click(remove)
    click(find(dialog, QPushButton, "delete_yes"))
    assert [e.name for e in around.store.list_endpoints()] == ["b"]
    assert label(dialog, "servers_result") == "a was removed."
    click(find(dialog, QPushButton, "servers_undo"))
    assert sorted(e.name for e in around.store.list_endpoints()) == ["a", "b"]
    assert find(dialog, QListWidget, "servers_list").currentItem().text() == "a"
    assert find(dialog, QPushButton, "servers_undo").isHidden()


def test_that_the_question_goes_when_another_server_is_chosen(around: Around) -> None:
    for name in ("a", "b"):
        around.store.save(Endpoint(name=name, base_url=URL, model="m"))
    dialog = around.open()
    click(find(dialog, QPushButton, "servers_remove"))
    find(dialog, QListWidget, "servers_list").setCurrentRow(1)
    assert find(dialog, QuestionBar, "delete_question").isHidden()


def test_that_a_typed_key_does_not_stay_when_another_server_is_chosen(around: Around) -> None:
    for name in ("a", "b"):
        around.store.save(Endpoint(name=name, base_url=URL, model="m"))
    dialog = around.open()
    type_into(dialog, key=KEY)
    find(dialog, QListWidget, "servers_list").setCurrentRow(1)
    assert dialog.fields.typed_key() == ""


def test_that_without_a_keyring_a_variable_is_the_way(around: Around, monkeypatch: pytest.MonkeyPatch) -> None:
    from keyring.backends import fail

    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    monkeypatch.setenv("FAR_KEY", KEY)
    dialog = around.open()
    assert not find(dialog, QLineEdit, "server_key").isEnabled()
    assert "This computer has no keyring" in label(dialog, "server_key_words")
    type_into(dialog, url=URL, variable="FAR_KEY")
    click(find(dialog, QPushButton, "servers_test"))
    assert [key for _, key in around.ask.asked] == [KEY]


def test_that_a_damaged_list_is_said(around: Around, tmp_path: Path) -> None:
    (tmp_path / "endpoints.json").write_text("{")
    assert "cannot be read" in find(around.open(), TroubleCard, "servers_trouble").text()


def test_that_a_real_server_is_asked(tmp_path: Path, qtbot: QtBot) -> None:
    server: OpenAiServer
    with serving() as server:
        server.key = KEY
        dialog = build(EndpointStore(tmp_path / "e.json"), at_once, lambda: None)
        qtbot.addWidget(dialog)
        dialog.show()
        type_into(dialog, url=server.url, key=KEY)
        click(find(dialog, QPushButton, "servers_test"))
        assert label(dialog, "servers_result").endswith("with the key: 2 models.")
        assert [asked.path for asked in server.asked] == ["/v1/models"]
