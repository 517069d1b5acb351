"""Sample projects: opened as the user's own copy, with steps that know what was done before."""

from pathlib import Path
from typing import Any

import pytest

from workbench.errors import WorkbenchError
from workbench.paths import WorkbenchPaths
from workbench.projects import SAMPLES, ProjectSteps, is_open, list_projects, open_project, read_project
from workbench.settings import Settings


def test_that_both_sample_projects_are_offered_with_what_they_show() -> None:
    projects = list_projects()
    assert [project.key for project in projects] == list(SAMPLES)
    assert all(project.title and project.summary and project.comparison.is_file() for project in projects)


def test_that_opening_makes_a_copy_whose_edits_stay(home: WorkbenchPaths) -> None:
    project = open_project("facts", home)
    assert project.folder == home.projects / "facts"
    assert is_open("facts", home)
    (project.folder / "prompts" / "base.md").write_text("Answer in one word.", encoding="utf-8")
    assert (open_project("facts", home).folder / "prompts" / "base.md").read_text() == "Answer in one word."


def test_that_an_interrupted_copy_is_not_taken_for_a_project(home: WorkbenchPaths, monkeypatch: Any) -> None:
    import shutil

    def fail(*_: Any, **__: Any) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copytree", fail)
    with pytest.raises(OSError, match="No space"):
        open_project("format", home)
    assert not is_open("format", home)
    assert not list(home.projects.iterdir())


def test_that_a_damaged_project_is_named(home: WorkbenchPaths) -> None:
    project = open_project("facts", home)
    (project.folder / "project.yaml").write_text("name: facts\ntitle: [", encoding="utf-8")
    with pytest.raises(WorkbenchError, match=r"project\.yaml is no project"):
        read_project(project.folder)


def test_that_the_steps_go_from_the_files_to_the_verdict(home: WorkbenchPaths, database: Any) -> None:
    steps = ProjectSteps(open_project("facts", home), home, database, Settings()).all_steps()
    assert [step.key for step in steps] == ["index", "rows", "tune", "passages", "tune with passages", "compare"]


def test_that_rows_carry_the_prompt_behind_which_they_are_asked(home: WorkbenchPaths, database: Any) -> None:
    from workbench.datasets.store import DatasetStore
    from workbench.datasets.tasks import PrepareRequest, prepare
    from workbench.jobs.context import RecordingContext

    project = open_project("format", home)
    step = ProjectSteps(project, home, database, Settings()).prepare()[1]
    spec = step.make()
    assert spec is not None
    step.on_result(prepare(RecordingContext(), PrepareRequest(**spec.params)).model_dump(mode="json"))
    store = DatasetStore(database)
    row = store.rows(store.get(project.rows_name))[0]
    assert row.messages[0].content == (project.folder / "prompts" / "base.md").read_text(encoding="utf-8").strip()
    assert row.answer.startswith("TICKET ")
    assert step.make() is None, "what was done before is not done again"
