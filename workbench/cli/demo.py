"""`workbench demo`: the whole main job on the starter kit, from documents to two verdicts, offline."""

import argparse
import time
from typing import TYPE_CHECKING, Any

from workbench.cli.output import Output
from workbench.cli.workplace import Workplace

if TYPE_CHECKING:
    from workbench.compare.types import ComparisonReport
    from workbench.projects import ProjectSteps

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

INTRODUCTION = """\
LLM Workbench demo: two sample projects, five ways to answer each, everything on this computer and without a network.
The model is the small starter model, made for learning the program; bigger ones answer better and show the same way.
"""


def register(commands: "Commands") -> None:
    """Add `demo`."""
    parser = commands.add_parser("demo", help="index, tune and compare both sample projects")
    parser.set_defaults(run=demo)


def demo(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Both sample projects, one after the other. What an earlier demo did is not done again."""
    from workbench.projects import SAMPLES, ProjectSteps, open_project

    output.note(INTRODUCTION)
    started = time.monotonic()
    reports: dict[str, Any] = {}
    with place.writing("workbench demo"):
        for key in SAMPLES:
            project = open_project(key, place.paths)
            output.note(f"{project.title}\n{project.content.shows}")
            steps = ProjectSteps(project, place.paths, place.database, place.settings)
            reports[key] = _run(steps, place, output)
    seconds = time.monotonic() - started
    if output.json:
        output.object(
            {"seconds": seconds, "projects": {key: report.model_dump(mode="json") for key, report in reports.items()}}
        )
    else:
        output.note(f"The demo took {seconds / 60:.1f} minutes. Its files are in {place.paths.home}.")


def _run(steps: "ProjectSteps", place: Workplace, output: Output) -> "ComparisonReport":
    from workbench.cli.compare import show

    plan = steps.all_steps()
    for number, step in enumerate(plan, 1):
        began = time.monotonic()
        spec = step.make()
        if spec is None:
            output.note(f"  {number}/{len(plan)}  {step.title}: done before")
            continue
        step.on_result(place.run(spec))
        output.note(f"  {number}/{len(plan)}  {step.title}: {time.monotonic() - began:.0f} s")
    assert steps.report is not None, "the last step compares"
    if not output.json:
        output.text("")
        show(steps.report, output)
        output.text("")
    return steps.report
