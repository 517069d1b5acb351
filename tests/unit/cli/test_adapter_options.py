"""An adapter and its scale as they are typed: found, or refused in a sentence."""

from pathlib import Path

import pytest

from tests.llm_models import write_tiny_adapter
from workbench.cli import build_parser
from workbench.cli.choices import choose_adapter
from workbench.cli.grid import _tuned
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError
from workbench.paths import WorkbenchPaths


@pytest.fixture
def place(home: WorkbenchPaths) -> Workplace:
    return Workplace(home.home)


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(write_tiny_adapter(tmp_path / "a.gguf"))


COMMANDS = (
    ["generate", "--model", "m", "--prompt", "x"],
    ["ask", "c", "q", "--model", "m"],
    ["exhaust", "c", "q", "--model", "m"],
    ["prompts", "run", "p"],
)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_that_the_scale_of_an_adapter_is_chosen(words: list[str], place: Workplace, file: str) -> None:
    typed = build_parser().parse_args([*words, "--adapter", file, "--adapter-scale", "0.5"])
    found = choose_adapter(place, typed.adapter, typed.adapter_scale)
    assert found is not None and found.scale == 0.5


def test_that_an_adapter_is_applied_as_it_was_trained_unless_said_otherwise(place: Workplace, file: str) -> None:
    found = choose_adapter(place, file)
    assert found is not None and found.scale == 1.0


@pytest.mark.parametrize("scale", [11.0, -10.5, float("nan"), float("inf")])
def test_that_a_scale_out_of_range_is_refused(scale: float, place: Workplace, file: str) -> None:
    with pytest.raises(WorkbenchError, match=r"The scale .* of the adapter .*should be"):
        choose_adapter(place, file, scale)


def test_that_a_scale_without_an_adapter_is_refused(place: Workplace) -> None:
    with pytest.raises(WorkbenchError, match=r"--adapter-scale 0\.5 says how strongly an adapter is applied"):
        choose_adapter(place, None, 0.5)


def test_that_a_grid_takes_the_scale_as_the_third_word() -> None:
    assert _tuned(["m", "a"]) == ("m", "a", None)
    assert _tuned(["m", "a", "0.5"]) == ("m", "a", 0.5)
    for words in (["m"], ["m", "a", "half"], ["m", "a", "1", "2"]):
        with pytest.raises(WorkbenchError, match="a model, its adapter"):
            _tuned(words)
