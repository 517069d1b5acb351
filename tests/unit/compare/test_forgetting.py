"""What tuning cost elsewhere: asked once for each adapter and base, shown with its interval, never a reason to fail."""

import json
from pathlib import Path

import pytest

from tests.unit.compare.running import placed
from tests.unit.compare.scripted import MODEL, ScriptedTools, always_right, arm
from workbench.compare import forgetting
from workbench.compare.forgetting import FOLDER
from workbench.compare.tasks import compare
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.llm.types import GenerationRequest, ModelRef

CITIES = 40
MERGED = ModelRef(name="merged", path="/models/merged.gguf")


@pytest.fixture(autouse=True)
def a_small_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "abilities.jsonl"
    rows = [
        {"question": f"Capital number {n}?", "answer": f"city {n}", "category": "Geography" if n % 2 else "Towns"}
        for n in range(CITIES)
    ]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    monkeypatch.setattr(forgetting, "own_set", lambda: path)


def knows_cities_until_tuned(request: GenerationRequest) -> str:
    question = request.messages[-1].content
    if not question.startswith("Capital"):
        return always_right(request)
    return (
        "forgotten"
        if request.adapter is not None and request.adapter.path == "/a.gguf"
        else f"city {question.split()[2][:-1]}"
    )


def run(request: CompareRequest, **more: object) -> tuple[ComparisonReport, ScriptedTools]:
    tools = ScriptedTools(knows_cities_until_tuned, **more)  # type: ignore[arg-type]
    return compare(RecordingContext(), request, tools), tools


def asked_capitals(tools: ScriptedTools) -> int:
    every = [request for engine in tools.engines for batch in engine.batches for request in batch]
    return sum(request.messages[-1].content.startswith("Capital") for request in every)


def test_that_loss_is_shown_beside_what_was_gained(tmp_path: Path) -> None:
    arms = (arm("plain"), arm("tuned", adapter="/a.gguf"), arm("gentle", adapter="/b.gguf"))
    report, tools = run(placed(tmp_path, *arms, count=3, forgetting=True))
    plain, tuned, gentle = report.arms
    assert plain.general is None
    assert tuned.general is not None
    assert (tuned.general.before, tuned.general.after, tuned.general.questions) == (1.0, 0.0, CITIES)
    assert tuned.general.difference == -1.0
    assert tuned.general.high is not None
    assert tuned.general.high < 0
    assert set(tuned.general.weakest) == {"Geography", "Towns"}
    assert gentle.general is not None
    assert (gentle.general.difference, gentle.general.weakest) == (0.0, ())
    assert asked_capitals(tools) == 3 * CITIES  # the base once, each adapter once


def test_that_an_adapter_and_its_base_are_asked_once_whatever_comparisons_they_are_in(tmp_path: Path) -> None:
    run(placed(tmp_path, arm("tuned", adapter="/a.gguf"), count=3, forgetting=True))
    assert (tmp_path / "comparisons" / FOLDER).is_dir()
    arms = (arm("other name", adapter="/a.gguf", system="Be brief."), arm("b", adapter="/b.gguf"))
    report, tools = run(placed(tmp_path, *arms, count=3, forgetting=True))
    assert asked_capitals(tools) == CITIES  # /b.gguf alone
    assert report.arms[0].general is not None
    assert report.arms[0].general.after == 0.0


def test_that_nothing_is_asked_where_it_is_not_wanted(tmp_path: Path) -> None:
    report, tools = run(placed(tmp_path, arm("tuned", adapter="/a.gguf"), count=3))
    assert asked_capitals(tools) == 0
    assert report.arms[0].general is None


def test_that_a_model_made_by_fine_tuning_is_held_against_its_base(tmp_path: Path) -> None:
    one = arm("merged").model_copy(update={"model": MERGED, "base": MODEL})
    report, tools = run(placed(tmp_path, one, count=3, forgetting=True))
    assert len(tools.engines) == 2
    assert tools.engines[0].closed
    assert report.arms[0].general is not None
    assert (report.arms[0].general.before, report.arms[0].general.questions) == (1.0, CITIES)


def test_that_a_base_that_is_gone_costs_only_this_number(tmp_path: Path) -> None:
    one = arm("merged").model_copy(update={"model": MERGED, "base": MODEL})
    gone = {MODEL.path: WorkbenchError("There is no model file tiny.gguf.")}
    report, _ = run(placed(tmp_path, one, count=3, forgetting=True), refused=gone)
    assert report.arms[0].answered == 3
    assert report.arms[0].general is not None
    assert "no model file tiny.gguf" in report.arms[0].general.problem


def test_that_an_adapter_that_answers_for_the_base_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = arm("tuned", adapter="/a.gguf")
    tools = ScriptedTools(knows_cities_until_tuned)
    monkeypatch.setattr(tools, "adapter_hash", lambda _: "0" * 64)
    report = compare(RecordingContext(), placed(tmp_path, wrong, count=3, forgetting=True), tools)
    assert report.arms[0].general is None or "did not come from the right models" in report.arms[0].general.problem
