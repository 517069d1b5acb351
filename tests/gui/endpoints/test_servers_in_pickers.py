"""Wherever a model is chosen it is said that a server gets the text."""

from pytestqt.qtbot import QtBot

from workbench.llm.endpoints.models import as_model
from workbench.llm.endpoints.types import Endpoint
from workbench.llm.types import Completion, FinishReason, ModelRef, Usage
from workbench.ui.playground.columns.state import measured_briefly
from workbench.ui.widgets.model_picker import ModelPicker
from workbench.ui.widgets.text_goes import TextGoes

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


def test_that_a_badge_says_it_in_full(qtbot: QtBot) -> None:
    badge = TextGoes()
    qtbot.addWidget(badge)
    badge.show_model(FAR)
    assert (badge.isHidden(), badge.text()) == (False, "Sends your text to api.example.com")
    badge.show_model(ModelRef(name="near", path="/m/near.gguf"))
    assert badge.isHidden()


def test_that_the_numbers_under_an_answer_say_what_is_estimated_and_what_it_cost() -> None:
    usage = Usage(prompt_tokens=20, generated_tokens=1, is_estimate=True)
    completion = Completion(text="x", finish_reason=FinishReason.STOP, usage=usage, cost=0.0012)
    assert (
        measured_briefly(completion).replace("\N{NO-BREAK SPACE}", " ")
        == "about 1 tokens  ·  first after 0.00 s  ·  $0.0012"
    )
