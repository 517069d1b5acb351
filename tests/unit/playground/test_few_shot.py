"""Which worked examples are shown."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from workbench.errors import WorkbenchError
from workbench.playground import few_shot as few_shot_module
from workbench.playground.few_shot import ShotChooser, as_turns, read_shots, select_shots, shots_for
from workbench.playground.types import ExampleSelection, FewShot, Shot

SHOTS = [Shot(question=f"What is the {thing} of the kettle?", answer=thing) for thing in ("price", "weight", "colour")]
SHOTS.append(Shot(question="Who leads the plant in Velmora?", answer="Nadia"))


def test_that_rows_of_a_table_become_examples(tmp_path: Path) -> None:
    path = tmp_path / "train.csv"
    path.write_text("question,answer,source\nHow long?,3 years,x.pdf\nHow much?,54 euros,y.pdf\n", encoding="utf-8")
    assert read_shots(path) == [
        Shot(question="How long?", answer="3 years"),
        Shot(question="How much?", answer="54 euros"),
    ]


def test_that_a_table_without_answers_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "train.csv"
    path.write_text("a,b,c\n1,2,3\n", encoding="utf-8")
    with pytest.raises(WorkbenchError, match=r"train\.csv"):
        read_shots(path)


def test_that_a_random_choice_is_the_same_for_the_same_seed() -> None:
    assert select_shots(SHOTS, ExampleSelection.RANDOM, 2, 5) == select_shots(SHOTS, ExampleSelection.RANDOM, 2, 5)
    choices = {select_shots(SHOTS, ExampleSelection.RANDOM, 2, seed) for seed in range(20)}
    assert len(choices) > 3
    assert len(select_shots(SHOTS, ExampleSelection.RANDOM, 50, 0)) == 4


def test_that_the_first_are_the_first() -> None:
    assert select_shots(SHOTS, ExampleSelection.FIRST, 2, 0) == tuple(SHOTS[:2])


def test_that_the_most_similar_example_stands_next_to_the_question() -> None:
    chosen = ShotChooser(SHOTS).choose("What weight has the kettle?", 2)
    assert chosen[-1].answer == "weight"
    assert all("kettle" in shot.question for shot in chosen)


def test_that_examples_are_turns_of_user_and_assistant() -> None:
    assert [(m.role, m.content) for m in as_turns(SHOTS[:1])] == [
        ("user", "What is the price of the kettle?"),
        ("assistant", "price"),
    ]


def test_that_covering_examples_are_as_unlike_each_other_as_can_be() -> None:
    alike = [Shot(question=f"How long is the warranty of the {thing} kettle?", answer="x") for thing in ("red", "blue")]
    other = Shot(question="Who leads Velmora?", answer="Nadia")
    third = Shot(question="May lamps be returned opened?", answer="no")

    chosen = select_shots([*alike, other, third], ExampleSelection.COVERAGE, 3, 0)

    assert {other, third} < set(chosen) and len(set(chosen) & set(alike)) == 1
    assert select_shots([], ExampleSelection.COVERAGE, 3, 0) == ()


def many(count: int) -> tuple[Shot, ...]:
    words = [f"word{number}" for number in range(997)]
    return tuple(
        Shot(question=f"What is the {words[i % 997]} of {words[(i * 7) % 991]} number {i}?", answer=str(i))
        for i in range(count)
    )


def test_that_choosing_from_ten_thousand_examples_compares_a_sample_of_them_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[int] = []
    indexed: list[int] = []

    class Counting(ShotChooser):
        def __init__(self, shots: Sequence[Shot]) -> None:
            indexed.append(len(shots))
            super().__init__(shots)

        def likenesses(self, row: int) -> dict[int, float]:
            compared.append(row)
            return super().likenesses(row)

    monkeypatch.setattr(few_shot_module, "ShotChooser", Counting)
    few_shot = FewShot(shots=many(10_000), selection=ExampleSelection.COVERAGE, count=4)
    chosen = shots_for(few_shot, "")
    assert len(set(chosen)) == 4
    once = len(compared)
    assert 4 <= once < 100, "comparing all pairs takes minutes"
    assert shots_for(few_shot, "") == chosen
    assert (len(compared), indexed) == (once, [10_000])
    similar = few_shot.model_copy(update={"selection": ExampleSelection.SIMILAR})
    shots_for(similar, "x")
    assert "4711" in {shot.answer for shot in shots_for(similar, "word723 of number 4711")}
    assert indexed == [10_000, 10_000]


def test_that_other_examples_are_another_choice() -> None:
    for shots in (many(5), many(6)):
        few_shot = FewShot(shots=shots, selection=ExampleSelection.RANDOM, count=6)
        assert set(shots_for(few_shot, "")) == set(shots)
