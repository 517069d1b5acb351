"""Filling a grid: one load per model, failures that stay where they happen, continuing, repeating failures alone."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.playground.grid.scripted import (
    SMALL,
    TINY,
    ScriptedTools,
    always_right,
    asked_number,
    combination,
    grid,
    rows,
    version,
)
from workbench.datasets.types import Example
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobCancelled, RecordingContext
from workbench.llm.types import ChatMessage, Completion, FinishReason, GenerationRequest, Role
from workbench.playground.grid.filling import BLOCK
from workbench.playground.grid.journal import GridJournal, is_finished, read_cell, read_outcomes
from workbench.playground.grid.tasks import fill_grid
from workbench.playground.grid.types import CellsDone, GridReport, GridRequest, GridRow
from workbench.playground.types import Reasoning


def fill(
    request: GridRequest, tools: ScriptedTools | None = None, context: RecordingContext | None = None
) -> GridReport:
    return fill_grid(context or RecordingContext(), request, tools or ScriptedTools())


class StopsAfter(RecordingContext):
    """Cancelled by the user once so many cells were made."""

    def __init__(self, cells: int) -> None:
        super().__init__()
        self._cells = cells

    def produce(self, item: object) -> None:
        super().produce(item)  # type: ignore[arg-type]
        if isinstance(item, CellsDone) and item.done >= self._cells:
            self.cancelled.set()


def fails_at(*numbers: int) -> Callable[[GenerationRequest], str]:
    def answer(request: GenerationRequest) -> str:
        if asked_number(request) in numbers:
            raise WorkbenchError("The server did not answer.")
        return always_right(request)

    return answer


def test_that_every_combination_answers_every_row_and_is_scored(tmp_path: Path) -> None:
    context = RecordingContext()
    request = grid(
        tmp_path, combination("right"), combination("polite", version(2, "Please: {{ question }}"), temperature=0.7)
    )
    tools = ScriptedTools(lambda r: always_right(r) if r.config.temperature == 0 else "I do not say.")
    report = fill(request, tools, context)
    assert [result.name for result in report.results] == ["right", "polite"]
    assert [result.metrics["exact_match"].mean for result in report.results] == [1.0, 0.0]
    assert (report.done, report.failed, report.rows) == (80, 0, 40)
    low = report.results[0].metrics["exact_match"].low
    assert low is not None
    assert 0.8 < low < 1
    done = [item for item in context.produced if isinstance(item, CellsDone)]
    assert (done[-1].done, done[-1].total) == (80, 80)
    assert is_finished(tmp_path)


def test_that_a_model_is_loaded_once_for_all_its_combinations(tmp_path: Path) -> None:
    combinations = (combination("a"), combination("b", model=SMALL), combination("c", temperature=1.0))
    tools = ScriptedTools()
    fill(grid(tmp_path, *combinations, count=3), tools)
    assert tools.opened == ["tiny", "small"]
    assert all(engine.is_closed for engine in tools.engines)
    assert [len(engine.asked) for engine in tools.engines] == [6, 3]


def test_that_a_transcript_keeps_everything_that_proves_it(tmp_path: Path) -> None:
    reasoning = version(1, system="You are a calculator.", reasoning=Reasoning())
    request = grid(tmp_path, combination("a", reasoning), count=2)
    fill(request, ScriptedTools(lambda r: f"One more. Answer: {always_right(r)}"))
    cell = read_cell(tmp_path, read_outcomes(tmp_path)[(0, 1)])
    assert "You are a calculator." in cell.prompt
    assert "What is 1 plus one?" in cell.prompt
    assert cell.text == "One more. Answer: 2"
    assert cell.answer == "2"
    assert "One more." in cell.reasoning
    assert cell.rule_sentence
    assert cell.scores["exact_match"].value == 1.0
    assert cell.scores["exact_match"].explanation
    assert cell.usage.generated_tokens == 4
    assert cell.model_hash == "hash of tiny"


def test_that_a_row_without_the_variable_says_which_and_the_others_go_on(tmp_path: Path) -> None:
    request = grid(tmp_path, combination("a", version(1, "{{ question }} Speak {{ language }}.")), combination("b"))
    with_language = tuple(
        GridRow(example=row.example.model_copy(update={"variables": {"language": "German"}})) for row in rows(3)
    )
    request = request.model_copy(update={"rows": (*with_language[:2], rows(3)[2])})
    report = fill(request)
    outcomes = read_outcomes(tmp_path)
    assert [outcomes[(0, row)].problem != "" for row in range(3)] == [False, False, True]
    assert "language" in outcomes[(0, 2)].problem
    assert [(result.answered, result.failed) for result in report.results] == [(2, 1), (3, 0)]
    assert "Speak German." in read_cell(tmp_path, outcomes[(0, 0)]).prompt


def test_that_a_value_for_all_rows_fills_in_and_a_rows_own_wins(tmp_path: Path) -> None:
    own = Example(id="own", question="What is 1 plus one?", answers=("2",), variables={"language": "Latin"})
    request = grid(
        tmp_path,
        combination("a", version(1, "{{ question }} Speak {{ language }}.")),
        rows=(*rows(1), GridRow(example=own)),
        values={"language": "German"},
    )
    fill(request)
    cells = [read_cell(tmp_path, outcome).prompt for _, outcome in sorted(read_outcomes(tmp_path).items())]
    assert ["German" in cells[0], "Latin" in cells[1]] == [True, True]


def test_that_earlier_turns_of_a_row_stand_before_its_question(tmp_path: Path) -> None:
    earlier = (ChatMessage(role=Role.USER, content="Hello."), ChatMessage(role=Role.ASSISTANT, content="Hello you."))
    row = rows(1)[0].model_copy(update={"earlier": earlier})
    tools = ScriptedTools()
    fill(grid(tmp_path, rows=(row,)), tools)
    assert [message.content for message in tools.engines[0].asked[0].messages] == [
        "Hello.", "Hello you.", "What is 0 plus one?",
    ]  # fmt: skip


def test_that_a_model_that_cannot_be_loaded_fails_its_cells_alone(tmp_path: Path) -> None:
    tools = ScriptedTools(refused={"small": WorkbenchError("There is no model file.", hint="Choose another.")})
    report = fill(grid(tmp_path, combination("gone", model=SMALL), combination("here"), count=5), tools)
    assert [(result.answered, result.failed) for result in report.results] == [(0, 5), (5, 0)]
    assert report.results[0].problem == "There is no model file."
    assert read_cell(tmp_path, read_outcomes(tmp_path)[(0, 0)]).hint == "Choose another."


def test_that_failures_are_made_again_alone(tmp_path: Path) -> None:
    request = grid(tmp_path, combination("a"), combination("b"))
    first = fill(request, ScriptedTools(fails_at(3, 35)))
    assert first.failed == 4
    before = {place: read_cell(tmp_path, one) for place, one in read_outcomes(tmp_path).items() if not one.has_failed}
    tools = ScriptedTools()
    again = fill(request, tools)
    assert again.failed == 0
    assert tools.engines[0].batches == [["3"], ["35"], ["3"], ["35"]]
    after = read_outcomes(tmp_path)
    assert all(read_cell(tmp_path, after[place]) == cell for place, cell in before.items())


def test_that_a_filled_grid_is_taken_over_without_loading_a_model(tmp_path: Path) -> None:
    request = grid(tmp_path, count=5)
    first = fill(request)
    tools, context = ScriptedTools(), RecordingContext()
    assert fill(request, tools, context) == first
    assert tools.opened == []
    assert [item.done for item in context.produced] == [5]


def test_that_another_model_under_the_same_name_answers_anew(tmp_path: Path) -> None:
    request = grid(tmp_path, count=5)
    fill(request)
    tools = ScriptedTools(hashes={TINY.name: "another"})
    fill(request, tools)
    assert tools.asked == 5


def test_that_a_stopped_grid_goes_on_where_it_was(tmp_path: Path) -> None:
    request = grid(tmp_path, combination("a"), combination("b"))
    with pytest.raises(JobCancelled):
        fill(request, context=StopsAfter(BLOCK + 3))
    assert not is_finished(tmp_path)
    kept = read_outcomes(tmp_path)
    assert len(kept) == BLOCK + 3
    tools = ScriptedTools()
    report = fill(request, tools)
    assert report.done == 80
    # The block under way was asked as a whole, so that its batch is the same; what it had is not replaced.
    assert tools.engines[0].batches[0] == [str(row) for row in range(BLOCK, 40)]
    after = read_outcomes(tmp_path)
    assert all(after[place] == outcome for place, outcome in kept.items())


def test_that_a_combination_that_killed_the_process_twice_is_left_out(tmp_path: Path) -> None:
    request = grid(tmp_path, combination("killer"), combination("b"), count=3)

    for _ in range(2):
        journal = GridJournal(tmp_path)
        mark = journal.attempts.at_work("killer")
        mark.__enter__()  # the process ends here: nobody takes the mark away
    report = fill(request)
    assert [(result.answered, result.failed) for result in report.results] == [(0, 3), (3, 0)]
    assert "stopped unexpectedly" in report.results[0].problem
    assert fill(request).failed == 0  # a later run tries again


def test_that_an_answer_by_another_adapter_does_not_count(tmp_path: Path) -> None:
    class Confused(ScriptedTools):
        def adapter_hash(self, answerer: object) -> str:
            return "expected"

    report = fill(grid(tmp_path, count=1), Confused())
    assert report.failed == 1
    assert "Another adapter answered" in report.results[0].problem


def test_that_an_answer_cut_at_its_greatest_length_is_marked_and_scored(tmp_path: Path) -> None:
    report = fill(grid(tmp_path, combination("a", max_tokens=1), count=2), ScriptedTools(lambda _r: "1 and more"))
    assert report.results[0].cut == 2
    assert report.results[0].metrics["exact_match"].mean == 0.5
    assert read_cell(tmp_path, read_outcomes(tmp_path)[(0, 0)]).finish_reason is FinishReason.LENGTH


def test_that_a_completion_with_a_problem_is_a_failed_cell() -> None:
    from workbench.playground.grid.filling import _problem_of

    assert _problem_of(Completion(text="", finish_reason=FinishReason.CANCELLED), "") == "The answer was stopped."
