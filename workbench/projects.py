"""The sample projects: what they are, how one is opened, and the steps from its files to a verdict.

A step is what a user would do on a tab; the demo and the window run the same ones. Each makes its job when its turn
comes, because it needs what the steps before it wrote.
"""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import Field, ValidationError

from workbench import resources
from workbench.boundary import Boundary
from workbench.errors import WorkbenchError
from workbench.paths import WorkbenchPaths

if TYPE_CHECKING:
    from workbench.compare.types import CompareRequest, ComparisonReport
    from workbench.database import Database
    from workbench.jobs.spec import JobSpec
    from workbench.settings import Settings

SAMPLES = ("facts", "format")
STARTER = "starter"


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


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `make` returns None when it was done before; `workbench.recording` keeps what the job gives."""

    key: str
    title: str
    make: Callable[[], "JobSpec | None"]
    on_result: Callable[[dict[str, Any]], None] = lambda _: None
    """What else is to be done with the job's result."""


class ProjectSteps:
    """The steps of one project, bound to a data folder whose lock the caller holds."""

    def __init__(
        self, project: SampleProject, paths: WorkbenchPaths, database: "Database", settings: "Settings"
    ) -> None:
        from workbench.datasets.store import DatasetStore
        from workbench.finetune.store import AdapterStore
        from workbench.rag.store import CollectionStore

        self.project = project
        self.report: ComparisonReport | None = None
        self._paths = paths
        self._database = database
        self._settings = settings
        self._collections = CollectionStore(database, paths)
        self._datasets = DatasetStore(database)
        self._adapters = AdapterStore(database)

    def prepare(self) -> list[Step]:
        """What opening a project does: its documents searchable, its rows a data set."""
        return [self._index_step(), self._rows_step()]

    def all_steps(self) -> list[Step]:
        """From the files to the verdict."""
        adapters = self.project.content.training.adapters
        return [
            *self.prepare(),
            self._tune_step("tune", adapters.plain, self.project.rows_name, {}),
            self._passages_step(),
            self._tune_step(
                "tune with passages",
                adapters.with_passages,
                self.project.passages_name,
                self.project.content.training.settings_with_passages,
            ),
            self._compare_step(),
        ]

    # -- the steps --------------------------------------------------------------------------------------------------

    def _index_step(self) -> Step:
        from workbench.rag.indexing import index_spec
        from workbench.rag.types import ChunkingConfig

        project = self.project
        chunking = ChunkingConfig(**project.content.collection.chunking.model_dump())

        def make() -> "JobSpec":
            return index_spec(self._collections, project.collection, [project.documents], chunking)

        return Step("index", f"Index the documents of {project.title}", make)

    def _rows_step(self) -> Step:
        from workbench.datasets.tasks import PrepareReport, PrepareRequest
        from workbench.datasets.types import ColumnMapping
        from workbench.jobs.spec import JobSpec

        project, training = self.project, self.project.content.training
        prompt = (project.folder / project.content.prompt).read_text(encoding="utf-8").strip()

        def make() -> JobSpec | None:
            if self._datasets.find(project.rows_name):
                return None
            # The tuned arm answers behind the same prompt, so the rows carry it.
            mapping = ColumnMapping(
                question=training.input, answer=training.output, document=training.source, system_text=prompt
            )
            request = PrepareRequest(
                name=project.rows_name,
                path=str(project.folder / training.file),
                mapping=mapping,
                folder=str(self._datasets.folder),
            )
            return JobSpec(
                task="workbench.datasets.tasks:prepare",
                params=request.model_dump(mode="json"),
                title=f"Read {training.file}",
            )

        def record(result: dict[str, Any]) -> None:
            self._datasets.record(PrepareReport.model_validate(result).dataset)

        return Step("rows", f"Read the training rows of {project.title}", make, record)

    def _tune_step(self, key: str, adapter: str, rows: str, changes: dict[str, Any]) -> Step:
        from workbench.finetune import running
        from workbench.finetune.types import TrainingConfig
        from workbench.llm.library import find_model

        settings = {**self.project.content.training.settings, **changes}

        def make() -> "JobSpec | None":
            if self._adapters.find(adapter):
                return None
            folders = [Path(folder) for folder in self._settings.llm.model_folders]
            request = running.train_request(
                self._paths,
                name=adapter,
                base=find_model(STARTER, folders, self._paths.models),
                dataset=self._datasets.get(rows),
                config=TrainingConfig(**{"alpha": 2.0 * settings.get("rank", 16), **settings}),
            )
            return running.train_spec(request)

        return Step(key, f"Fine-tune {adapter}", make)

    def _passages_step(self) -> Step:
        from workbench.datasets.rows_file import read_rows
        from workbench.jobs.spec import JobSpec
        from workbench.rag.tasks import GROUND_ROWS
        from workbench.rag.types import FactRow, GroundReport, GroundRequest, RetrievalConfig

        project, content = self.project, self.project.content

        def make() -> JobSpec | None:
            if self._datasets.find(project.passages_name):
                return None
            rows = self._datasets.rows(self._datasets.get(project.rows_name))
            request = GroundRequest(
                collection=self._collections.ref(project.collection),
                rows=tuple(
                    FactRow(question=row.question, answer=row.answer, source=row.document, number=row.number)
                    for row in rows
                ),
                out=str(project.folder / "rows-with-passages.jsonl"),
                retrieval=RetrievalConfig(**content.collection.retrieval),
                answers_are_quoted=bool(content.training.source),
            )
            return JobSpec(
                task=GROUND_ROWS, params=request.model_dump(mode="json"), title=f"Put passages to {project.rows_name}"
            )

        def record(result: dict[str, Any]) -> None:
            report = GroundReport.model_validate(result)
            origin = f"{project.rows_name}, with passages of {project.collection}"
            made = read_rows(Path(report.path))
            rows = [row.model_copy(update={"number": number}) for number, row in enumerate(made, 1)]
            self._datasets.save(project.passages_name, rows, origin=origin)

        return Step("passages", f"Put retrieved passages to the rows of {project.title}", make, record)

    def _compare_step(self) -> Step:
        from workbench.compare.running import comparison_job, load_report, place_run

        folders: list[str] = []

        def make() -> "JobSpec":
            written = self.project.comparison.read_text(encoding="utf-8")
            request = place_run(self._resolve().model_copy(update={"written": written}), self._paths)
            folders.append(request.folder)
            return comparison_job(request)

        def record(_: dict[str, Any]) -> None:
            self.report = load_report(folders[-1])

        return Step("compare", f"Compare five ways to answer {self.project.title}", make, record)

    def _resolve(self) -> "CompareRequest":
        from workbench.compare.catalogue import CatalogueResolvers, read_catalogue
        from workbench.compare.resolving import resolve
        from workbench.compare.spec import load_spec
        from workbench.llm.types import LoadConfig

        llm = self._settings.llm
        load = LoadConfig.from_settings(llm)
        catalogue = read_catalogue(self._database, self._paths, [Path(folder) for folder in llm.model_folders])
        return resolve(load_spec(self.project.comparison), CatalogueResolvers(catalogue), load=load).request
