"""What one click is in the window is a line of options on the command line."""

import pytest

from workbench.cli.remedies import told_in_options
from workbench.errors import WorkbenchError
from workbench.finetune.out_of_memory import memory_ran_out
from workbench.finetune.step_watch import not_a_number
from workbench.finetune.types import TrainingConfig, TrainRequest
from workbench.jobs.causes import describe_death
from workbench.jobs.memory_watch import RAN_OUT
from workbench.llm.types import ModelRef


def request(**settings: object) -> TrainRequest:
    return TrainRequest(
        name="colours",
        base=ModelRef(name="tiny", path="/tiny.gguf"),
        rows_path="/rows",
        rows_hash="0",
        config=TrainingConfig.model_validate({"batch_size": 4, "max_length": 512} | settings),
        adapters_folder="/none",
        work_folder="/none/colours",
    )


def hint(training: TrainRequest, problem: WorkbenchError) -> str:
    with pytest.raises(WorkbenchError) as caught, told_in_options(training):
        raise problem
    assert (caught.value.message, caught.value.code) == (problem.message, problem.code)
    return caught.value.hint


@pytest.mark.parametrize(
    ("settings", "parts", "options"),
    [
        ({}, 1, "with --gradient-checkpointing does so."),
        ({"gradient_checkpointing": True}, 1, "with --batch-parts 2 does so."),
        ({"gradient_checkpointing": True}, 4, "with --max-length 256 --name 'colours 2' does so."),
    ],
)
def test_that_memory_that_ran_out_names_its_options(settings: dict[str, object], parts: int, options: str) -> None:
    training = request(**settings).model_copy(update={"batch_parts": parts})
    assert hint(training, memory_ran_out(training, 3, "")).endswith(options)


def test_that_a_process_that_was_ended_for_its_memory_names_them_too() -> None:
    killed = WorkbenchError(f"{describe_death(-9)} {RAN_OUT}: the system ended it.", hint="Again.", code="crashed")
    assert hint(request(), killed).endswith("with --gradient-checkpointing does so.")
    other = WorkbenchError(describe_death(-11), hint="Again.", code="crashed")  # its words speak of memory too
    assert hint(request(), other) == "Again."


def test_that_a_rate_that_diverged_names_the_smaller_one() -> None:
    training = request(learning_rate=8e-3)
    assert hint(training, not_a_number(3, training)).endswith("with --learning-rate 0.002 --name 'colours 2' does so.")


def test_that_other_problems_stay_as_they_are() -> None:
    assert hint(request(), WorkbenchError("No.", hint="Free some space.")) == "Free some space."
