"""Which metric fits which answers, which questions are asked, and that our own set of abilities is sound."""

from collections import Counter
from pathlib import Path

import pytest

from tests.unit.finetune.conftest import colour_rows
from workbench.datasets.rows_file import write_rows
from workbench.datasets.splits import split_rows
from workbench.errors import WorkbenchError
from workbench.finetune.evaluation.abilities import judge, own_set, read_abilities
from workbench.finetune.evaluation.questions import general_set, load_test
from workbench.finetune.evaluation.types import EvaluationRequest, TestSource
from workbench.finetune.types import Adapter, TrainingConfig
from workbench.llm.types import ModelRef, Role
from workbench.scoring.metric_choice import metrics_for
from workbench.scoring.types import MetricChoice

HOUSE = Adapter(
    name="house", folder="/a/house", gguf_path="/a/house/adapter.gguf", gguf_hash="ab" * 32, base_name="tiny",
    base_path="/m/tiny.gguf", base_hash="cd" * 32, rank=4, rows=18, dataset_name="colours",
    config=TrainingConfig(validation_share=0.25, seed=3),
)  # fmt: skip


def request_for(folder: Path, **more: object) -> EvaluationRequest:
    path, digest = write_rows(colour_rows(24), folder)
    wanted = {"rows_path": str(path), "rows_hash": digest, "data_name": "colours"} | more
    base = ModelRef(name="tiny", path="/m/tiny.gguf")
    return EvaluationRequest.model_validate({"adapter": HOUSE, "base": base, "folder": str(folder / "run"), **wanted})


@pytest.mark.parametrize(
    ("references", "metric"),
    [
        (["red", "green", "blue"] * 8, "label_accuracy"),
        (['{"kind": "refund", "order": 4}', '{"kind": "question", "order": 7}'], "json_fields"),
        (["Kind: refund\nOrder: 12", "Kind: question\nOrder: 15"], "format_fields"),
        (["12 euros", "7", "1,200", "about 3.5 kg"], "numeric"),
        (["Order 1 is lost.", "Order 2 is shipped.", "Order 3 is here."], "exact_match"),
        (["Ida Holm", "the blue door", "Bergen"], "exact_match"),
        (["The warranty of this kettle lasts for two years from the day of purchase."] * 2, "token_f1"),
    ],
)
def test_that_the_metric_fits_the_answers(references: list[str], metric: str) -> None:
    assert metrics_for(references)[0].name == metric


def test_that_labels_are_given_to_the_metric_that_judges_them() -> None:
    assert metrics_for(["red", "green"] * 6)[0].options == {"labels": ("green", "red")}


def test_that_held_out_rows_are_exactly_those_that_were_not_trained(tmp_path: Path) -> None:
    found = load_test(request_for(tmp_path))
    held_out = split_rows(colour_rows(24), 0.25, 3).validation
    assert [question.references[0] for question in found.questions] == [row.answer for row in held_out]
    assert [question.number for question in found.questions] == [row.number for row in held_out]
    assert all(question.messages[-1].role is Role.USER for question in found.questions)


def test_that_an_adapter_without_held_out_rows_says_what_to_do(tmp_path: Path) -> None:
    config = TrainingConfig(validation_share=0.0)
    request = request_for(tmp_path, adapter=HOUSE.model_copy(update={"config": config}))
    with pytest.raises(WorkbenchError, match="trained on all of its rows") as caught:
        load_test(request)
    assert "not trained on" in caught.value.hint


def test_that_test_questions_that_were_trained_on_are_said(tmp_path: Path) -> None:
    request = request_for(tmp_path, source=TestSource.DATASET)
    request = request.model_copy(update={"trained_rows_path": request.rows_path})
    trained = len(split_rows(colour_rows(24), 0.25, 3).training)
    assert f"{trained} of the 24 test questions were trained on" in " ".join(load_test(request).notes)


def test_that_of_many_questions_the_same_sample_is_taken_each_time(tmp_path: Path) -> None:
    request = request_for(tmp_path, source=TestSource.DATASET, limit=10)
    first, second = load_test(request), load_test(request)
    assert first == second
    assert len(first.questions) == 10
    assert "sample of 10 of 24" in first.notes[0]


def test_that_our_set_asks_every_ability_fifteen_times_and_can_be_answered(tmp_path: Path) -> None:
    found = read_abilities(own_set())
    counts = Counter(question.ability for question in found)
    assert len(counts) == 9
    assert set(counts.values()) == {15}
    assert len({question.messages for question in found}) == len(found), "no question twice"
    for question in found:
        right = question.references[0] if question.references else "The documents do not say."
        assert judge(right, question.references, question.metric).value == 1.0, question.id
        assert judge("zzz", question.references, question.metric).value == 0.0, question.id


def test_that_a_format_counts_letter_for_letter() -> None:
    verbatim = MetricChoice(name="verbatim")
    assert judge(" HOUSE\n", ("HOUSE",), verbatim).value == 1.0
    assert judge("house", ("HOUSE",), verbatim).value == 0.0


def test_that_the_users_own_set_takes_the_place_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("question,answer,category\nSay hello.,hello,Manners\nSay bye.,bye,Manners\n", encoding="utf-8")
    found = general_set(request_for(tmp_path, general_path=str(path)))
    assert (found.name, {question.ability for question in found.questions}) == ("mine.csv", {"Manners"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("question,answer,metric\nSay hello.,hello,sparkle\n", "no metric named 'sparkle'"),
        ("question,answer\nSay hello.,\nSay bye.,bye\n", "row 2: the answer is empty"),
    ],
)
def test_that_a_broken_set_is_refused_by_row(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WorkbenchError, match=message):
        general_set(request_for(tmp_path, general_path=str(path)))
