"""`workbench data preview`: the tokens of a row as the training gets them, without anything being kept."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.llm_models import write_tiny_gguf
from workbench.cli import main

ROWS = "question,answer\nnumber 1,red\n,lost\nnumber 2,green\n"
"""The row in the middle cannot be trained: nothing is asked in it. Rows are counted with the line of names."""
BEFORE, ANSWER = "<|bos|><|user|>number 2<|end|><|assistant|>", "green<|end|>"


@pytest.fixture
def typed(tmp_path: Path) -> list[str]:
    base = write_tiny_gguf(tmp_path / "tiny.gguf", context=256)
    (tmp_path / "rows.csv").write_text(ROWS, encoding="utf-8")
    return ["data", "preview", str(tmp_path / "rows.csv"), "--model", str(base)]


def run(capsys: pytest.CaptureFixture[str], *typed: str) -> str:
    assert main([*typed]) == 0
    return capsys.readouterr().out


def tokens(capsys: pytest.CaptureFixture[str], *typed: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(run(capsys, *typed, "--json"))
    return answer


def text_of(shown: dict[str, Any], *, trained: bool) -> str:
    return "".join(token["text"] for token in shown["tokens"] if token["trained"] is trained)


def test_that_the_second_row_is_shown_with_what_is_learned_in_brackets(
    typed: list[str], capsys: pytest.CaptureFixture[str], own_home: Path
) -> None:
    head, text = run(capsys, *typed, "--row", "2").rstrip("\n").split("\n", 1)
    assert head.startswith("Row 2 of 2 (row 4 of the file): ")
    assert head.endswith(" of them learned.")
    shown = tokens(capsys, *typed, "--row", "2")
    assert text_of(shown, trained=False) == BEFORE
    assert text_of(shown, trained=True) == ANSWER
    between = "·".join(token["text"] for token in shown["tokens"] if not token["trained"])
    assert text == between + "".join(f"[{token['text']}]" for token in shown["tokens"] if token["trained"])
    assert (shown["row"], shown["number"], shown["is_left_out"], shown["cut"]) == (2, 4, False, 0)
    assert not list(own_home.glob("datasets/*")), "nothing is kept of a preview"


def test_that_a_row_is_cut_and_led_by_an_instruction_as_in_a_training(
    typed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    whole = tokens(capsys, *typed, "--system", "Say a colour.")
    assert "Say a colour." in text_of(whole, trained=False)
    cut = tokens(capsys, *typed, "--system", "Say a colour.", "--max-length", "6")
    assert (len(cut["tokens"]), cut["cut"], cut["max_length"]) == (6, len(whole["tokens"]) - 6, 6)
    assert cut["tokens"] == whole["tokens"][-6:]


def test_that_a_row_of_which_nothing_is_learned_is_called_so(
    typed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert "none of them learned: this row is left out." in run(capsys, *typed, "--max-length", "1")


def test_that_a_saved_data_set_is_shown_by_its_name(typed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "data", "save", typed[2], "--name", "colours")
    assert tokens(capsys, "data", "preview", "colours", *typed[3:]) == tokens(capsys, *typed)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--row", "3"], "There is no row 3: rows.csv has 2 rows"),
        (["--row", "0"], "There is no row 0"),
        (["--max-length", "-1"], "--max-length cannot be -1"),
    ],
)
def test_that_what_cannot_be_shown_is_said(
    typed: list[str], options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*typed, *options]) == 1
    seen = capsys.readouterr()
    assert said in seen.err
    assert seen.out == ""


def test_that_rows_longer_than_the_model_sees_are_told(typed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*typed, "--max-length", "300"]) == 0
    assert "tiny sees 256 tokens; a training with rows of 300 is refused." in capsys.readouterr().err
