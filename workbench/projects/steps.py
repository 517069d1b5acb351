"""The steps from the files of a sample project to a verdict.

A step is what a user would do on a tab; the demo and the window run the same ones. Each makes its job when its turn
comes, because it needs what the steps before it wrote.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.paths import WorkbenchPaths
from workbench.projects.files import SampleProject

if TYPE_CHECKING:
    from workbench.compare.types import CompareRequest, ComparisonReport
    from workbench.database import Database
    from workbench.jobs.spec import JobSpec
    from workbench.settings import Settings

STARTER = "starter"


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

    def tune(self) -> list[Step]:
        """What its comparison needs beside that: an adapter, and one that learned from retrieved passages."""
        adapters = self.project.content.training.adapters
        return [
            self._tune_step("tune", adapters.plain, self.project.rows_name, {}),
            self._passages_step(),
            self._tune_step(
                "tune with passages",
                adapters.with_passages,
                self.project.passages_name,
                self.project.content.training.settings_with_passages,
            ),
        ]

    def all_steps(self) -> list[Step]:
        """From the files to the verdict."""
        return [*self.prepare(), *self.tune(), self._compare_step()]

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
        from workbench.rag.search_types import RetrievalConfig
        from workbench.rag.tasks import GROUND_ROWS
        from workbench.rag.training_row_types import FactRow, GroundReport, GroundRequest

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
        from workbench.compare.spec import load_spec
        from workbench.compare.written import written_of

        folders: list[str] = []

        def make() -> "JobSpec":
            request = place_run(self._resolve(), self._paths)
            request = request.model_copy(update={"written": written_of(load_spec(self.project.comparison), request)})
            folders.append(request.folder)
            return comparison_job(request)

        def record(_: dict[str, Any]) -> None:
            self.report = load_report(folders[-1])

        return Step("compare", f"Compare five ways to answer {self.project.title}", make, record)

    def _resolve(self) -> "CompareRequest":
        from workbench.compare.catalogue import read_catalogue, resolve_from
        from workbench.compare.spec import load_spec
        from workbench.llm.types import LoadConfig

        llm = self._settings.llm
        load = LoadConfig.from_settings(llm)
        catalogue = read_catalogue(self._database, self._paths, [Path(folder) for folder in llm.model_folders])
        return resolve_from(catalogue, load_spec(self.project.comparison), load=load).request
