"""What the report and the command say of the judge."""

from pathlib import Path

from tests.unit.compare.judged import run
from tests.unit.compare.scripted import MODEL, knows_with_passages
from tests.unit.compare.scripted_judge import JudgeTools, fair_chooser
from workbench.compare.judge.rating_order import fair_order
from workbench.compare.judge.ratings import answer_hash, key_of_trial
from workbench.compare.judge.types import AnswerRating, ResolvedJudge
from workbench.compare.report import to_html
from workbench.scoring.judge_settings import JudgeSettings


def test_that_the_report_shows_the_judge_its_prompt_and_its_places(tmp_path: Path) -> None:
    tools = JudgeTools(knows_with_passages, judges=fair_chooser)
    settings = JudgeSettings(model="tiny", rubric="Be <strict>.")
    tools.answer = lambda request: (
        fair_chooser(request) if "<first-" in request.messages[-1].content else knows_with_passages(request)
    )
    report = run(tmp_path, "pairwise_judge", tools=tools, judge=ResolvedJudge(model=MODEL, settings=settings))
    html = to_html(report)
    assert "The judge tiny is the model that answers for prompt, rag" in html
    assert "Both orders agree" in html
    assert "Be &lt;strict&gt;." in html
    assert "You rated 0 answers" in html


def test_that_the_report_shows_the_agreement_with_the_users_ratings(tmp_path: Path) -> None:
    report = run(tmp_path, "exact_match", "judge")
    by_key = {key_of_trial(trial): trial for trial in report.trials}
    ratings = tuple(
        AnswerRating(
            arm=key[0], example_id=key[1], answer_hash=answer_hash(by_key[key].answer), value=float(key[0] == "rag")
        )
        for key in fair_order(report.trials, by_question=False)[:10]
    )
    html = to_html(report.model_copy(update={"ratings": ratings}))
    assert "You rated 10 answers, 10 of them as a random sample." in html
    assert "too few to say how far Judge can be trusted. 20 more are needed." in html


def test_that_a_report_without_judges_and_ratings_says_nothing_of_them(tmp_path: Path) -> None:
    assert "How far scores can be trusted" not in to_html(run(tmp_path, "exact_match", judge=None))
