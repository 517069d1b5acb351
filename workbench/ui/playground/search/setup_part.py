"""What a search begins with: the prompt, the questions, worked examples, models. No Qt."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from workbench.jobs.events import Crashed, Failed, Finished, JobEvent
from workbench.jobs.spec import JobSpec
from workbench.llm.library import STARTER
from workbench.playground.search.tasks import (
    READ_QUESTIONS,
    READ_SHOTS,
    QuestionsReport,
    QuestionsRequest,
    ShotsReport,
)
from workbench.ui.playground.search.board import Board, Surroundings
from workbench.ui.playground.search.state import Page, Questions, Shots, ShotsFrom, Source, StartChoice
from workbench.ui.trouble import trouble_of
from workbench.ui.widgets.model_choice import can_answer

_SHOWN_VERSIONS = 30


class SetupPart:
    """Choices of the set-up page."""

    def __init__(self, board: Board, around: Surroundings) -> None:
        self._board, self._around = board, around
        self._wanted_questions: Source | None = None
        self._wanted_shots: Source | None = None

    def refresh(self) -> None:
        """Other tabs may have made something meanwhile."""
        self.show_prompt()
        self.show_models()
        found = self._around.data_sets.list_datasets()
        self._board.show(data_sets=tuple(Source(one.name, one.rows_path, one.content_hash) for one in found))

    def show_prompt(self) -> None:
        """The prompt in the editor or its versions changed; called often."""
        source, state = self._around.source, self._board.state
        versions = source.list_versions()[:_SHOWN_VERSIONS]
        starts = (StartChoice("", ""), *(StartChoice(one.id, f"{one.prompt_name} {one.label}") for one in versions))
        problem = source.problem()
        if starts != state.starts or problem != state.prompt_problem:
            self._board.show(starts=starts, prompt_problem=problem)
        if state.setup.start_id and state.setup.start_id not in {one.version_id for one in starts}:
            self._board.set_up(start_id="")

    def show_models(self) -> None:
        """The starter answers unless another model is chosen: what is offered without asking stays on this computer."""
        models = tuple(model for model in self._around.catalog.answering if can_answer(model))
        names, name_now = [model.name for model in models], self._around.catalog.name_now
        setup = self._board.state.setup
        model, writer = name_now(setup.model), name_now(setup.writer)
        if model not in names:
            local = [model.name for model in models if model.endpoint is None]
            model = STARTER if STARTER in names else next(iter(local), "")
        setup = replace(setup, model=model, writer=writer if writer in names else "")
        self._board.show(models=models, setup=setup)

    def choose_questions(self, source: Source) -> None:
        """Read them: a job, since a file may be of any size."""
        self._wanted_questions = source
        self._board.show(page=Page.SETUP, questions=None, questions_trouble=None)
        request = QuestionsRequest(name=source.name, path=source.path, rows_hash=source.rows_hash)
        spec = JobSpec(task=READ_QUESTIONS, params=request.model_dump(mode="json"), title=f"Read {source.name}")
        self._around.jobs.submit(spec, partial(self._on_questions, source))

    def choose_shots(self, origin: ShotsFrom, source: Source | None = None) -> None:
        self._wanted_shots = source
        self._board.show(shots=None, shots_trouble=None)
        self._board.set_up(shots_from=origin)
        if source is None:
            return
        request = QuestionsRequest(name=source.name, path=source.path, rows_hash=source.rows_hash)
        spec = JobSpec(task=READ_SHOTS, params=request.model_dump(mode="json"), title=f"Read {source.name}")
        self._around.jobs.submit(spec, partial(self._on_shots, source))

    def _on_questions(self, source: Source, event: JobEvent) -> None:
        if source is not self._wanted_questions:
            return  # others were chosen meanwhile
        match event:
            case Finished(result=result):
                found = QuestionsReport.model_validate(result)
                self._board.show(questions=Questions(source, found.examples, found.left_out))
            case Failed() | Crashed():
                self._board.show(questions_trouble=trouble_of(event))
            case _:
                pass

    def _on_shots(self, source: Source, event: JobEvent) -> None:
        if source is not self._wanted_shots:
            return
        match event:
            case Finished(result=result):
                self._board.show(shots=Shots(source, ShotsReport.model_validate(result).shots))
            case Failed() | Crashed():
                self._board.show(shots_trouble=trouble_of(event))
            case _:
                pass


def source_of_file(path: str) -> Source:
    return Source(Path(path).name, path)
