"""Wherever a model is chosen it is said that a server gets the text."""

from pytestqt.qtbot import QtBot

from workbench.llm.endpoints.models import as_model
from workbench.llm.endpoints.types import Endpoint
from workbench.llm.types import ModelRef
from workbench.ui.widgets.model_picker import ModelPicker

FAR = as_model(Endpoint(name="far", base_url="https://api.example.com/v1", model="m"))
HERE = as_model(Endpoint(name="here", base_url="http://localhost:11434", model="m"))


def test_that_a_server_says_that_it_gets_the_text(qtbot: QtBot) -> None:
    picker = ModelPicker()
    qtbot.addWidget(picker)
    picker.show_models([ModelRef(name="near", path="/m/near.gguf"), FAR, HERE], "far")
    assert [picker.itemText(n) for n in range(1, picker.count())] == [
        "far  ·  sends your text to api.example.com",
        "here  ·  asks the server localhost:11434 on this computer",
    ]
    assert picker.chosen() == FAR
