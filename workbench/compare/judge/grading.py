"""A judge grades answers by a rubric."""

from collections.abc import Sequence

from workbench.compare.judge.asking import JudgeDesk
from workbench.compare.judge.plain_cases import plain_score
from workbench.compare.trial_types import Trial
from workbench.datasets.types import Example
from workbench.scoring.judge_prompt import rubric_prompt
from workbench.scoring.judge_reply import Judgement, value_of
from workbench.scoring.judge_settings import JudgeSettings, Scale
from workbench.scoring.metrics.text import without_marks
from workbench.scoring.types import ScoreValue


def grade_all(trials: Sequence[tuple[Trial, Example]], desk: JudgeDesk) -> list[ScoreValue]:
    """A score for every answer, in their order. Equal answers to a question are graded once.

    Asked is question by question: a judge that runs out of time has graded the same ones for all arms.
    """
    settings = desk.judge.settings
    plain = [plain_score(trial.answer, example) for trial, example in trials]
    prompts = [
        "" if score else prompt_for(settings, trial.answer, example)
        for score, (trial, example) in zip(plain, trials, strict=True)
    ]
    by_question: dict[str, list[str]] = {}
    for (_, example), prompt in zip(trials, prompts, strict=True):
        by_question.setdefault(example.id, []).extend([prompt] if prompt else [])
    replies = desk.ask_all([prompt for asked in by_question.values() for prompt in asked], "Judge", is_pairwise=False)
    return [score or score_of(replies[prompt], settings) for score, prompt in zip(plain, prompts, strict=True)]


def prompt_for(settings: JudgeSettings, answer: str, example: Example) -> str:
    """The exact text that the judge reads about one answer; citation marks are removed, as for every metric."""
    return rubric_prompt(settings, example.question, references_of(example), without_marks(answer))


def references_of(example: Example) -> tuple[str, ...] | None:
    """None where nobody said what is right."""
    return None if example.answers_unknown else example.answers


def score_of(judgement: Judgement, settings: JudgeSettings) -> ScoreValue:
    if judgement.problem:
        return ScoreValue(explanation=judgement.problem)
    said = f"{judgement.said} of 5" if settings.scale is Scale.GRADES else judgement.said
    return ScoreValue(
        value=value_of(judgement.said, settings.scale), explanation=f"{said}: {judgement.reason}".rstrip(": ")
    )
