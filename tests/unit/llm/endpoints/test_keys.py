"""Where keys are kept, and where they never go."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail
from keyring.errors import KeyringLocked, PasswordDeleteError

from workbench.errors import WorkbenchError
from workbench.llm.endpoints.keys import find_key, forget_key, has_key, keep_key, move_key, why_not_kept
from workbench.llm.endpoints.types import Endpoint

ROOT = Path(__file__).parents[4]
KEY = "sk-canary-4711"
FAR = Endpoint(name="far", base_url="https://api.example.com/v1", model="m")


class MemoryKeyring(KeyringBackend):
    """A keyring for one test."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}
        self.is_locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.is_locked:
            raise KeyringLocked("no")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.is_locked:
            raise KeyringLocked("no")
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.kept:
            raise PasswordDeleteError("none")
        del self.kept[service, username]


class PlainFileKeyring(MemoryKeyring):
    priority = 0.5  # type: ignore[assignment]


@pytest.fixture(autouse=True)
def ring() -> Iterator[MemoryKeyring]:
    before: Any = keyring.get_keyring()
    ring = MemoryKeyring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


def test_that_a_key_is_kept_found_and_forgotten() -> None:
    keep_key(FAR, f" {KEY}\n")
    assert (find_key(FAR), has_key(FAR), why_not_kept()) == (KEY, True, "")
    forget_key(FAR)
    forget_key(FAR)
    assert (find_key(FAR), has_key(FAR)) == ("", False)


def test_that_another_server_does_not_get_the_key_of_that_name() -> None:
    keep_key(FAR, KEY)
    assert find_key(FAR.model_copy(update={"base_url": "https://evil.example.net/v1"})) == ""
    assert find_key(FAR.model_copy(update={"model": "other"})) == KEY


def test_that_a_key_goes_along_to_a_new_name_but_not_to_another_host(ring: MemoryKeyring) -> None:
    keep_key(FAR, KEY)
    renamed = FAR.model_copy(update={"name": "cloud"})
    move_key(FAR, renamed)
    assert (find_key(FAR), find_key(renamed)) == ("", KEY)
    move_key(renamed, renamed.model_copy(update={"base_url": "https://other.example.net/v1"}))
    assert ring.kept == {}


def test_that_a_named_variable_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    keep_key(FAR, "other")
    monkeypatch.setenv("FAR_KEY", KEY)
    assert find_key(FAR.model_copy(update={"key_from_env": "FAR_KEY"})) == KEY


def test_that_a_named_variable_that_is_not_set_is_said() -> None:
    with pytest.raises(WorkbenchError, match="FAR_KEY, which is not set"):
        find_key(FAR.model_copy(update={"key_from_env": "FAR_KEY"}))


@pytest.mark.parametrize("bad", ["two words", "umlaut-ä", "line\nbreak", "x" * 9000])
def test_that_what_cannot_be_a_key_is_refused_without_being_told(bad: str) -> None:
    with pytest.raises(WorkbenchError) as caught:
        keep_key(FAR, bad)
    assert bad not in f"{caught.value} {caught.value.details}"


def test_that_a_key_is_not_sent_where_others_could_read_it() -> None:
    open_ = Endpoint(name="far", base_url="http://api.example.com/v1", model="m")
    with pytest.raises(WorkbenchError, match="could be read by others"):
        keep_key(open_, KEY)
    keep_key(Endpoint(name="near", base_url="http://localhost:8080", model="m"), KEY)


@pytest.mark.parametrize("backend", [fail.Keyring, PlainFileKeyring])
def test_that_without_a_safe_keyring_nothing_is_kept_and_a_way_is_named(backend: type[KeyringBackend]) -> None:
    keyring.set_keyring(backend())
    with pytest.raises(WorkbenchError) as caught:
        keep_key(FAR, KEY)
    assert "no keyring" in caught.value.message
    assert "OPENAI_API_KEY" in caught.value.hint
    assert (find_key(FAR), why_not_kept()) == ("", caught.value.message)


def test_that_a_locked_keyring_is_said(ring: MemoryKeyring) -> None:
    ring.is_locked = True
    for act in (lambda: find_key(FAR), lambda: keep_key(FAR, KEY)):
        with pytest.raises(WorkbenchError, match="could not be used"):
            act()
    assert not has_key(FAR)


def test_that_the_keyring_starts_no_other_program() -> None:
    code = (
        "import sys\n"
        "def look(event, arguments):\n"
        "    assert event != 'subprocess.Popen', arguments\n"
        "sys.addaudithook(look)\n"
        "from workbench.llm.endpoints.keys import why_not_kept\n"
        "why_not_kept()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
