"""How much faster is a comparison than the same arms asked one question after the other?

The five arms of the sample *facts* with the starter model: indexed, tuned and compared as the demo does it. Against a
loop through the same answering code that decodes each request alone and from nothing. Both retrieve and score; ours
also keeps its trials, measures times alone and gives the verdict. Beside it: how soon something is seen of a job.

What can be won depends on what is asked: answers of a few tokens behind passages of their own are bound by computing
prompts, which no batch makes cheaper; `share_of_prompts_computed` is what common beginnings leave of it.
"""

import os
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks._processes import measure
from benchmarks.report import Goal, Report
from workbench.cli.workplace import Workplace
from workbench.compare.running import comparison_job, place_run
from workbench.compare.types import CompareRequest
from workbench.jobs.events import Finished, JobEvent, Produced, Progressed, is_last_word
from workbench.projects import ProjectSteps, open_project
from workbench.projects.files import SampleProject

PROJECT = "facts"
ROUNDS, QUICK_QUESTIONS = 3, 16


def run(quick: bool) -> Report:
    """`quick`: some of the questions, and adapters that were hardly trained."""
    with tempfile.TemporaryDirectory() as folder:
        place = Workplace(Path(folder))
        try:
            request = _prepared(place, quick=quick)
            seen = _first_sights(request, place)
            path = Path(folder) / "request.json"
            path.write_text(request.model_dump_json(), encoding="utf-8")
            runs = _rounds({"request": str(path)}, 1 if quick else ROUNDS)
        finally:
            place.close()
    best = {name: min(run["seconds"] for run in own) for name, own in runs.items()}
    first = {name: own[0] for name, own in runs.items()}
    same = sum(first["ours"]["answers"][key] == text for key, text in first["loop"]["answers"].items())
    measured: dict[str, Any] = {
        "arms": len(request.arms),
        "questions": len(request.examples),
        "seconds": {name: [run["seconds"] for run in own] for name, own in runs.items()},
        "times_the_loop": best["loop"] / best["ours"],
        "times_the_loop_without_timing": best["loop"] / best["answers"],
        "prompt_tokens": first["loop"]["prompt_tokens"],
        "share_of_prompts_computed": 1 - first["ours"]["cached_tokens"] / first["ours"]["prompt_tokens"],
        "generated_tokens": first["loop"]["generated_tokens"],
        "failed": first["ours"]["failed"],
        "same_answers": same / len(first["loop"]["answers"]),
        "repeats_itself": all(run["answers"] == first["ours"]["answers"] for run in runs["ours"]),
        "load_average": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        **seen,
    }
    return Report(
        "compare",
        measured,
        (
            Goal("comparison, times the loop", measured["times_the_loop"], ">= 2.5"),
            Goal("seconds until progress is seen", seen["seconds_to_progress"], "<= 1"),
            Goal("share of answers that are the loop's", measured["same_answers"], ">= 0.95"),
        ),
    )


def _rounds(task: dict[str, Any], rounds: int) -> dict[str, list[dict[str, Any]]]:
    """In turns, so that a busy moment of the machine meets all; the best of each counts."""
    found: dict[str, list[dict[str, Any]]] = {"loop": [], "ours": [], "answers": []}
    for _ in range(rounds):
        found["loop"].append(measure("_comparing", "loop", task))
        found["ours"].append(measure("_comparing", "ours", task))
        found["answers"].append(measure("_comparing", "ours", {**task, "timed": 0}))
    return found


def _prepared(place: Workplace, *, quick: bool) -> CompareRequest:
    """The sample opened, indexed and tuned; what its comparison asks for."""
    from workbench.compare.catalogue import read_catalogue, resolve_from
    from workbench.compare.spec import load_spec
    from workbench.llm.types import LoadConfig

    project = _hardly_trained(open_project(PROJECT, place.paths)) if quick else open_project(PROJECT, place.paths)
    steps = ProjectSteps(project, place.paths, place.database, place.settings)
    with place.writing("benchmark"):
        for step in steps.all_steps()[:-1]:
            if (spec := step.make()) is not None:
                step.on_result(place.run(spec))
    catalogue = read_catalogue(place.database, place.paths, [])
    load = LoadConfig.from_settings(place.settings.llm)
    limit = QUICK_QUESTIONS if quick else 0
    request = resolve_from(catalogue, load_spec(project.comparison), load=load, limit=limit).request
    return place_run(request, place.paths, fresh=True)


def _hardly_trained(project: SampleProject) -> SampleProject:
    from dataclasses import replace

    training = project.content.training
    short = training.model_copy(
        update={"settings": {**training.settings, "epochs": 1}, "settings_with_passages": {"epochs": 1}}
    )
    return replace(project, content=project.content.model_copy(update={"training": short}))


def _first_sights(request: CompareRequest, place: Workplace) -> dict[str, float]:
    """Seconds from the click to the first progress, to the first answer and to the end, as the window hears them."""
    heard: dict[str, float] = {}
    began = time.perf_counter()

    def listen(event: JobEvent) -> None:
        now = time.perf_counter() - began
        match event:
            case Progressed():
                heard.setdefault("seconds_to_progress", now)
            case Produced(kind="TrialDone"):
                heard.setdefault("seconds_to_first_answer", now)
            case Finished():
                heard["seconds_of_the_job"] = now
            case _ if is_last_word(event):
                heard["seconds_of_the_job"] = float("inf")

    place.runner.submit(comparison_job(request), listen).wait(3600)
    return heard
