"""How long a run will take, going by earlier ones: a mean over arms of a kind, or nothing."""

from pathlib import Path

import pytest

from tests.unit.compare.running import placed, run
from tests.unit.compare.scripted import always_right, arm
from workbench.compare.arm_spec import ArmSpec
from workbench.compare.pace import FILE, Pace, Stopwatch, estimate, keep_paces, read_paces
from workbench.llm.types import GenerationConfig

PACES = {"tiny alone": Pace(answer_seconds=2.0, alone_seconds=3.0), "tiny with passages": Pace(answer_seconds=5.0)}


def test_that_arms_of_a_kind_are_averaged_and_few_answers_say_nothing(tmp_path: Path) -> None:
    watch = Stopwatch()
    for name, answers, seconds in (("a", 10, 10.0), ("b", 20, 60.0), ("rag", 3, 9.0)):
        watch.add(name, answers, seconds)
    keep_paces(tmp_path, (arm("a"), arm("b"), arm("rag", collection=True)), watch, {"a": 1.0, "b": 2.0})
    assert read_paces(tmp_path) == {"tiny alone": Pace(answer_seconds=2.0, alone_seconds=1.5)}


def test_that_other_models_are_remembered_and_what_cannot_be_read_is_not(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"big alone": {"answer_seconds": 9.0}, "odd alone": {"answer_seconds": "x"}}')
    watch = Stopwatch()
    watch.add("a", 8, 8.0)
    keep_paces(tmp_path, (arm("a"),), watch, {})
    assert set(read_paces(tmp_path)) == {"big alone", "tiny alone"}
    assert read_paces(tmp_path / "nowhere") == {}


@pytest.mark.parametrize(
    ("arms", "expected"),
    [
        ([ArmSpec(name="a", model="tiny")], 2.0 * 10 + 3.0 * 5),
        ([ArmSpec(name="a", model="tiny", collection="c")], 5.0 * 10),
        ([ArmSpec(name="a", model="tiny", generation=GenerationConfig(temperature=1.0))], 2.0 * 10 * 3 + 3.0 * 5),
        ([ArmSpec(name="a", model="tiny"), ArmSpec(name="b", model="unknown")], None),
    ],
)
def test_that_repeats_and_timing_are_counted(arms: list[ArmSpec], expected: float | None) -> None:
    assert estimate(arms, 10, 3, 4, PACES) == expected


def test_that_a_run_leaves_its_pace_beside_it(tmp_path: Path) -> None:
    run(placed(tmp_path, arm("a"), count=10), always_right)
    assert set(read_paces(tmp_path / "comparisons")) == {"tiny alone"}
