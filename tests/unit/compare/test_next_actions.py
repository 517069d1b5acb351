"""Which doors a wrong answer has, and what they are opened with."""

import json
from pathlib import Path

import pytest

from tests.unit.compare.scripted import COLLECTION, arm, numbered
from workbench.compare.arm_types import Arm
from workbench.compare.failing_rows import failing_examples, write_failing_rows
from workbench.compare.next_actions import NextAction, next_actions
from workbench.compare.stock import RowsChoice, Stock
from workbench.compare.trial_types import FailureReason, Trial
from workbench.finetune.types import Adapter
from workbench.llm.types import AdapterRef

PASSAGES = RowsChoice("sums with passages", "/d/p.jsonl", origin="sums, with passages of handbook")
PLAIN = RowsChoice("sums", "/d/s.jsonl", content_hash="h")
TUNED = Adapter(
    name="house-style", folder="", gguf_path="", gguf_hash="", base_name="tiny", base_path="", base_hash="", rank=4,
    rows=9, dataset_name="sums", dataset_hash="h",
)  # fmt: skip


def doors(failure: FailureReason, asked: Arm, stock: Stock) -> dict[str, NextAction]:
    trial = Trial(arm=asked.name, example_id="q0", failure=failure)
    return {action.key: action for action in next_actions(trial, numbered(1)[0], asked, stock)}


def test_that_tuning_on_passages_takes_rows_that_carry_those_of_the_arms_collection() -> None:
    stock = Stock(collections=(COLLECTION,), rows=(PLAIN, PASSAGES))
    tune = doors(FailureReason.IGNORED, arm("rag", collection=True), stock)["tune"]
    assert (tune.tab, tune.case) == ("finetune", {"base": "tiny", "dataset": "sums with passages"})


def test_that_rows_with_passages_are_made_first_where_there_are_none() -> None:
    stock = Stock(collections=(COLLECTION,), rows=(PLAIN,))
    tune = doors(FailureReason.IGNORED, arm("rag", collection=True), stock)["tune"]
    assert (tune.text, tune.tab, tune.case) == ("Make rows with passages", "data", {"passages": "handbook"})


def test_that_an_answer_is_tried_with_the_scale_that_the_adapter_had() -> None:
    tuned = arm("tuned", adapter="/a/house-style.gguf")
    assert "adapter_scale" not in doors(FailureReason.TRUNCATED, tuned, Stock(adapters=(TUNED,)))["try"].case
    weaker = tuned.model_copy(update={"adapter": AdapterRef(path="/a/house-style.gguf", scale=0.5)})
    assert doors(FailureReason.TRUNCATED, weaker, Stock(adapters=(TUNED,)))["try"].case["adapter_scale"] == "0.5"


@pytest.mark.parametrize(("adapter", "wanted"), [("/a/house-style.gguf", {"dataset": "sums"}), ("", {})])
def test_that_a_tuned_arm_is_tuned_on_with_the_rows_of_its_adapter(adapter: str, wanted: dict[str, str]) -> None:
    stock = Stock(adapters=(TUNED,), rows=(PASSAGES, PLAIN))
    tune = doors(FailureReason.WRONG_FORMAT, arm("tuned", adapter=adapter), stock)["tune"]
    assert (tune.tab, tune.case) == ("finetune", {"base": "tiny", **wanted})


def test_that_rows_of_wrong_answers_are_those_of_the_arm_and_the_reason(tmp_path: Path) -> None:
    wrong, lost = FailureReason.WRONG_FORMAT, FailureReason.NOT_KNOWN
    asked = [("a", "q0", wrong), ("a", "q1", lost), ("b", "q2", wrong), ("a", "q3", wrong), ("a", "q4", wrong)]
    trials = [Trial(arm=name, example_id=question, failure=failure) for name, question, failure in asked]
    examples = list(numbered(5))
    examples[3] = examples[3].model_copy(update={"answers": ()})  # to be refused: nothing to learn
    found = failing_examples(trials, examples, "a", wrong)
    path = write_failing_rows(found, tmp_path / "rows", "a/b: c", wrong)
    assert path.name == "a-b-c-wrong-format.jsonl"
    assert [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] == [
        {"question": "What is 0 plus one?", "answer": "1", "document": "doc0.md"},
        {"question": "What is 4 plus one?", "answer": "5", "document": "doc4.md"},
    ]
