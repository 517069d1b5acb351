"""Decides what happens on the Compare tab. No Qt."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from workbench.compare.spec import ArmSpec, ComparisonSpec, load_spec, save_spec
from workbench.compare.tasks import PrepareRequest
from workbench.datasets.test_sets.promptfoo_tests import looks_like_promptfoo
from workbench.datasets.test_sets.types import PREFIX, named_set
from workbench.errors import WorkbenchError
from workbench.jobs.events import Finished, JobEvent
from workbench.jobs.spec import JobSpec, Listener
from workbench.llm.endpoints.models import as_model, where_text_goes
from workbench.llm.library import STARTER, named
from workbench.llm.tasks import SCAN_MODELS, ScanModelsReport, ScanModelsRequest
from workbench.llm.types import LoadConfig, ModelRef
from workbench.scoring.metrics import METRICS
from workbench.scoring.types import MetricChoice
from workbench.settings import Settings
from workbench.ui.compare.board import Board, View
from workbench.ui.compare.export_part import ExportPart
from workbench.ui.compare.pictures_part import PicturesPart
from workbench.ui.compare.questions_board import QuestionRooms, SetsBoard
from workbench.ui.compare.questions_editing_part import QuestionsEditingPart
from workbench.ui.compare.questions_part import QuestionsPart
from workbench.ui.compare.questions_writing_part import QuestionsWritingPart
from workbench.ui.compare.run_options import RunOptions
from workbench.ui.compare.run_part import RunPart, StoppableJobs
from workbench.ui.compare.standard_arms import standard_arms
from workbench.ui.compare.state import CompareState, HistoryLine, Page, RowFilter
from workbench.ui.protocols import Background, Messages, Navigator, at_once
from workbench.ui.trouble import trouble_of
from workbench.ui.widgets.model_choice import can_answer

if TYPE_CHECKING:
    from workbench.compare.catalogue import Catalogue
    from workbench.compare.store import ComparisonEntry, ComparisonStore
    from workbench.paths import WorkbenchPaths

_SHOWN_HISTORY = 30


class ComparePresenter:
    """Methods are named after what the user did."""

    def __init__(
        self,
        jobs: StoppableJobs,
        messages: Messages,
        navigator: Navigator,
        *,
        store: "ComparisonStore",
        paths: "WorkbenchPaths",
        settings: Callable[[], Settings],
        read_catalogue: "Callable[[], Catalogue]",
        question_rooms: QuestionRooms,
        in_background: Background = at_once,
    ) -> None:
        self._board = Board()
        sets = SetsBoard(self._board, jobs, messages, question_rooms, in_background)
        self.questions = QuestionsPart(sets, self._on_questions_shown)
        self.editing = QuestionsEditingPart(sets, lambda name: self.questions.open(f"{PREFIX}{name}"))
        self.writing = QuestionsWritingPart(sets, self.questions, self.editing)
        self._exports = ExportPart(messages, in_background)
        self._jobs = jobs
        self._messages = messages
        self._navigator = navigator
        self._store = store
        self._settings = settings
        self._read_catalogue = read_catalogue
        self._paths = paths
        self._scans_left = 1
        self._found: tuple[ModelRef, ...] | None = None
        self._run = RunPart(self._board, jobs, messages, store, paths, self._read_history)
        self.pictures = PicturesPart(self._board, messages, self._exports.write)

    @property
    def state(self) -> CompareState:
        return self._board.state

    def start(self, view: View) -> None:
        """The tab is shown for the first time."""
        self._board.put_up(view)
        self.refresh()

    def refresh(self) -> None:
        """Look what arms can be made of by now; other tabs may have made something."""
        catalogue = self._read_catalogue()
        self._board.show(
            choices=replace(
                self.state.choices,
                adapters=tuple(adapter.name for adapter in catalogue.adapters),
                collections=tuple(collection.name for collection in catalogue.collections),
                example_files=tuple((name, rows.path) for name, rows in catalogue.datasets.items()),
            )
        )
        self._show_models(catalogue)
        self._read_history()
        self.questions.refresh()
        if self._scans_left > 0:
            self._scans_left -= 1
            self._scan_models()

    def _scan_models(self) -> None:
        request = ScanModelsRequest(
            own_folders=self._settings().llm.model_folders, models_folder=str(self._paths.models)
        )
        spec = JobSpec(task=SCAN_MODELS, params=request.model_dump(mode="json"), title="Look for models")
        self._jobs.submit(spec, self._on_models)

    def _on_models(self, event: JobEvent) -> None:
        if not isinstance(event, Finished):
            return
        self._found = ScanModelsReport.model_validate(event.result).models
        self._show_models(self._read_catalogue())

    def _show_models(self, catalogue: "Catalogue") -> None:
        """The starter first, models on servers last: what is offered without asking stays on this computer."""
        if self._found is None:
            return
        everything = named([*self._found, *map(as_model, catalogue.endpoints)], catalogue.model_names)
        usable = [model for model in everything if can_answer(model)]
        usable.sort(key=lambda model: (model.endpoint is not None, model.name != STARTER, model.name.casefold()))
        servers = tuple((model.name, where_text_goes(model)) for model in usable if model.endpoint is not None)
        names = tuple(model.name for model in usable)
        self._board.show(choices=replace(self.state.choices, models=names, servers=servers))

    def open_case(self, case: dict[str, str]) -> None:
        """Another tab opens this one: `spec`, `questions` (a file or "set:NAME"), `retrieval_set` of a `collection`."""
        self.refresh()
        if "retrieval_set" in case:
            self.questions.take_retrieval_set(case["collection"], case["retrieval_set"])
        for key in ("spec", "questions"):
            if path := case.get(key, ""):
                self.open_file(path)

    def open_file(self, path: str) -> None:
        """A dropped or chosen file: a comparison (YAML) or questions (anything else)."""
        if Path(path).suffix.lower() in (".yaml", ".yml") and not looks_like_promptfoo(Path(path)):
            self._open_spec(Path(path))
        else:
            self.questions.open(path)

    def _open_spec(self, path: Path) -> None:
        try:
            spec = load_spec(path)
        except WorkbenchError as problem:
            self._board.show(page=Page.SETUP, trouble=trouble_of(problem))
            return
        self._board.show(
            page=Page.SETUP,
            name=spec.name,
            metrics=spec.metrics,
            seed=spec.seed,
            options=RunOptions.of(spec),
            arms=spec.arms,
            edited=-1,
            missing=(),
            trouble=None,
        )
        self.questions.open(spec.questions)

    def _on_questions_shown(self, name: str) -> None:
        """A comparison that has no name yet is called after its questions."""
        if self.state.name == "comparison":
            self._board.show(name=name)

    # -- the arms -----------------------------------------------------------------------------------------------------

    def make_standard_arms(self) -> None:
        """Replace the arms by the standard ones, as far as they can be made."""
        arms, missing = standard_arms(self.state.choices)
        self._board.show(arms=arms or self.state.arms, missing=missing, edited=-1)

    def add_arm(self) -> None:
        choices, names = self.state.choices, {arm.name for arm in self.state.arms}
        name = next(f"arm {n}" for n in range(1, 1000) if f"arm {n}" not in names)
        arm = ArmSpec(name=name, model=choices.models[0] if choices.models else "starter")
        self._board.show(arms=(*self.state.arms, arm), edited=len(self.state.arms))

    def copy_arm(self, index: int) -> None:
        if 0 <= index < len(self.state.arms):
            names = {arm.name for arm in self.state.arms}
            base = self.state.arms[index]
            name = next(n for k in range(2, 1000) if (n := f"{base.name} {k}") not in names)
            arms = list(self.state.arms)
            arms.insert(index + 1, base.model_copy(update={"name": name}))
            self._board.show(arms=tuple(arms), edited=index + 1)

    def remove_arm(self, index: int) -> None:
        if 0 <= index < len(self.state.arms):
            arms = tuple(arm for place, arm in enumerate(self.state.arms) if place != index)
            self._board.show(arms=arms, edited=min(index, len(arms) - 1))

    def edit_arm(self, index: int) -> None:
        self._board.show(edited=index if 0 <= index < len(self.state.arms) else -1)

    def change_arm(self, arm: ArmSpec) -> None:
        """The edited arm is now this."""
        arms = list(self.state.arms)
        if 0 <= self.state.edited < len(arms):
            arms[self.state.edited] = arm
            self._board.show(arms=tuple(arms))

    def choose_metric(self, name: str) -> None:
        """The metric that decides; the others are shown beside it."""
        if name in METRICS:
            chosen = next((metric for metric in self.state.metrics if metric.name == name), MetricChoice(name=name))
            others = [metric for metric in self.state.metrics if metric.name != name]
            self._board.show(metrics=(chosen, *others[:3]))

    def mend(self, tab: str) -> None:
        """Go where what is missing can be made."""
        self._navigator.open_tab(tab)

    # -- the run ------------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Run the comparison, or go on with it."""
        if self.state.not_ready:
            return
        try:
            spec = self._spec()
        except ValidationError as error:
            self._messages.error("The comparison cannot be run.", details=str(error))
            return
        load = LoadConfig.from_settings(self._settings().llm)
        catalogue = self._read_catalogue().needed_for(spec)
        if self.state.questions is not None and named_set(spec.questions):
            asked = {spec.questions: self.state.questions.examples}
            catalogue = catalogue.model_copy(update={"test_sets": asked})
        request = PrepareRequest(
            spec=spec, catalogue=catalogue, load=load, home=str(self._paths.home), fresh=self.state.options.fresh
        )
        self._run.start(request)

    def stop(self) -> None:
        self._run.stop()

    def follow(self, spec: JobSpec) -> Listener:
        """Take up a comparison that outlived an earlier start of the program."""
        return self._run.follow(spec)

    def _spec(self) -> ComparisonSpec:
        state = self.state
        values = {
            "name": state.name,
            "questions": state.questions.path if state.questions else "",
            "metrics": state.metrics,
            "seed": state.seed,
            "arms": state.arms,
            **state.options.spec_values,
        }
        return ComparisonSpec.model_validate(values)

    # -- the results --------------------------------------------------------------------------------------------------

    def change_setup(self) -> None:
        """Back to the arms; the results stay."""
        self._board.show(page=Page.SETUP)

    def show_results(self) -> None:
        if self.state.results is not None:
            self._board.show(page=Page.RESULTS)

    def select_trial(self, arm: str, example_id: str) -> None:
        self._board.show(selected=(arm, example_id))

    def filter_questions(self, shown: RowFilter) -> None:
        self._board.show(shown=shown)

    def open_source(self, document: str, page: int) -> None:
        """Open a retrieved passage where it stands in its document."""
        selected, results = self.state.selected, self.state.results
        collection = (
            next((a.collection for a in results.arms if selected and a.name == selected[0]), "") if results else ""
        )
        if collection:
            self._navigator.open_tab("documents", collection=collection, document=document, page=str(page))

    def open_history(self, comparison_id: int) -> None:
        try:
            report = self._store.get(comparison_id)
        except WorkbenchError as problem:
            self._messages.error(problem.message, hint=problem.hint)
            return
        self._run.show_report(report)

    def export(self, path: str) -> None:
        """Write the results; the ending of the name says as what."""
        results = self.state.results
        if results is not None and results.report is not None:
            self._exports.export(results.report, path)

    def save_setup(self, path: str) -> None:
        """Write the set-up as YAML for `workbench compare`."""
        if self.state.questions is not None and self.state.arms:
            self._exports.write(Path(path), partial(save_spec, self._spec()))

    def _read_history(self) -> None:
        entries = self._store.list_comparisons()[:_SHOWN_HISTORY]
        self._board.show(history=tuple(HistoryLine(entry.id, describe(entry)) for entry in entries))


def describe(entry: "ComparisonEntry") -> str:
    """One line of the history."""
    when = entry.created[:16].replace("T", " ")
    end = f"{entry.winner} wins" if entry.winner else str(entry.kind)
    return f"{entry.name} · {when} · {entry.questions} questions · {end}"
