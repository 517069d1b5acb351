"""Decides what happens on the Search page. No Qt."""

from functools import partial

from workbench.errors import WorkbenchError
from workbench.jobs.spec import JobSpec, Listener
from workbench.llm.types import LoadConfig, ModelRef
from workbench.playground.search.keeping import keep_winner
from workbench.playground.search.running import place_search
from workbench.playground.search.store import SearchEntry
from workbench.playground.search.types import Outcome, SearchBudget, SearchRequest
from workbench.playground.search.wording import points
from workbench.playground.types import PromptVersion
from workbench.scoring.types import MetricChoice
from workbench.ui.playground.search.board import Board, Surroundings, View
from workbench.ui.playground.search.run_part import RunPart
from workbench.ui.playground.search.setup_part import SetupPart, source_of_file
from workbench.ui.playground.search.state import HistoryLine, Page, SearchState, ShotsFrom
from workbench.ui.trouble import trouble_of
from workbench.ui.trying import tell, tried

_SHOWN_HISTORY = 30


class SearchPresenter:
    """Methods are named after what the user did."""

    def __init__(self, around: Surroundings) -> None:
        self._board, self._around = Board(), around
        self._setup = SetupPart(self._board, around)
        self._run = RunPart(self._board, around, self._read_history)

    @property
    def state(self) -> SearchState:
        return self._board.state

    def start(self, view: View) -> None:
        """The page is built."""
        self._board.put_up(view)
        self._around.catalog.subscribe(self._setup.show_models)
        self._around.source.subscribe(self._setup.show_prompt)
        self._around.catalog.ensure()
        self.refresh()

    def refresh(self) -> None:
        """The page is shown."""
        self._setup.refresh()
        self._read_history()

    def open_case(self, case: dict[str, str]) -> None:
        """`questions` names a file of questions; `dataset` a saved data set."""
        self.refresh()
        if path := case.get("questions", ""):
            self.open_file(path)
        elif name := case.get("dataset", ""):
            self.choose_data_set(name)

    def open_file(self, path: str) -> None:
        """A chosen or dropped file of questions."""
        self._setup.choose_questions(source_of_file(path))

    def choose_data_set(self, name: str) -> None:
        for source in self.state.data_sets:
            if source.name == name:
                self._setup.choose_questions(source)

    def choose_shots(self, origin: str, name: str = "") -> None:
        """Worked examples from "questions", "nowhere", or the "source" of that name."""
        found = next((source for source in self.state.data_sets if source.name == name), None)
        self._setup.choose_shots(ShotsFrom(origin), found)

    def open_shots_file(self, path: str) -> None:
        self._setup.choose_shots(ShotsFrom.SOURCE, source_of_file(path))

    def change(self, name: str, value: object) -> None:
        """A field of the set-up."""
        self._board.set_up(**{name: value})

    def run(self) -> None:
        """Search; an unfinished search of the same set-up goes on."""
        if self.state.not_ready:
            return
        try:
            request = self._request(self._start_version())
        except WorkbenchError as problem:
            self._board.show(trouble=trouble_of(problem))
            return
        self._run.start(place_search(request, self._around.paths))

    def stop(self) -> None:
        self._run.stop()

    def follow(self, spec: JobSpec) -> Listener:
        """Take up a search of an earlier start of the program."""
        return self._run.follow(spec)

    def change_setup(self) -> None:
        self._board.show(page=Page.SETUP)

    def show_results(self) -> None:
        if self.state.live is not None:
            self._board.show(page=Page.RESULTS)

    def select(self, candidate_id: str) -> None:
        """Show what this candidate says."""
        self._board.show(selected=candidate_id)

    def use_winner(self) -> None:
        """Save the best prompt as a version and open it in the editor."""
        report = self.state.report
        if report is None or report.outcome is Outcome.START_IS_BEST or self.state.is_keeping:
            return
        self._board.show(is_keeping=True)
        self._around.in_background(partial(tried, partial(keep_winner, report, self._around.prompts)), self._on_kept)

    def open_history(self, search_id: int) -> None:
        if self.state.is_running:
            self._around.messages.info("A search is running; its results stay in view.")
            return
        try:
            report = self._around.searches.get(search_id)
        except WorkbenchError as problem:
            self._around.messages.error(problem.message, hint=problem.hint)
            return
        self._run.show_report(report)

    def _on_kept(self, kept: "PromptVersion | WorkbenchError") -> None:
        self._board.show(is_keeping=False)
        if isinstance(kept, WorkbenchError):
            tell(self._around.messages, kept)
            return
        self._around.source.open_version(kept.id)
        self._around.messages.info(f"Saved as {kept.prompt_name} {kept.label}.")
        self._around.navigator.open_tab("playground", page="prompt")

    def _start_version(self) -> PromptVersion:
        chosen = self.state.setup.start_id
        if not chosen:
            return self._around.source.save_for_run()
        found = self._around.source.find_version(chosen)
        if found is None:
            raise WorkbenchError("The chosen version is gone.", hint="Choose another.", code="no_version")
        return found

    def _request(self, version: PromptVersion) -> SearchRequest:
        state, setup = self.state, self.state.setup
        questions, model, writer = state.questions, state.chosen_model, state.chosen_writer
        assert questions is not None
        assert model is not None
        shots = state.shots if setup.shots_from is ShotsFrom.SOURCE else None
        return SearchRequest(
            name=f"{version.prompt_name} on {questions.source.name}",
            start=version.prompt,
            start_version_id=version.id,
            start_label=f"{version.prompt_name} {version.label}",
            prompt_name=version.prompt_name,
            model=model,
            load=self._load(model),
            questions_name=questions.source.name,
            examples=questions.examples,
            metric=MetricChoice(name=setup.metric),
            budget=SearchBudget(generations=setup.generations, seconds=60.0 * setup.minutes),
            writer=writer,
            writer_load=self._load(writer) if writer else LoadConfig(),
            instructions=own_instructions(setup.instructions),
            techniques=setup.techniques,
            formats=setup.formats,
            shots=shots.shots if shots else (),
            shots_name=shots.source.name if shots else "",
            shots_from_questions=setup.shots_from is ShotsFrom.QUESTIONS,
            max_candidates=setup.max_candidates,
            seed=setup.seed,
        )

    def _load(self, model: ModelRef) -> LoadConfig:
        return self._around.catalog.load_config(model, self._around.settings().llm)

    def _read_history(self) -> None:
        entries = self._around.searches.list_searches()[:_SHOWN_HISTORY]
        self._board.show(history=tuple(HistoryLine(entry.id, in_words(entry)) for entry in entries))


def own_instructions(written: str) -> tuple[str, ...]:
    """Instructions that are parted by lines of three dashes."""
    parts = (part.strip() for part in f"\n{written}\n".split("\n---\n"))
    return tuple(part for part in parts if part)


def in_words(entry: SearchEntry) -> str:
    """A search as a line of the history."""
    found = points(entry.difference) if entry.outcome is Outcome.BETTER and entry.difference else "no better prompt"
    return f"{entry.created[:16].replace('T', ' ')}  {entry.name}  ({found})"
