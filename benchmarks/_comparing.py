"""The arms of a comparison in a process of their own: as the program does it, or one request after the other."""

import json
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import workbench  # noqa: F401  (silences libraries before they are imported)
from workbench.compare.answering import ArmPreparer, RealTools
from workbench.compare.arm_types import Arm
from workbench.compare.conducting import Conductor
from workbench.compare.journal import Journal
from workbench.compare.judging import Judge, failed_trial
from workbench.compare.progress import Trials
from workbench.compare.searching import Searches
from workbench.compare.summing_up import summarize
from workbench.compare.trial_types import Trial
from workbench.compare.types import CompareRequest
from workbench.datasets.types import Example
from workbench.jobs.context import RecordingContext
from workbench.llm.types import ChatEngine, Completion
from workbench.rag.search_types import Hit


def ours(request: CompareRequest) -> dict[str, Any]:
    """The comparison: answers in blocks, alone for their times, verdict. Leaks have a benchmark of their own."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        trials = Trials(RecordingContext(), request, Journal(Path(folder)), Judge(request.metrics, request.examples))
        Conductor(trials.context, request, RealTools(), trials.journal, trials).conduct()
        report = summarize(request, trials.all(), trials.measured)
    return {"seconds": time.perf_counter() - began, **_told(report.trials), "verdict": report.verdict.kind}


def loop(request: CompareRequest) -> dict[str, Any]:
    """The same requests, built and scored by the same code, each decoded alone and from nothing."""
    began = time.perf_counter()
    tools, judge = RealTools(), Judge(request.metrics, request.examples)
    engines: dict[str, ChatEngine] = {}
    searches = Searches(tools.open_searcher)
    trials = []
    for arm in request.arms:
        if arm.model.path not in engines:
            engines[arm.model.path] = tools.open_engine(arm.model, request.load_for(arm.model))
        engine = engines[arm.model.path]
        preparer = ArmPreparer(arm, engine, partial(_search, searches, arm))
        for example in request.examples:
            prepared = preparer.prepare(example)
            [completion] = engine.complete_all([prepared.request], _ignore, _never, exact=True)
            trial = (
                failed_trial(arm, example, completion.problem)
                if completion.problem
                else Trial(
                    arm=arm.name,
                    example_id=example.id,
                    answer=completion.text,
                    hits=prepared.hits,
                    used=tuple(prepared.hits.index(hit) for hit in prepared.used_hits),
                    usage=completion.usage,
                )
            )
            trials.append(judge.judge(trial, example, arm))
    for engine in engines.values():
        engine.close()
    return {"seconds": time.perf_counter() - began, **_told(trials)}


def _told(trials: Any) -> dict[str, Any]:
    return {
        "answers": {f"{trial.arm}\n{trial.example_id}": trial.answer for trial in trials},
        "prompt_tokens": sum(trial.usage.prompt_tokens for trial in trials),
        "cached_tokens": sum(trial.usage.cached_tokens for trial in trials),
        "generated_tokens": sum(trial.usage.generated_tokens for trial in trials),
        "failed": sum(trial.has_failed for trial in trials),
    }


def _search(searches: Searches, arm: Arm, example: Example) -> tuple[Hit, ...]:
    return searches.search(arm, example.question)


def _ignore(_completion: Completion) -> None:
    """Nobody looks at single answers here."""


def _never() -> bool:
    return False


if __name__ == "__main__":
    task = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    asked = CompareRequest.model_validate_json(Path(task["request"]).read_text(encoding="utf-8"))
    if "timed" in task:
        asked = asked.model_copy(update={"timed_questions": task["timed"]})
    print(json.dumps({"ours": ours, "loop": loop}[sys.argv[1]](asked)))
