"""How a model is loaded: chosen in the details, summed up, remembered."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QSpinBox

from tests.gui.acting import click, find, press, type_text
from tests.gui.models.conftest import Desk
from workbench.llm.placement import Device
from workbench.llm.types import KvType, LoadChanges, ModelRef
from workbench.settings import LlmSettings, Settings

BIG = ModelRef(
    name="big", path="/m/big.gguf", source="LM Studio", content_key="kb", has_chat_template=True, quantization="Q4_K_M",
    size_bytes=4_000_000_000, context_length=32768, embedding_length=4096, block_count=32, head_count=32,
    head_count_kv=8,
)  # fmt: skip
ADAPTER = ModelRef(name="a", path="/m/a.gguf", kind="adapter", content_key="ka", base_name="big")


@pytest.fixture
def big(desk: Desk) -> Desk:
    desk.settings = Settings(llm=LlmSettings(context_length=2048, parallel_sequences=1))
    desk.list_models(BIG, ADAPTER)
    return desk


def text(desk: Desk, name: str) -> str:
    label = find(desk.tab, QLabel, name)
    return label.text() if label.isVisibleTo(desk.tab) else ""


def choose_context(desk: Desk, tokens: int) -> None:
    box = find(desk.tab, QSpinBox, "model_context_length")
    box.selectAll()
    type_text(box, str(tokens))
    press(box, Qt.Key.Key_Return)


def test_that_the_sum_of_the_memory_is_shown(big: Desk) -> None:
    assert [text(big, f"memory_{part}") for part in ("weights", "kv", "compute", "total")] == [
        "4.0 GB",
        "268 MB",
        "143 MB",
        "4.4 GB",
    ]
    assert text(big, "memory_kv_about") == "2,048 tokens, f16"
    assert text(big, "memory_total_about") == "6.0 GB are free"


def test_that_a_gpu_has_a_line_of_its_own_below_the_sum(desk: Desk) -> None:
    desk.settings = Settings(llm=LlmSettings(context_length=2048, parallel_sequences=1))
    desk.list_models(BIG, devices=(Device(name="RTX 4070", free_bytes=3_000_000_000),))
    places = [
        find(desk.tab, QLabel, f"memory_place_{n}_about").text() for n in range(5) if text(desk, f"memory_place_{n}")
    ]
    processor, card = places
    assert card.endswith("of 33 layers, 3.0 GB are free") and processor.endswith("of 33 layers, 6.0 GB are free")
    assert find(desk.tab, QLabel, "memory_place_1").toolTip() == "RTX 4070"
    assert text(desk, "memory_total_about") == ""
    find(desk.tab, QSpinBox, "model_gpu_layers").setValue(33)
    assert desk.tab.presenter.state.rows[0].fit == "won't fit"
    assert find(desk.tab, QLabel, "memory_place_1_about").text() == "33 of 33 layers, 3.0 GB are free"


def test_that_a_longer_context_changes_sum_and_verdict_and_is_remembered(big: Desk) -> None:
    choose_context(big, 20000)
    assert (text(big, "memory_kv"), big.tab.presenter.state.rows[0].fit) == ("2.6 GB", "won't fit")
    assert text(big, "model_fit_hint").startswith("A context of 14,")
    assert big.memory.for_model("kb") == LoadChanges(context_length=20000)


def test_that_changed_preferences_reach_the_models_that_are_listed(big: Desk) -> None:
    big.change(Settings(llm=LlmSettings(context_length=20000, parallel_sequences=1)))
    assert (text(big, "memory_kv"), big.tab.presenter.state.rows[0].fit) == ("2.6 GB", "won't fit")


def test_that_the_longest_context_that_fits_is_one_click_away(big: Desk) -> None:
    choose_context(big, 20000)
    click(find(big.tab, QPushButton, "use_longest_context"))
    assert big.tab.presenter.state.rows[0].fit == "tight"
    assert find(big.tab, QSpinBox, "model_context_length").value() % 256 == 0


def test_that_a_cache_of_fewer_bits_is_counted_and_turns_flash_attention_back_on(big: Desk) -> None:
    presenter = big.tab.presenter
    presenter.loading.change("flash_attention", False)
    presenter.loading.change("kv_type", KvType.Q8_0)
    assert text(big, "memory_kv") == "143 MB"
    assert big.memory.for_model("kb") == LoadChanges(kv_type=KvType.Q8_0)
    assert find(big.tab, QComboBox, "model_flash_attention").currentText() == "automatic"
    presenter.loading.change("flash_attention", False)
    assert big.memory.for_model("kb") == LoadChanges(flash_attention=False)


def test_that_the_preferences_are_one_click_away(big: Desk) -> None:
    reset = find(big.tab, QPushButton, "reset_model_loading")
    assert not reset.isEnabled()
    choose_context(big, 4096)
    assert reset.isEnabled()
    click(reset)
    assert find(big.tab, QSpinBox, "model_context_length").value() == 2048
    assert big.memory.all_models() == {}


def test_that_a_value_out_of_range_changes_nothing(big: Desk) -> None:
    big.tab.presenter.loading.change("batch", 10**9)
    assert big.memory.all_models() == {}


def test_that_settings_of_one_model_leave_the_others_alone(desk: Desk) -> None:
    other = BIG.model_copy(update={"name": "other", "path": "/m/o.gguf", "content_key": "ko"})
    desk.list_models(BIG, other)
    desk.tab.presenter.loading.change("context_length", 512)
    assert [row.load.context_length for row in desk.tab.presenter.state.rows] == [512, 2048]


def test_that_an_adapter_has_a_base_but_nothing_to_load(big: Desk) -> None:
    big.tab.presenter.select("a")
    assert not find(big.tab, QSpinBox, "model_context_length").isVisible()
    assert text(big, "model_base") == "big"
