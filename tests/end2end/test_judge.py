"""A judge on the real engine: its reply follows the grammar, whatever the model is worth."""

from pathlib import Path

import pytest

from workbench.compare.answering import RealTools
from workbench.compare.arm_types import Arm
from workbench.compare.judge.types import ResolvedJudge
from workbench.compare.tasks import compare
from workbench.compare.types import CompareRequest
from workbench.datasets.types import Example
from workbench.jobs.context import RecordingContext
from workbench.llm.library import find_model
from workbench.scoring.judge_settings import JudgeSettings
from workbench.scoring.types import MetricChoice


@pytest.mark.slow
def test_that_every_reply_of_a_local_judge_can_be_read(tmp_path: Path) -> None:
    starter = find_model("starter", [], tmp_path)
    judged = ("judge", "pairwise_judge", "semantic_similarity")
    asked = {"What is the capital of France?": "Paris", "How many legs has a dog?": "4", 'Say {hello} \\ "you"': "you"}
    request = CompareRequest(
        name="judged",
        examples=tuple(Example(id=q, question=q, answers=(a,)) for q, a in asked.items()),
        metrics=tuple(MetricChoice(name=name) for name in judged),
        arms=(Arm(name="plain", model=starter), Arm(name="brief", model=starter, system="Answer in one word.")),
        folder=str(tmp_path / "run"),
        timed_questions=0,
        judge=ResolvedJudge(model=starter, settings=JudgeSettings(model="starter", reason_characters=40)),
    )
    report = compare(RecordingContext(), request, RealTools())
    assert all(trial.scores[name].value is not None for trial in report.trials for name in judged), report.trials
    assert report.model_scoring is not None
    assert report.model_scoring.problems == {}
    assert report.model_scoring.judges_itself == ("plain", "brief")
