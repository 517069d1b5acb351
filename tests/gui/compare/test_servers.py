"""A model on a server as the model of an arm."""

from PySide6.QtWidgets import QComboBox

from tests.gui.acting import find
from tests.gui.compare.conftest import Desk
from workbench.llm.endpoints.types import Endpoint
from workbench.ui.compare.arm_form import ArmForm
from workbench.ui.widgets.text_goes import TextGoes


def test_that_a_server_can_be_an_arm_and_says_that_it_gets_the_text(desk: Desk) -> None:
    endpoint = Endpoint(name="a cloud", base_url="https://api.example.com/v1", model="m")
    desk.catalogue = desk.catalogue.model_copy(update={"endpoints": (endpoint,)})
    desk.models.list_again()
    assert [model.name for model in desk.tab.presenter.state.making.stock.models] == ["starter", "a cloud"]
    desk.tab.presenter.arms.add()
    box = find(desk.tab, QComboBox, "compare_arm_model")
    assert (box.currentData(), box.itemText(1)) == ("starter", "a cloud  ·  sends your text to api.example.com")
    label = find(find(desk.tab, ArmForm, "compare_arm_form"), TextGoes)
    assert label.isHidden()
    box.setCurrentIndex(1)
    box.activated.emit(1)
    assert desk.tab.presenter.state.arms[-1].model == "a cloud"
    assert label.text() == "Sends your text to api.example.com"
