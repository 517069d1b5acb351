"""Decides what happens on the Compare tab. No Qt."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pydantic import ValidationError

from workbench.compare.matrix import RowFilter
from workbench.compare.pace import read_paces
from workbench.compare.placing import FOLDER
from workbench.compare.tasks import PrepareRequest
from workbench.compare.types import ComparisonReport
from workbench.datasets.test_sets.types import PREFIX, named_set
from workbench.jobs.spec import JobSpec, Listener
from workbench.llm.types import LoadConfig
from workbench.settings import Settings
from workbench.ui.compare.again_part import AgainPart
from workbench.ui.compare.arms_part import ArmsPart
from workbench.ui.compare.board import Board, View
from workbench.ui.compare.export_part import ExportPart
from workbench.ui.compare.filling import Filled
from workbench.ui.compare.guide_part import GuidePart
from workbench.ui.compare.history_part import HistoryPart
from workbench.ui.compare.leaks_part import LeaksPart
from workbench.ui.compare.matrix_part import MatrixPart
from workbench.ui.compare.pictures_part import PicturesPart
from workbench.ui.compare.questions_board import QuestionRooms, SetsBoard
from workbench.ui.compare.questions_editing_part import QuestionsEditingPart
from workbench.ui.compare.questions_part import QuestionsPart
from workbench.ui.compare.questions_writing_part import QuestionsWritingPart
from workbench.ui.compare.ratings_part import RatingsPart
from workbench.ui.compare.run_options import RunOptions
from workbench.ui.compare.run_part import RunPart
from workbench.ui.compare.scores_part import ScoresPart
from workbench.ui.compare.setup_part import SetupPart
from workbench.ui.compare.state import CompareState, Page
from workbench.ui.compare.stock_part import Lookups, StockPart
from workbench.ui.compare.trade_offs_part import TradeOffsPart
from workbench.ui.compare.why_part import WhyPart
from workbench.ui.models.catalog import ModelCatalog
from workbench.ui.protocols import Background, Messages, Navigator, StoppableJobs, at_once

if TYPE_CHECKING:
    from workbench.compare.catalogue import Catalogue
    from workbench.compare.history import ComparisonEntry
    from workbench.compare.store import ComparisonStore
    from workbench.paths import WorkbenchPaths

_NOTHING_TO_LOOK_UP = Lookups()


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
        models: ModelCatalog,
        in_background: Background = at_once,
        lookups: Lookups = _NOTHING_TO_LOOK_UP,
    ) -> None:
        self._board = Board()
        self.scores = ScoresPart(self._board)
        sets = SetsBoard(self._board, jobs, messages, question_rooms, in_background)
        self.questions = QuestionsPart(sets, self._on_questions_shown)
        self.editing = QuestionsEditingPart(sets, lambda name: self.questions.open(f"{PREFIX}{name}"))
        self.writing = QuestionsWritingPart(sets, self.questions, self.editing)
        self._exports = ExportPart(messages, in_background)
        self._setup = SetupPart(self._board, messages, self.questions, self._exports, read_catalogue, in_background)
        self.trade_offs = TradeOffsPart(self._board, messages, store, in_background)
        self._jobs = jobs
        self._messages = messages
        self._navigator = navigator
        self._store = store
        self._settings = settings
        self._read_catalogue = read_catalogue
        self._in_background = in_background
        self._paths = paths
        self._find_documents = lookups.find_documents
        self.stock = StockPart(self._board, models, settings, read_catalogue, lookups, in_background)
        self.arms = ArmsPart(self._board, self.stock, navigator)
        self.guide = GuidePart(self._board, self.arms, self.stock, lookups.read_computer, in_background)
        self.stock.on_stock = self.guide.look_again
        self.ratings = RatingsPart(self._board, store, messages, in_background)
        self._run = RunPart(self._board, jobs, messages, store, paths, self._on_saved, in_background=in_background)
        self.matrix = MatrixPart(self._board)
        self.again = AgainPart(self._board, self._run, messages, store, paths, read_catalogue, in_background)
        self.history = HistoryPart(self._board, messages, store, paths, self._exports, in_background, self._on_opened)
        self.pictures = PicturesPart(self._board, messages, self._exports.write, in_background)
        self.leaks = LeaksPart(self._board, store, in_background, self.history.read)
        rows_folder = paths.home / FOLDER / "rows"
        self.why = WhyPart(
            self._board, navigator, messages, rows_folder, in_background, self.ask_failed_again, self.use_as_setup
        )

    @property
    def state(self) -> CompareState:
        return self._board.state

    def start(self, view: View) -> None:
        """The tab is shown for the first time."""
        self._board.put_up(view)
        self.refresh()

    def refresh(self) -> None:
        """Look what arms can be made of by now; other tabs may have made something."""
        self.stock.refresh()
        self._board.show(paces=read_paces(self._paths.home / FOLDER))
        self.history.read()
        self.questions.refresh()

    def open_case(self, case: dict[str, str]) -> None:
        """Another tab opens this one: `spec`, `questions` (a file or "set:NAME"), `retrieval_set` of a `collection`;
        `guide` shows the set-up, where the guide is."""
        self.refresh()
        if "guide" in case:
            self._board.show(page=Page.SETUP)
        if arm := case.get("arm", ""):
            self.why.open_arm(arm)
        if "retrieval_set" in case:
            self.questions.take_retrieval_set(case["collection"], case["retrieval_set"])
        for key in ("spec", "questions"):
            if path := case.get(key, ""):
                self.open_file(path)

    def open_file(self, path: str) -> None:
        """A dropped or chosen file: a comparison (YAML) or questions (anything else)."""
        self._setup.open_file(path)

    def _on_questions_shown(self, name: str) -> None:
        """A comparison that has no name yet is called after its questions."""
        self.stock.look_for_overlaps()
        self.guide.look_again()
        if self.state.name == "comparison":
            self._board.show(name=name)

    def run(self) -> None:
        """Run the comparison, or go on with it."""
        if self.state.not_ready:
            return
        try:
            spec = self._setup.spec()
        except ValidationError as error:
            self._messages.error("The comparison cannot be run.", details=str(error))
            return
        load = LoadConfig.from_settings(self._settings().llm)
        questions, fresh, home = self.state.questions, self.state.options.fresh, str(self._paths.home)

        find_documents = self._find_documents

        def make() -> PrepareRequest:
            catalogue = find_documents(self._read_catalogue().needed_for(spec), spec)
            if questions is not None and named_set(spec.questions):
                asked = {spec.questions: questions.examples}
                catalogue = catalogue.model_copy(update={"test_sets": asked})
            return PrepareRequest(spec=spec, catalogue=catalogue, load=load, home=home, fresh=fresh)

        self._run.start(make)

    def change_options(self, options: RunOptions) -> None:
        """How it is run is set otherwise."""
        self._board.show(options=options)

    def change_seed(self, seed: int) -> None:
        self._board.show(seed=seed)

    def ask_failed_again(self) -> None:
        """The shown comparison once more: what failed, or was not asked yet, is asked."""
        self._run.ask_failed_again()

    def stop(self) -> None:
        self._run.stop()

    def follow(self, spec: JobSpec) -> Listener:
        """Take up a comparison that outlived an earlier start of the program."""
        return self._run.follow(spec)

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
        self.matrix.filter_outcome(shown)

    def open_source(self, document: str, page: int) -> None:
        """Open a retrieved passage where it stands in its document."""
        selected, results = self.state.selected, self.state.results
        if selected is None or results is None:
            return
        trial = results.trial(*selected)
        places = {(hit.document, hit.page): hit.collection for hit in (trial.hits if trial else ())}
        first = next((arm.collection for arm in results.arms if arm.name == selected[0]), "")
        # Of several collections that an arm asks at once the hit knows which one it comes from.
        if collection := places.get((document, page)) or first:
            self._navigator.open_tab("documents", collection=collection, document=document, page=str(page))

    def open_history(self, comparison_id: int) -> None:
        """Show a comparison that was made before."""
        self.history.open(comparison_id)

    def use_as_setup(self, comparison_id: int, arm: str = "") -> None:
        """Put what a comparison was made of into the set-up, by names, and open one of its arms there."""
        self._setup.arm_to_open = arm
        self.history.write_setup(comparison_id, lambda path: self.open_file(str(path)))

    def _on_opened(self, filled: Filled, entry: "ComparisonEntry") -> None:
        self._run.show_filled(filled)
        self.ratings.open(entry.id)
        if entry.again_of and filled.results.report is not None:
            self.again.finished(filled.results.report, entry.folder)

    def _on_saved(self, report: ComparisonReport, folder: str) -> None:
        self.history.read()
        self.ratings.open_run(folder)
        self.again.finished(report, folder)

    def export(self, path: str) -> None:
        """Write the results; the ending of the name says as what."""
        results = self.state.results
        if results is not None and results.report is not None:
            self.history.export_report(results.report, results.number, path)

    def save_setup(self, path: str) -> None:
        """Write the set-up as YAML for `workbench compare`."""
        self._setup.save(path)
