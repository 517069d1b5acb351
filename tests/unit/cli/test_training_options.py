"""Every setting of a training is an option, and a sweep reads its values by their types."""

import argparse

import pytest

from workbench.cli.training_options import add_settings, read_sweep, typed_settings
from workbench.errors import WorkbenchError
from workbench.finetune.training_config import TrainingConfig


def given(*options: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_settings(parser)
    return parser.parse_args(options)


def test_that_only_what_was_typed_is_set() -> None:
    assert typed_settings(given()) == {}
    typed = typed_settings(given("--rank", "8", "--packing", "--method", "full", "--targets", "q_proj, v_proj"))
    assert typed == {"rank": 8, "alpha": 16.0, "packing": True, "method": "full", "targets": ("q_proj", "v_proj")}


def test_that_every_setting_has_an_option() -> None:
    options = {name for name in vars(given()) if name != "sample_prompt"} | {"sample_prompts"}
    assert options == set(TrainingConfig.model_fields) - {"schema_version", "objective"}


def test_that_an_impossible_value_names_its_option() -> None:
    with pytest.raises(WorkbenchError, match="--rank cannot be 0"):
        typed_settings(given("--rank", "0"))


def test_that_the_values_of_a_sweep_have_the_types_of_their_settings() -> None:
    found = read_sweep(["rank=4,8", "learning-rate=1e-3, 2e-3", "packing=on,off", "schedule=linear"])
    assert found == {"rank": (4, 8), "learning_rate": (1e-3, 2e-3), "packing": (True, False), "schedule": ("linear",)}


@pytest.mark.parametrize("text", ["rank", "flavour=1", "rank=wide", "packing=perhaps", "rank=0"])
def test_that_what_cannot_be_swept_is_refused(text: str) -> None:
    with pytest.raises(WorkbenchError):
        read_sweep([text])
