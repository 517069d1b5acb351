"""Answers of earlier runs: only what is new is asked, failures alone, and nothing is mixed up."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.compare.running import StopsAfter, placed, run
from tests.unit.compare.scripted import (
    COLLECTION,
    ScriptedTools,
    always_right,
    arm,
    asked_number,
    hash_of,
    knows_with_passages,
    numbered,
)
from workbench.compare.arm_types import Arm
from workbench.compare.stopped_runs import sum_up_folder
from workbench.compare.tasks import compare
from workbench.compare.types import CompareRequest
from workbench.compare.wording import missing_in_words
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobCancelled, RecordingContext
from workbench.llm.types import AdapterRef, GenerationConfig, GenerationRequest, LoadConfig, ModelRef
from workbench.playground.types import Prompt, PromptBlock, Shot
from workbench.rag.search_types import Hit, RetrievalConfig
from workbench.scoring.types import MetricChoice


def fails_at(*numbers: int) -> Callable[[GenerationRequest], str]:
    def answer(request: GenerationRequest) -> str:
        if asked_number(request) in numbers:
            raise WorkbenchError("The server was busy.")
        return always_right(request)

    return answer


def ids(*numbers: int) -> list[str]:
    return [f"q{n}" for n in numbers]


def test_that_an_arm_that_is_added_is_the_only_one_that_is_asked(tmp_path: Path) -> None:
    run(placed(tmp_path, arm("a")), always_right)
    report, batches = run(placed(tmp_path, arm("a"), arm("b", system="Be brief.")), always_right)
    assert batches == [ids(*range(32)), ids(*range(32, 40))]
    assert (report.reused, report.arms[0].answered, report.arms[1].answered) == (40, 40, 40)


def test_that_questions_that_are_added_are_asked_alone_and_the_spec_gives_the_same_batches(tmp_path: Path) -> None:
    run(placed(tmp_path, arm("a"), count=40), always_right)
    more = placed(tmp_path, arm("a"), count=55)
    report, batches = run(more, always_right)
    assert more.waves == (40, 15)
    assert report.waves == (40, 15)
    assert batches == [ids(*range(40, 55))]
    fresh = placed(tmp_path / "elsewhere", arm("a"), count=55, waves=report.waves)
    _, batches = run(fresh, always_right)
    assert batches == [ids(*range(32)), ids(*range(32, 40)), ids(*range(40, 55))]


def test_that_an_unchanged_comparison_is_not_asked_again_unless_that_is_wanted(tmp_path: Path) -> None:
    first, _ = run(placed(tmp_path, arm("a"), arm("rag", collection=True)), knows_with_passages)
    again, batches = run(placed(tmp_path, arm("a"), arm("rag", collection=True)), knows_with_passages)
    assert batches == []
    assert [trial.answer for trial in again.trials] == [trial.answer for trial in first.trials]
    assert [result.metrics for result in again.arms] == [result.metrics for result in first.arms]
    _, batches = run(placed(tmp_path, arm("a"), fresh=True), knows_with_passages)
    assert len(batches) == 2


def timed(request: CompareRequest) -> CompareRequest:
    return request.model_copy(update={"timed_questions": 3})


def test_that_answers_and_times_of_an_earlier_run_are_told_from_those_of_this_one(tmp_path: Path) -> None:
    first, _ = run(timed(placed(tmp_path, arm("a"))), always_right)
    assert not any(trial.taken_over for trial in first.trials)
    assert (first.arms[0].timing.questions, first.arms[0].timing.taken_over) == (3, False)
    assert first.arms[0].timing.measured_on
    report, _ = run(timed(placed(tmp_path, arm("a"), arm("b", system="Be brief."))), always_right)
    old, new = report.arms
    assert {trial.arm for trial in report.trials if trial.taken_over} == {"a"}
    assert (old.reused, new.reused) == (40, 0)
    assert (old.timing.taken_over, new.timing.taken_over) == (True, False)
    assert old.timing.measured_on == first.arms[0].timing.measured_on
    [said] = [sentence for sentence in missing_in_words(report) if "times" in sentence]
    assert said.startswith("The times of a were measured in an earlier run (")
    anew, _ = run(timed(placed(tmp_path, arm("a"), fresh=True)), always_right)
    assert not anew.arms[0].timing.taken_over
    assert missing_in_words(anew) == ()


def test_that_what_was_taken_over_stays_marked_when_a_run_is_stopped_and_goes_on(tmp_path: Path) -> None:
    run(timed(placed(tmp_path, arm("a"))), always_right)
    request = timed(placed(tmp_path, arm("a"), arm("b", system="Be brief.")))
    with pytest.raises(JobCancelled):
        compare(StopsAfter(40), request, ScriptedTools(always_right))
    assert sum_up_folder(Path(request.folder)).arms[0].reused == 32
    report, _ = run(request, always_right)
    assert (report.reused, report.arms[0].timing.taken_over, report.arms[1].timing.taken_over) == (40, True, False)


def test_that_failures_are_asked_again_alone(tmp_path: Path) -> None:
    first, _ = run(placed(tmp_path, arm("a")), fails_at(3, 35))
    assert first.arms[0].failed == 2
    report, batches = run(placed(tmp_path, arm("a")), always_right)
    assert batches == [ids(3), ids(35)]
    assert (report.arms[0].answered, report.arms[0].failed) == (40, 0)


def test_that_a_renamed_arm_keeps_its_answers(tmp_path: Path) -> None:
    run(placed(tmp_path, arm("a")), always_right)
    report, batches = run(placed(tmp_path, arm("better name")), always_right)
    assert batches == []
    assert {trial.arm for trial in report.trials} == {"better name"}


def test_that_other_metrics_score_what_was_answered(tmp_path: Path) -> None:
    run(placed(tmp_path, arm("a")), always_right)
    report, batches = run(placed(tmp_path, arm("a"), metrics=(MetricChoice(name="contains"),)), always_right)
    assert batches == []
    assert report.arms[0].metrics["contains"].mean == 1.0


def test_that_what_a_stopped_run_answered_is_taken_over_by_another_one(tmp_path: Path) -> None:
    with pytest.raises(JobCancelled):
        compare(StopsAfter(36), placed(tmp_path, arm("a")), ScriptedTools(always_right))
    _, batches = run(placed(tmp_path, arm("a"), arm("b", system="Be brief.")), always_right)
    assert batches[0] == ids(*range(32))  # of b; a had its first block
    assert batches.count(ids(*range(32, 40))) == 2


CHANGED: dict[str, dict[str, object]] = {
    "model": {"model": ModelRef(name="other", path="/models/other.gguf")},
    "adapter": {"adapter": AdapterRef(path="/a.gguf"), "adapter_hash": hash_of("/a.gguf")},
    "adapter's scale": {
        "adapter": AdapterRef(path="/a.gguf", scale=0.5),
        "adapter_name": "a",
        "adapter_hash": hash_of("/a.gguf"),
    },
    "system prompt": {"system": "Be brief."},
    "saved prompt": {"prompt": Prompt(blocks=(PromptBlock(role="user", text="{{ question }}"),))},
    "examples": {"shots": (Shot(question="What is 100 plus one?", answer="101"),)},
    "decoding": {"generation": GenerationConfig(max_tokens=7)},
    "seed": {"generation": GenerationConfig(seed=1)},
    "collection": {"collection": COLLECTION},
}


@pytest.mark.parametrize("what", CHANGED)
def test_that_another_way_to_answer_is_asked_again(what: str, tmp_path: Path) -> None:
    run(placed(tmp_path, arm("a")), always_right)
    changed: Arm = arm("a").model_copy(update=CHANGED[what])
    report, batches = run(placed(tmp_path, changed), always_right)
    assert report.reused == 0
    assert len(batches) == 2, what


def test_that_the_same_adapter_at_another_scale_is_asked_again(tmp_path: Path) -> None:
    run(placed(tmp_path, arm("a", adapter="/a.gguf")), always_right)
    weaker = arm("a").model_copy(update=CHANGED["adapter's scale"])
    report, batches = run(placed(tmp_path, weaker), always_right)
    assert (report.reused, len(batches)) == (0, 2)
    assert {trial.adapter_scale for trial in report.trials} == {0.5}
    assert report.arms[0].adapter_scale == 0.5


def test_that_another_way_to_load_the_model_is_asked_again(tmp_path: Path) -> None:
    run(placed(tmp_path, arm("a")), always_right)
    report, _ = run(placed(tmp_path, arm("a"), load=LoadConfig(context_length=512)), always_right)
    assert report.reused == 0


def test_that_other_documents_in_the_same_collection_are_asked_again(tmp_path: Path) -> None:
    """The index keeps its name and its number of chunks: only what is found tells that it holds something else."""

    class OtherText:
        def search(self, query: str, config: RetrievalConfig) -> list[Hit]:
            n = int(query.split()[2])
            return [
                Hit(
                    document=f"doc{n}.md",
                    page=1,
                    start=0,
                    end=9,
                    score=0.5,
                    chunk_id="x",
                    text=f"{n} plus one is {n + 1}!",
                )
            ]

    one = arm("rag", collection=True)
    run(placed(tmp_path, one, count=4), knows_with_passages)
    tools = ScriptedTools(knows_with_passages)
    tools.searcher = OtherText()  # type: ignore[assignment]
    report = compare(RecordingContext(), placed(tmp_path, one, count=4), tools)
    assert report.reused == 0
    assert "0 plus one is 1!" in report.trials[0].prompt


def test_that_a_damaged_file_of_an_earlier_run_costs_only_its_answers(tmp_path: Path) -> None:
    first = placed(tmp_path, arm("a"), count=40)
    run(first, always_right)
    path = Path(first.folder) / "trials.jsonl"
    path.write_bytes(path.read_bytes()[:-30])
    report, batches = run(placed(tmp_path, arm("a"), count=40), always_right)
    assert batches == [ids(*range(32, 40))]
    assert report.arms[0].answered == 40


def test_that_a_question_with_other_columns_is_asked_again_where_a_prompt_reads_them(tmp_path: Path) -> None:
    def with_team(name: str) -> tuple[object, ...]:
        return tuple(each.model_copy(update={"variables": {"team": name}}) for each in numbered(3))

    text = PromptBlock.model_validate({"role": "user", "text": "{{ team }}: {{ question }}"})
    reads, plain = arm("reads", prompt=Prompt(blocks=(text,))), arm("plain")
    run(placed(tmp_path, reads, plain, examples=with_team("A")), always_right)
    report, _ = run(placed(tmp_path, reads, plain, examples=with_team("B")), always_right)
    assert report.reused == 3
    assert report.trials[0].prompt == "<user> B: What is 0 plus one?"
