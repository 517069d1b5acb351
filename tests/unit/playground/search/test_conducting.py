"""A whole search on scripted models: outcomes, writers, rewriting, stops, continuing, reports."""

from pathlib import Path

import pytest

from tests.unit.playground.search.scripted import (
    MODEL,
    WRITER,
    Script,
    ScriptedTools,
    chance,
    prompt,
    request,
    right_with,
    run,
    system_of,
)
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobCancelled, RecordingContext
from workbench.llm.types import GenerationRequest
from workbench.playground.search import running
from workbench.playground.search.conducting import conduct
from workbench.playground.search.journal import ANSWERS, is_finished, read_report
from workbench.playground.search.scoring_table import BLOCK
from workbench.playground.search.tasks import SEARCH_PROMPT
from workbench.playground.search.types import (
    CandidateEntered,
    Origin,
    Outcome,
    SearchBudget,
    SearchProgress,
)
from workbench.playground.types import Prompt
from workbench.scoring.types import MetricChoice

SHORT = "Use as few words"


def short_is_best(system: str) -> float:
    return 0.95 if SHORT in system else 0.45


def test_that_a_better_prompt_is_found_and_proved(tmp_path: Path) -> None:
    tools = ScriptedTools(right_with(short_is_best))
    report, context = run(request(tmp_path), tools)
    assert report.outcome is Outcome.BETTER
    assert report.winner.instruction == "As short as possible"
    assert report.held_out
    assert report.held_out.low > 0
    assert report.held_out.questions == 60
    assert report.cost.generations == tools.asked <= 900
    assert report.cost.held_out == 120
    assert report.cost.prompt_tokens > 0
    assert report.candidates[0].candidate == report.winner
    assert read_report(tmp_path) == report
    entered = [item for item in context.produced if isinstance(item, CandidateEntered)]
    assert len(entered) == len(report.candidates) == 13
    told = [item for item in context.produced if isinstance(item, SearchProgress)]
    assert told[-1].used == report.cost.generations


def test_that_no_better_prompt_is_a_result(tmp_path: Path) -> None:
    report, _ = run(
        request(tmp_path), ScriptedTools(right_with(lambda system: 0.9 if system == "Answer the question." else 0.2))
    )
    assert report.outcome is Outcome.START_IS_BEST
    assert report.held_out is None
    assert report.winner == report.start


def test_that_prompts_that_are_all_the_same_are_not_called_better(tmp_path: Path) -> None:
    report, _ = run(request(tmp_path), ScriptedTools(right_with(lambda _: 0.5)))
    assert report.outcome is not Outcome.BETTER


def test_that_a_writers_instruction_takes_part(tmp_path: Path) -> None:
    def write(asked: GenerationRequest) -> str:
        return "<instruction>Name the colour, nothing else.</instruction>"

    tools = ScriptedTools(right_with(lambda system: 1.0 if "Name the colour" in system else 0.3), write)
    report, _ = run(request(tmp_path, writer=WRITER, techniques=False), tools)
    assert report.outcome is Outcome.BETTER
    assert report.winner.origin in (Origin.WRITTEN, Origin.REWRITTEN)
    assert report.cost.writing == len(tools.engines[WRITER.path].asked) >= 4
    assert tools.engines[WRITER.path].is_closed


def test_that_rewriting_looks_at_mistakes_and_its_result_can_win(tmp_path: Path) -> None:
    """The writer only finds the right words once it has seen what was wrong."""

    def write(asked: GenerationRequest) -> str:
        saw_mistakes = "Right would be: red" in asked.messages[-1].content
        return f"<instruction>{'Say red.' if saw_mistakes else 'Say something.'}</instruction>"

    tools = ScriptedTools(right_with(lambda system: 1.0 if "Say red" in system else 0.3), write)
    report, _ = run(request(tmp_path, writer=WRITER, techniques=False), tools)
    assert report.outcome is Outcome.BETTER
    assert report.winner.origin is Origin.REWRITTEN
    assert "Say red." in report.winner.prompt.blocks[0].text
    rewritten = [one for one in report.candidates if one.candidate.origin is Origin.REWRITTEN]
    assert all(one.dropped for one in rewritten if one.candidate != report.winner)
    assert report.cost.generations <= 900


def test_that_a_writer_that_fails_costs_its_part_and_not_the_search(tmp_path: Path) -> None:
    def fail(asked: GenerationRequest) -> str:
        raise WorkbenchError("The server is gone.")

    report, _ = run(request(tmp_path, writer=WRITER), ScriptedTools(right_with(short_is_best), fail))
    assert report.outcome is Outcome.BETTER
    assert any("The server is gone." in note for note in report.notes)


def test_that_the_model_may_write_for_itself(tmp_path: Path) -> None:
    tools = ScriptedTools(right_with(short_is_best))
    report, _ = run(request(tmp_path, writer=MODEL), tools)
    assert report.outcome is Outcome.BETTER
    assert list(tools.engines) == [MODEL.path]


def cancelled_after(count: int, context: RecordingContext, script: Script) -> Script:
    """The script, whose job is cancelled when it has answered that often."""
    answered = 0

    def answer(asked: GenerationRequest) -> str:
        nonlocal answered
        answered += 1
        if answered == count:
            context.cancelled.set()
        return script(asked)

    return answer


@pytest.mark.parametrize("writer", [None, WRITER])
def test_that_a_stopped_search_goes_on_where_it_was_and_ends_the_same(tmp_path: Path, writer: object) -> None:
    def write(asked: GenerationRequest) -> str:
        return f"<instruction>Name the colour {chance(asked.model_dump_json()):.3f}.</instruction>"

    script = right_with(lambda system: 0.5 + 0.4 * chance(system))
    whole, _ = run(request(tmp_path / "whole", writer=writer), ScriptedTools(script, write))
    wanted = request(tmp_path / "stopped", writer=writer)
    for count in (150, 300):
        context = RecordingContext()
        with pytest.raises(JobCancelled):
            conduct(context, wanted, ScriptedTools(cancelled_after(count, context, script), write))
    assert not is_finished(tmp_path / "stopped")
    last = ScriptedTools(script, write)
    report, _ = run(wanted, last)
    answered = whole.cost.racing + whole.cost.held_out
    kept = (tmp_path / "stopped" / ANSWERS).read_text().splitlines()
    assert answered <= len(kept) <= answered + 2 * BLOCK
    assert last.asked <= answered - 300 + BLOCK
    same = {"name", "cost"}
    assert report.model_dump(exclude=same) == whole.model_dump(exclude=same)
    assert report.cost.generations == whole.cost.generations


def test_that_a_model_that_was_changed_answers_again(tmp_path: Path) -> None:
    first = ScriptedTools(right_with(short_is_best))
    run(request(tmp_path), first)
    again = ScriptedTools(right_with(short_is_best))
    again.hash = "another"
    run(request(tmp_path), again)
    assert again.asked == first.asked


def test_that_half_a_line_in_the_journal_is_asked_again_with_its_batch(tmp_path: Path) -> None:
    run(request(tmp_path), ScriptedTools(right_with(short_is_best)))
    path = tmp_path / ANSWERS
    path.write_bytes(path.read_bytes()[:-30])
    tools = ScriptedTools(right_with(short_is_best))
    run(request(tmp_path), tools)
    assert 1 <= tools.asked <= BLOCK


def test_that_a_model_that_is_gone_ends_the_search_with_its_words(tmp_path: Path) -> None:
    def gone(asked: GenerationRequest) -> str:
        raise WorkbenchError("The server does not answer.")

    with pytest.raises(WorkbenchError, match="The server does not answer"):
        run(request(tmp_path), ScriptedTools(gone))
    report, _ = run(request(tmp_path), ScriptedTools(right_with(short_is_best)))
    assert report.outcome is Outcome.BETTER


def test_that_a_candidate_that_cannot_be_asked_loses_and_says_why(tmp_path: Path) -> None:
    broken = "Answer. {{ missing_variable }}"
    report, _ = run(request(tmp_path, instructions=(broken,)), ScriptedTools(right_with(short_is_best)))
    tried = next(one for one in report.candidates if one.candidate.origin is Origin.OWN)
    assert tried.failed > 0
    assert "missing_variable" in tried.problem
    assert tried.dropped
    assert report.outcome is Outcome.BETTER


def test_that_reasoning_is_judged_by_its_answer(tmp_path: Path) -> None:
    def think(asked: GenerationRequest) -> str:
        if "step by step" in system_of(asked).casefold():
            return "It is not blue. Answer: red"
        return "blue"

    report, _ = run(request(tmp_path), ScriptedTools(think))
    assert report.outcome is Outcome.BETTER
    assert report.winner.instruction == "Think first"


def test_that_a_start_with_a_mistake_or_a_metric_of_retrieval_is_refused(tmp_path: Path) -> None:
    tools = ScriptedTools(right_with(short_is_best))
    with pytest.raises(WorkbenchError, match="mistake in its template"):
        run(request(tmp_path, start=prompt("{{ open")), tools)
    with pytest.raises(WorkbenchError, match="retrieves nothing"):
        run(request(tmp_path, metric=MetricChoice(name="recall_at_5")), tools)
    with pytest.raises(WorkbenchError, match="nothing to try"):
        run(request(tmp_path, techniques=False), tools)


def test_that_time_at_work_does_not_count_the_hours_in_between(tmp_path: Path) -> None:
    from workbench.playground.search.journal import AnswerRecord, SearchJournal

    now = [100.0]
    journal = SearchJournal(tmp_path, clock=lambda: now[0])
    journal.begin_work()
    now[0] = 130.0
    journal.add_answer(AnswerRecord(candidate="a", question="q", model_hash="h", at=journal.seconds()))
    now[0] = 9000.0
    again = SearchJournal(tmp_path, clock=lambda: now[0])
    assert again.seconds() == 0
    assert again.find_answer(("a", "q"), "h")
    now[0] = 9500.0
    assert again.seconds() == 30
    again.begin_work()
    now[0] = 9505.0
    assert again.seconds() == 35


def test_that_the_same_search_goes_on_in_its_folder_until_it_is_finished(home: object, tmp_path: Path) -> None:
    from workbench.paths import WorkbenchPaths

    paths = WorkbenchPaths(tmp_path)
    wanted = request(tmp_path)
    placed = running.place_search(wanted, paths)
    assert running.place_search(wanted, paths) == placed
    run(placed, ScriptedTools(right_with(short_is_best)))
    assert running.place_search(wanted, paths).folder != placed.folder
    other = wanted.model_copy(update={"budget": SearchBudget(generations=901)})
    assert running.place_search(other, paths).folder != placed.folder


def test_that_the_window_knows_the_task_by_its_name() -> None:
    assert running.SEARCH_PROMPT == SEARCH_PROMPT


def test_that_a_search_that_did_not_end_has_no_report(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="did not come to its end"):
        running.load_search_report(tmp_path)


def test_that_a_prompt_of_one_block_is_searched_too(tmp_path: Path) -> None:
    bare = Prompt(blocks=prompt().blocks[1:])
    report, _ = run(request(tmp_path, start=bare), ScriptedTools(right_with(short_is_best)))
    assert report.outcome is Outcome.BETTER
