"""Comparisons whose arms and judge are on a server: the whole job, in its own process, over HTTP."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.jobs.conftest import ROOT, Heard
from tests.openai_server import Faults, OpenAiServer, serving
from tests.unit.compare.scripted import numbered
from tests.unit.compare.scripted_judge import blocks_of
from workbench.compare.arm_types import Arm
from workbench.compare.judge.types import ResolvedJudge
from workbench.compare.placing import place_run
from workbench.compare.running import comparison_job, load_report
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.jobs.events import Finished, Produced
from workbench.jobs.runner import JobRunner
from workbench.llm.endpoints.models import as_model
from workbench.llm.endpoints.types import Endpoint
from workbench.paths import WorkbenchPaths
from workbench.scoring.judge_settings import JudgeSettings
from workbench.scoring.types import MetricChoice

KEY = "sk-canary-4711-judge"
PATIENCE = 90
QUESTIONS = 6


def right(body: dict[str, Any]) -> str:
    return str(int(body["messages"][-1]["content"].rsplit("What is ", 1)[1].split()[0]) + 1)


def wrong(body: dict[str, Any]) -> str:
    return "no idea at all"


def judged(body: dict[str, Any]) -> str:
    """Fair: right answers are right, whether one is graded or two are held against each other."""
    found = blocks_of(body["messages"][-1]["content"])
    references = found["references"].split("\n")
    if "answer" in found:
        return json.dumps({"reason": "so it is", "score": 5 if found["answer"].strip() in references else 1})
    good = [name for name in ("first", "second") if found[name].strip() in references]
    return json.dumps({"reason": "so it is", "better": good[0] if len(good) == 1 else "tie"})


def answer(body: dict[str, Any]) -> str:
    if body["model"] == "judge":
        return judged(body)
    return right(body) if body["model"] == "large" else wrong(body)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAiServer]:
    """Its key is in a keyring that workers share."""
    with serving() as server:
        server.models = ["small", "large", "judge"]
        server.key, server.answer = KEY, answer
        ring = tmp_path / "keyring.json"
        host = Endpoint(name="far", base_url=server.url, model="small").host
        ring.write_text(json.dumps({f"llm-workbench|{name} @ {host}": KEY for name in server.models}))
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.keyring_file.FileKeyring")
        monkeypatch.setenv("TEST_KEYRING", str(ring))
        monkeypatch.setenv("PYTHONPATH", str(ROOT))
        yield server


def compared(
    runner: JobRunner, home: WorkbenchPaths, server: OpenAiServer, heard: Heard | None = None
) -> ComparisonReport:
    def on_server(name: str) -> Endpoint:
        return Endpoint(name=name, base_url=server.url, model=name)

    request = CompareRequest(
        name="sums",
        examples=numbered(QUESTIONS),
        metrics=tuple(MetricChoice(name=name) for name in ("exact_match", "judge", "pairwise_judge")),
        arms=tuple(Arm(name=name, model=as_model(on_server(name))) for name in ("small", "large")),
        judge=ResolvedJudge(model=as_model(on_server("judge")), settings=JudgeSettings(model="judge")),
        timed_questions=1,
    )
    placed = place_run(request, home)
    word = runner.submit(comparison_job(placed), heard or Heard()).wait(PATIENCE)
    assert isinstance(word, Finished), word
    return load_report(placed.folder)


def means(report: ComparisonReport, metric: str) -> list[float | None]:
    return [arm.metrics[metric].mean for arm in report.arms]


def test_that_a_judge_on_a_server_scores_the_answers_of_servers(
    runner: JobRunner, home: WorkbenchPaths, server: OpenAiServer
) -> None:
    heard = Heard()
    report = compared(runner, home, server, heard)
    for metric in ("exact_match", "judge", "pairwise_judge"):
        assert means(report, metric) == [0.0, 1.0], report.model_scoring
    assert report.verdict.metric == "exact_match"
    assert report.model_scoring is not None
    assert (report.model_scoring.judge, report.model_scoring.problems) == ("judge", {})
    scored = [event for event in heard.of_type(Produced) if event.kind == "TrialScored"]
    assert len(scored) == 2 * 2 * QUESTIONS
    asked = [ask.body for ask in server.answered if ask.body["model"] == "judge"]
    assert asked and all("response_format" in body and body["temperature"] == 0 for body in asked)
    assert not [path for path in home.home.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]


def test_that_a_judge_whose_server_knows_no_schemas_is_read_all_the_same(
    runner: JobRunner, home: WorkbenchPaths, server: OpenAiServer
) -> None:
    server.refused_fields = {"response_format"}
    server.answer = lambda body: f"My judgement: {answer(body)}" if body["model"] == "judge" else answer(body)
    report = compared(runner, home, server)
    assert means(report, "judge") == [0.0, 1.0], report.model_scoring


def test_that_a_judge_that_dies_half_way_costs_its_own_scores_alone(
    runner: JobRunner, home: WorkbenchPaths, server: OpenAiServer
) -> None:
    left = 4

    def dying(body: dict[str, Any]) -> str:
        nonlocal left
        if body["model"] == "judge":
            left -= 1
            if left < 0:
                server.models = ["small", "large"]
                server.faults = Faults(cut_after=0)
        return answer(body)

    server.answer = dying
    report = compared(runner, home, server)
    assert means(report, "exact_match") == [0.0, 1.0]
    assert [arm.failed for arm in report.arms] == [0, 0]
    assert report.model_scoring is not None
    problem = report.model_scoring.problems["judge"]
    assert " answers have no score." in problem, problem
    scores = [trial.scores["judge"] for trial in report.trials]
    assert any(score.value is None and score.explanation for score in scores)
