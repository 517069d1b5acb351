"""A model on a server is named, listed and opened like any other."""

from pathlib import Path

import pytest

from tests.openai_server import serving
from workbench.errors import WorkbenchError
from workbench.llm.endpoints.models import as_model, identity, where_text_goes
from workbench.llm.endpoints.types import Endpoint
from workbench.llm.engines import borrowed, close_engines, open_engine, say_nothing
from workbench.llm.library import find_model, list_models
from workbench.llm.types import ChatMessage, GenerationRequest, LoadConfig, ModelRef, Role

FAR = Endpoint(name="far", base_url="https://api.example.com/v1", model="m", context_length=4096)


def test_that_it_is_listed_last_and_found_by_name(tmp_path: Path) -> None:
    models = list_models([], tmp_path, endpoints=[FAR])
    assert (models[-1].name, models[-1].endpoint, models[-1].context_length) == ("far", FAR, 4096)
    assert find_model("far", [], tmp_path, endpoints=[FAR]) == models[-1]
    with pytest.raises(WorkbenchError, match="Did you mean far"):
        find_model("farr", [], tmp_path, endpoints=[FAR])


def test_that_a_file_of_the_same_name_keeps_it(tmp_path: Path) -> None:
    (tmp_path / "far.gguf").write_bytes(b"broken")
    models = list_models([tmp_path], tmp_path / "none", endpoints=[FAR])
    assert [m.name for m in models if m.source != "starter"] == ["far", "far (api.example.com)"]
    assert find_model("far", [tmp_path], tmp_path / "none", endpoints=[FAR]).endpoint is None


def test_that_its_new_name_is_used(tmp_path: Path) -> None:
    model = list_models([], tmp_path, endpoints=[FAR], names={"endpoint:far": "cloud"})[-1]
    assert (model.name, model.endpoint) == ("cloud", FAR)


def test_that_it_says_where_the_text_goes() -> None:
    near = FAR.model_copy(update={"base_url": "http://localhost:11434/v1"})
    assert where_text_goes(as_model(FAR)) == "sends your text to api.example.com"
    assert where_text_goes(as_model(near)) == "asks the server localhost:11434 on this computer"
    assert where_text_goes(ModelRef(name="x", path="x.gguf")) == ""


def test_that_its_identity_is_server_and_model() -> None:
    assert identity(FAR) == identity(FAR.model_copy(update={"name": "other", "context_length": 512}))
    assert identity(FAR) != identity(FAR.model_copy(update={"model": "other"}))


def test_that_it_is_opened_once_and_anew_when_it_was_changed() -> None:
    with serving() as server:
        model = as_model(FAR.model_copy(update={"base_url": server.url, "model": "small"}))
        moved = as_model(FAR.model_copy(update={"base_url": server.url, "model": "large"}))
        request = GenerationRequest(messages=(ChatMessage(role=Role.USER, content="hi"),))
        try:
            for each in (model, model, moved):
                with borrowed(each, LoadConfig(), say_nothing) as engine:
                    assert engine.stream(request, lambda _: None, lambda: False).text == "You said: hi"
        finally:
            close_engines()
        assert [asked.body["model"] for asked in server.asked] == ["small", "small", "large"]


def test_that_a_key_that_cannot_be_had_is_said_before_anything_is_sent() -> None:
    with pytest.raises(WorkbenchError, match="NO_SUCH_KEY, which is not set"):
        open_engine(as_model(FAR.model_copy(update={"key_from_env": "NO_SUCH_KEY"})), LoadConfig())


def test_that_a_new_key_is_used_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as server:
        far = FAR.model_copy(update={"base_url": server.url, "model": "small", "key_from_env": "FAR_KEY"})
        request = GenerationRequest(messages=(ChatMessage(role=Role.USER, content="hi"),))
        try:
            for key in ("old", "old", "new"):
                monkeypatch.setenv("FAR_KEY", key)
                with borrowed(as_model(far), LoadConfig(), say_nothing) as engine:
                    engine.stream(request, lambda _: None, lambda: False)
        finally:
            close_engines()
        assert [asked.authorization for asked in server.asked] == ["Bearer old", "Bearer old", "Bearer new"]
