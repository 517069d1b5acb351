"""The files of a sample project: what project.yaml says, and the user's own copy of it."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError

from workbench import resources
from workbench.boundary import Boundary
from workbench.errors import WorkbenchError
from workbench.paths import WorkbenchPaths

SAMPLES = ("facts", "format")


class _Chunking(Boundary):
    chunk_tokens: int
    overlap: int


class _Collection(Boundary):
    name: str
    chunking: _Chunking
    retrieval: dict[str, Any] = Field(default_factory=dict)


class _Adapters(Boundary):
    plain: str
    """Trained on the rows as they are."""
    with_passages: str
    """Trained on rows that carry retrieved passages, distractors among them."""


class _Training(Boundary):
    file: str
    input: str
    output: str
    source: str = ""
    settings: dict[str, Any] = Field(default_factory=dict)
    settings_with_passages: dict[str, Any] = Field(default_factory=dict)
    """What differs for the second adapter; its rows are several times longer."""
    adapters: _Adapters


class _FewShot(Boundary):
    from_file: str = Field(alias="from")
    count: int


class ProjectFile(Boundary):
    """`project.yaml`: file names are relative to it."""

    schema_version: int = 1
    name: str
    title: str
    description: str
    shows: str
    documents: str
    collection: _Collection
    prompt: str
    few_shot: _FewShot
    training: _Training
    questions: str
    metrics: tuple[str, ...]
    comparison: str


@dataclass(frozen=True, slots=True)
class SampleProject:
    """A project and the folder that holds its files."""

    folder: Path
    content: ProjectFile

    @property
    def key(self) -> str:
        return self.content.name

    @property
    def title(self) -> str:
        return self.content.title

    @property
    def summary(self) -> str:
        return self.content.description

    @property
    def collection(self) -> str:
        return self.content.collection.name

    @property
    def documents(self) -> Path:
        return self.folder / self.content.documents

    @property
    def comparison(self) -> Path:
        """The written comparison of five arms."""
        return self.folder / self.content.comparison

    @property
    def rows_name(self) -> str:
        """Name of the data set with the training rows."""
        return f"{self.key} rows"

    @property
    def passages_name(self) -> str:
        """Name of the data set whose rows carry passages."""
        return f"{self.key} rows with passages"


def read_project(folder: Path) -> SampleProject:
    """The project in `folder`. Raises WorkbenchError when its project.yaml is missing or wrong."""
    path = folder / "project.yaml"
    try:
        return SampleProject(folder, ProjectFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise WorkbenchError(
            f"{path} is no project.",
            hint="Delete the folder and open the sample project again.",
            details=str(error),
            code="bad_project",
        ) from error


def list_projects() -> list[SampleProject]:
    """The sample projects that come with the program."""
    return [read_project(resources.path(f"samples/{key}")) for key in SAMPLES]


def is_open(key: str, paths: WorkbenchPaths) -> bool:
    """Whether the user has a copy of the project."""
    return (paths.projects / key / "project.yaml").is_file()


def open_project(key: str, paths: WorkbenchPaths) -> SampleProject:
    """The user's own copy of a sample project, made at the first time; edits in it stay."""
    target = paths.projects / key
    if not is_open(key, paths):
        paths.projects.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Copied beside and renamed: a copy that was interrupted is never taken for a project.
        with tempfile.TemporaryDirectory(dir=paths.projects, prefix=".copy-") as beside:
            copy = shutil.copytree(resources.path(f"samples/{key}"), Path(beside) / key)
            copy.rename(target)
    return read_project(target)
