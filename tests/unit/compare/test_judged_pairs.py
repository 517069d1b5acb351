"""A judge that holds two answers against each other, on a server, with little time."""

from pathlib import Path

import pytest

from tests.unit.compare.judged import TWO, means, reasons, request_for, run
from tests.unit.compare.running import Clock
from tests.unit.compare.scripted import arm, knows_with_passages, numbered
from tests.unit.compare.scripted_judge import JUDGE_MODEL, JudgeTools, blocks_of, fair_chooser, fair_grader, graded
from workbench.compare.budget import Budget, budget_of
from workbench.compare.journal import Journal
from workbench.compare.judge.types import ResolvedJudge
from workbench.compare.model_scores import score_with_models
from workbench.compare.tasks import compare
from workbench.datasets.types import Example
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.llm.endpoints.types import Endpoint
from workbench.llm.types import GenerationRequest
from workbench.scoring.judge_settings import JudgeSettings

# -- pairs ------------------------------------------------------------------------------------------------------------


def test_that_the_better_answer_wins_in_both_orders(tmp_path: Path) -> None:
    tools = JudgeTools(knows_with_passages, judges=fair_chooser)
    report = run(tmp_path, "pairwise_judge", tools=tools)
    assert means(report, "pairwise_judge") == [0.0, 1.0]
    assert report.verdict.winner == "rag"
    assert report.model_scoring is not None
    bias = report.model_scoring.bias
    assert bias is not None
    assert (bias.pairs, bias.consistency, bias.first_share) == (12, 1.0, 0.5)
    assert len(tools.asked) == 24
    assert reasons(report, "pairwise_judge") == {"Better than prompt.", "Worse than rag."}


def test_that_a_judge_of_places_is_caught_and_decides_nothing(tmp_path: Path) -> None:
    tools = JudgeTools(knows_with_passages, judges=lambda _: '{"reason": "it is first", "better": "first"}')
    report = run(tmp_path, "pairwise_judge", tools=tools)
    assert means(report, "pairwise_judge") == [0.5, 0.5]
    assert report.model_scoring is not None
    bias = report.model_scoring.bias
    assert bias is not None
    assert (bias.consistency, bias.first_share) == (0.0, 1.0)
    assert report.verdict.winner is None


def test_that_no_arm_is_always_asked_about_first(tmp_path: Path) -> None:
    tools = JudgeTools(lambda request: f"answer of {len(request.messages)}", judges=fair_chooser)
    arms = (arm("a"), arm("b", system="be brief"))
    run(tmp_path, "pairwise_judge", tools=tools, arms=arms, examples=numbered(60))
    firsts = [blocks_of(prompt)["first"] for prompt in tools.asked[::2]]
    assert 15 < firsts.count("answer of 1") < 45
    assert not any(name == "a" for prompt in tools.asked for name in blocks_of(prompt).values())


def test_that_every_two_arms_are_held_against_each_other(tmp_path: Path) -> None:
    arms = (arm("prompt"), arm("rag", collection=True), arm("rag 2", collection=True, system="be brief"))
    tools = JudgeTools(knows_with_passages, judges=fair_chooser)
    report = run(tmp_path, "pairwise_judge", tools=tools, arms=arms)
    assert means(report, "pairwise_judge") == [0.0, 0.75, 0.75]
    assert report.model_scoring is not None
    assert len(report.model_scoring.pairs) == 36
    assert sum(not pair.was_asked for pair in report.model_scoring.pairs) == 12
    assert reasons(report, "pairwise_judge") >= {"Better than prompt; as good as rag."}


def test_that_a_judge_can_do_without_a_right_answer_and_an_embedder_cannot(tmp_path: Path) -> None:
    examples = (Example(id="q", question="What is 1 plus one?", answers_unknown=True),)
    tools = JudgeTools(lambda _: "Two, surely.", judges=lambda _: graded(3))
    report = run(tmp_path, "judge", "semantic_similarity", tools=tools, examples=examples, arms=TWO[:1])
    assert report.trials[0].scores["judge"].value == 0.5
    assert "nobody said what is right" in blocks_of(tools.asked[0])["references"]
    assert report.trials[0].scores["semantic_similarity"].value is None


def test_that_judgements_of_an_earlier_run_are_taken_over(tmp_path: Path) -> None:
    tools, again = JudgeTools(knows_with_passages), JudgeTools(knows_with_passages)
    run(tmp_path / "one", "judge", "semantic_similarity", tools=tools, earlier=str(tmp_path))
    report = run(tmp_path / "two", "judge", "semantic_similarity", tools=again, earlier=str(tmp_path))
    assert means(report, "judge") == [0.0, 1.0]
    assert not again.judge_engines
    assert not again.embedder.texts
    alone = JudgeTools(knows_with_passages)
    run(tmp_path / "two", "judge", "semantic_similarity", tools=alone)
    assert not alone.judge_engines


def test_that_a_refusal_is_held_against_an_answer_by_the_judge(tmp_path: Path) -> None:
    """Saying nothing may be better than saying something wrong."""
    prefers_refusing = '{"reason": "honest", "better": "%s"}'

    def choose(request: GenerationRequest) -> str:
        first = blocks_of(request.messages[-1].content)["first"]
        return prefers_refusing % ("first" if first == "I don't know." else "second")

    tools = JudgeTools(lambda request: "I don't know." if len(request.messages) > 1 else "a guess", judges=choose)
    report = run(tmp_path, "pairwise_judge", tools=tools, arms=(arm("guesses"), arm("refuses", system="be honest")))
    assert means(report, "pairwise_judge") == [0.0, 1.0]


# -- on a server, with little time ------------------------------------------------------------------------------------


ENDPOINT = Endpoint(name="judge", base_url="http://127.0.0.1:9/v1", model="judge")


SERVER = ResolvedJudge(
    model=JUDGE_MODEL.model_copy(update={"endpoint": ENDPOINT, "file_format": "endpoint"}),
    settings=JudgeSettings(model="judge"),
)


def test_that_a_judge_on_a_server_is_asked_with_a_schema(tmp_path: Path) -> None:
    tools = JudgeTools(knows_with_passages)
    report = run(tmp_path, "judge", tools=tools, judge=SERVER)
    config = tools.judge_engines[0].batches[0][0].config
    assert config.grammar == ""
    assert '"enum": [1, 2, 3, 4, 5]' in config.json_schema
    assert means(report, "judge") == [0.0, 1.0]


def test_that_a_server_that_refuses_schemas_is_asked_without(tmp_path: Path) -> None:
    def refuse_schemas(request: GenerationRequest) -> str:
        if request.config.json_schema:
            raise WorkbenchError("The server does not know response_format.")
        return f"<think>Is it 5 or {{1}}?</think>\n```json\n{fair_grader(request)}\n```"

    tools = JudgeTools(knows_with_passages, judges=refuse_schemas)
    assert means(run(tmp_path, "judge", tools=tools, judge=SERVER), "judge") == [0.0, 1.0]


def test_that_a_judge_without_time_has_graded_the_same_questions_of_all_arms_and_says_so(tmp_path: Path) -> None:
    request = request_for(tmp_path, "exact_match", "judge", examples=numbered(40))
    report = compare(RecordingContext(), request, JudgeTools(knows_with_passages))
    answered = [trial.model_copy(update={"scores": {}}) for trial in report.trials]
    clock = Clock(fair_grader)
    tools, budget = JudgeTools(knows_with_passages, judges=clock.answer), Budget(60.0, clock)
    again = request.model_copy(update={"folder": str(tmp_path / "later")})
    Path(again.folder).mkdir()
    clock.pass_by(40.0)
    scored = score_with_models(RecordingContext(), again, answered, tools, Journal(Path(again.folder)), budget)
    graded = {
        name: {
            trial.example_id for trial in scored.trials if trial.arm == name and trial.scores["judge"].value is not None
        }
        for name in ("prompt", "rag")
    }
    assert graded["prompt"] == graded["rag"] and len(graded["rag"]) == 16  # one block of 32 prompts
    assert scored.scoring is not None
    said = scored.scoring.problems["judge"]
    assert said == "48 of 80 answers have no score. The time of 1 minute was used up."


@pytest.mark.parametrize(
    ("metrics", "share"),
    [(("exact_match", "semantic_similarity"), 1.0), (("judge",), 0.5), (("judge", "pairwise_judge"), 1 / 3)],
)
def test_that_a_judge_has_time_of_its_own(tmp_path: Path, metrics: tuple[str, ...], share: float) -> None:
    now = [0.0]
    budget = budget_of(request_for(tmp_path, *metrics, budget_seconds=120.0), lambda: now[0])
    budget.allow(1.0)
    now[0] = 120.0 * share - 1
    assert not budget.is_used_up
    now[0] = 120.0 * share + 1
    assert budget.is_used_up
    budget.allow_all()
    assert budget.is_used_up == (share == 1.0)
