"""The list of servers: what is kept, what is refused."""

from pathlib import Path

import pytest

from workbench.errors import WorkbenchError
from workbench.llm.endpoints.store import EndpointStore
from workbench.llm.endpoints.types import Endpoint, Price


def make(name: str, **values: object) -> Endpoint:
    return Endpoint.of(**({"name": name, "base_url": "http://localhost:1234", "model": "m"} | values))


@pytest.fixture
def store(tmp_path: Path) -> EndpointStore:
    return EndpointStore(tmp_path / "new" / "endpoints.json")


def test_that_servers_are_kept_in_their_order(store: EndpointStore) -> None:
    for name in ("b", "a", "c"):
        store.save(make(name, price=Price(prompt=1, generated=2)))
    store.save(make("a", model="other"))
    store.save(make("B", model="renamed"), instead_of="b")
    store.remove("c")
    assert [(e.name, e.model) for e in store.list_endpoints()] == [("B", "renamed"), ("a", "other")]
    assert (store.find("c"), store.get("a").model) == (None, "other")


def test_that_an_unknown_name_is_refused_with_near_ones(store: EndpointStore) -> None:
    store.save(make("openai"))
    for act in (store.get, store.remove):
        with pytest.raises(WorkbenchError, match="Did you mean openai"):
            act("opena")


def test_that_a_damaged_list_is_said(tmp_path: Path) -> None:
    (tmp_path / "endpoints.json").write_text('{"endpoints": [{"name": "x", "key": "secret"}]}')
    with pytest.raises(WorkbenchError, match="cannot be read") as caught:
        EndpointStore(tmp_path / "endpoints.json").list_endpoints()
    assert "secret" not in caught.value.details


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("http://localhost:11434", "http://localhost:11434/v1"),
        (" https://api.example.com/v1/ ", "https://api.example.com/v1"),
        ("https://api.example.com/v1/chat/completions", "https://api.example.com/v1"),
        ("https://example.com/openai/models", "https://example.com/openai"),
    ],
)
def test_that_an_address_has_one_form(typed: str, kept: str) -> None:
    assert make("x", base_url=typed).base_url == kept


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"base_url": "localhost:1234"}, "Address: write it like"),
        ({"base_url": "ftp://example.com"}, "Address: write it like"),
        ({"base_url": "https://me:secret@example.com"}, "no name, key or question mark"),
        ({"base_url": "https://example.com/v1?key=secret"}, "no name, key or question mark"),
        ({"base_url": "http://localhost:99999"}, "Address: port out of range"),
        ({"model": "\n"}, "Model: one line"),
        ({"name": "starter"}, "Name: this would be taken"),
        ({"name": "a/b"}, "Name: this would be taken"),
        ({"price": {"prompt": -1, "generated": 0}}, "greater than or equal to 0"),
        ({"key_from_env": "sk-secret"}, "Environment variable"),
    ],
)
def test_that_what_cannot_be_is_refused_in_words(values: dict[str, object], words: str) -> None:
    with pytest.raises(WorkbenchError) as caught:
        make(str(values.pop("name", "x")), **values)
    assert words in caught.value.message
    assert "secret" not in f"{caught.value} {caught.value.details}"


@pytest.mark.parametrize(
    ("url", "host", "here", "open_"),
    [
        ("https://api.example.com", "api.example.com", False, False),
        ("http://192.168.1.5:8000", "192.168.1.5:8000", False, True),
        ("http://127.0.0.1:8080", "127.0.0.1:8080", True, False),
        ("http://[::1]:8080", "[::1]:8080", True, False),
        ("http://localhost.example.com", "localhost.example.com", False, True),
    ],
)
def test_that_it_is_known_whether_text_leaves_this_computer(url: str, host: str, here: bool, open_: bool) -> None:
    endpoint = make("x", base_url=url)
    assert (endpoint.host, endpoint.is_on_this_computer, endpoint.can_be_read_on_the_way) == (host, here, open_)


def test_that_a_price_is_per_million_tokens() -> None:
    assert Price(prompt=2.5, generated=10).of(1000, 100) == pytest.approx(0.0035)
