"""Columns of a grid: combinations named after what differs, variants of the settings."""

import pytest

from tests.unit.playground.grid.scripted import SMALL, TINY, version
from workbench.errors import WorkbenchError
from workbench.llm.types import GenerationConfig
from workbench.playground.grid.combining import AS_THE_PROMPT_SAYS, combine, read_scales, sweep
from workbench.playground.grid.types import Answerer, SettingsVariant

ONE, TWO = version(1), version(2).model_copy(update={"name": "short"})
HERE = (Answerer(model=TINY), Answerer(model=SMALL))


def test_that_names_say_what_differs_and_nothing_else() -> None:
    settings = (AS_THE_PROMPT_SAYS, *sweep("temperature", ["0.7"]))
    assert [one.name for one in combine([ONE], HERE[:1], [AS_THE_PROMPT_SAYS])] == ["v1 · tiny"]
    assert [one.name for one in combine([ONE, TWO], HERE[:1], [AS_THE_PROMPT_SAYS])] == ["v1", "v2 short"]
    assert [one.name for one in combine([ONE], HERE, settings)] == [
        "tiny · as in the prompt", "tiny · temperature 0.7", "small · as in the prompt", "small · temperature 0.7",
    ]  # fmt: skip


def test_that_versions_of_several_prompts_carry_its_name() -> None:
    other = version(1).model_copy(update={"id": "other", "prompt_name": "greetings"})
    assert [one.name for one in combine([ONE, other], HERE[:1], [AS_THE_PROMPT_SAYS])] == ["sums v1", "greetings v1"]


def test_that_equal_names_are_numbered() -> None:
    tuned = Answerer(model=TINY)
    assert [one.name for one in combine([ONE], [tuned, tuned], [AS_THE_PROMPT_SAYS])] == ["tiny", "tiny (2)"]


def test_that_settings_change_what_they_name_and_leave_the_rest() -> None:
    prompt = GenerationConfig(max_tokens=7, seed=3)
    [variant] = sweep("temperature", [" 0.7 ", "0.7", ""])
    assert variant == SettingsVariant(name="temperature 0.7", changes={"temperature": 0.7})
    assert variant.applied_to(prompt) == GenerationConfig(max_tokens=7, seed=3, temperature=0.7)
    assert AS_THE_PROMPT_SAYS.applied_to(prompt) == prompt


@pytest.mark.parametrize(("field", "value"), [("temperature", "hot"), ("temperature", "9"), ("max_tokens", "0")])
def test_that_a_value_that_cannot_be_is_named(field: str, value: str) -> None:
    with pytest.raises(WorkbenchError, match=f"cannot be “{value}”"):
        sweep(field, [value])


def test_that_scales_are_read_as_they_are_typed() -> None:
    assert read_scales(" 0.5; 1,, -2, 1.0") == (0.5, 1.0, -2.0)


@pytest.mark.parametrize(("text", "said"), [("1, big", "“big”"), ("nan", "“nan”"), (" , ", "no scale")])
def test_that_a_scale_that_cannot_be_is_named(text: str, said: str) -> None:
    with pytest.raises(WorkbenchError, match=said):
        read_scales(text)


def test_that_unknown_settings_are_refused() -> None:
    with pytest.raises(WorkbenchError, match="no setting “stop”"):
        sweep("stop", ["x"])
    with pytest.raises(ValueError, match="no setting 'heat'"):
        SettingsVariant(changes={"heat": 1})


def test_that_nothing_chosen_and_too_much_chosen_are_said() -> None:
    with pytest.raises(WorkbenchError, match="No model is chosen"):
        combine([ONE], [], [AS_THE_PROMPT_SAYS])
    with pytest.raises(WorkbenchError, match="101 combinations are too many"):
        combine([ONE], HERE[:1], sweep("seed", [str(seed) for seed in range(101)]))
