"""Opens sample projects: copies the project, indexes its documents, reads its rows, each as a job. No Qt."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Progressed
from workbench.jobs.spec import Jobs
from workbench.paths import WorkbenchPaths
from workbench.projects import (
    ProjectSteps,
    SampleProject,
    Step,
    is_open,
    list_projects,
    open_project,
    read_project,
)
from workbench.settings import Settings
from workbench.ui.home.presenter import OnOpening
from workbench.ui.home.state import ProjectCard, ProjectStage

if TYPE_CHECKING:
    from workbench.database import Database


class ProjectShelf:
    """The sample projects that come with the program."""

    def __init__(
        self,
        jobs: Jobs,
        paths: WorkbenchPaths,
        database: "Callable[[], Database | None]",
        settings: Callable[[], Settings],
    ) -> None:
        self._jobs = jobs
        self._paths = paths
        self._database = database
        self._settings = settings

    def list_projects(self) -> list[ProjectCard]:
        return [self._card(project) for project in list_projects()]

    def _card(self, sample: SampleProject) -> ProjectCard:
        card = ProjectCard(sample.key, sample.title, sample.summary.strip())
        if not is_open(sample.key, self._paths):
            return card
        try:
            project = read_project(self._paths.projects / sample.key)
        except WorkbenchError as problem:
            return replace(card, stage=ProjectStage.FAILED, note=str(problem))
        adapters = project.content.training.adapters
        is_tuned = all((self._paths.adapters / name).is_dir() for name in (adapters.plain, adapters.with_passages))
        return replace(
            card,
            stage=ProjectStage.OPEN,
            collection=project.collection,
            comparison=str(project.comparison),
            is_tuned=is_tuned,
        )

    def open_project(self, key: str, on_opening: OnOpening) -> None:
        """Make it ready to use: `on_opening` hears each step, then that it is done, or the problem."""

        def begin() -> None:
            steps = self._steps(key)
            done = f"Ready: collection “{steps.project.collection}”, data set “{steps.project.rows_name}”."
            _Opening(self._jobs, iter(steps.prepare()), on_opening, done).go()

        _try(begin, on_opening)

    def tune_project(self, key: str, on_opening: OnOpening) -> None:
        """Train the adapters that its comparison asks; those that are there stay. `on_opening` hears as above."""

        def begin() -> None:
            steps = self._steps(key)
            adapters = steps.project.content.training.adapters
            done = f"Trained: “{adapters.plain}” and “{adapters.with_passages}”."
            _Opening(self._jobs, iter(steps.tune()), on_opening, done).go()

        _try(begin, on_opening)

    def _steps(self, key: str) -> ProjectSteps:
        database = self._database()
        if database is None:
            raise WorkbenchError("The data folder is still being opened.", hint="Try again in a moment.")
        return ProjectSteps(open_project(key, self._paths), self._paths, database, self._settings())


class _Opening:
    """One step after the other: each makes its job from what the ones before it wrote."""

    def __init__(self, jobs: Jobs, steps: Iterator[Step], on_opening: OnOpening, done: str) -> None:
        self._jobs = jobs
        self._steps = steps
        self._on_opening = on_opening
        self._done = done

    def go(self) -> None:
        for step in self._steps:
            self._on_opening(f"{step.title}…")
            spec = step.make()
            if spec is not None:
                self._jobs.submit(spec, partial(self._on_event, step))
                return
        self._on_opening(self._done, is_done=True)

    def _on_event(self, step: Step, event: JobEvent) -> None:
        try:
            self._take(step, event)
        except (WorkbenchError, OSError) as error:
            self._on_opening("", problem=_as_problem(error))

    def _take(self, step: Step, event: JobEvent) -> None:
        match event:
            case Progressed(done=done, total=total, label=label):
                self._on_opening(label or f"{step.title}…", done=done, total=total)
            case Finished(result=result):
                step.on_result(result)
                self.go()
            case Failed(message=message, hint=hint, details=details):
                self._on_opening("", problem=WorkbenchError(message, hint=hint, details=details))
            case Crashed(message=message, stderr_tail=tail):
                problem = WorkbenchError(
                    message or f"{step.title}: the worker stopped unexpectedly.", hint="Try again.", details=tail
                )
                self._on_opening("", problem=problem)
            case Cancelled():
                self._on_opening(
                    "", problem=WorkbenchError(f"{step.title} was stopped.", hint="Open it again to go on.")
                )


def _try(begin: Callable[[], None], on_opening: OnOpening) -> None:
    try:
        begin()
    except (WorkbenchError, OSError) as error:
        on_opening("", problem=_as_problem(error))


def _as_problem(error: WorkbenchError | OSError) -> WorkbenchError:
    if isinstance(error, WorkbenchError):
        return error
    return WorkbenchError(
        "The project could not be copied into the data folder.",
        hint="Check that the disk is not full and the folder can be written.",
        details=str(error),
    )
