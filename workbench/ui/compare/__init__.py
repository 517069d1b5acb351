"""The Compare tab: which way of answering is best, measured on the user's own questions."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from workbench.compare.matrix import RowFilter, SortBy
from workbench.compare.trial_types import FailureReason
from workbench.ui.compare.arms_wiring import wire_arms
from workbench.ui.compare.history_wiring import wire_history
from workbench.ui.compare.presenter import ComparePresenter
from workbench.ui.compare.questions_board import QuestionRooms
from workbench.ui.compare.questions_wiring import wire
from workbench.ui.compare.ratings_wiring import wire_ratings
from workbench.ui.compare.scores_wiring import wire_scores
from workbench.ui.compare.stock_part import Lookups
from workbench.ui.compare.view import CompareView
from workbench.ui.compare.why_wiring import wire_why
from workbench.ui.protocols import Background, Messages, Navigator, StoppableJobs, at_once

if TYPE_CHECKING:
    from workbench.compare.catalogue import Catalogue
    from workbench.compare.store import ComparisonStore
    from workbench.paths import WorkbenchPaths
    from workbench.settings import Settings
    from workbench.ui.models.catalog import ModelCatalog


class CompareTab(CompareView):
    """The view with its presenter; what the window holds."""

    presenter: ComparePresenter

    def open_case(self, case: dict[str, str]) -> None:
        """`spec`: a comparison (YAML); `questions`: a file of questions; `guide`: which way to choose."""
        self.presenter.open_case(case)
        if "arm" in case:
            self.setup.show_page(self.setup.arms)
        if "guide" in case:
            self.setup.show_page(self.setup.guide)

    @Slot()
    def look_again(self) -> None:
        """A job ended: it may have made something that arms can be made of."""
        if self.isVisible():
            self.presenter.stock.refresh()

    def take_paths(self, paths: list[str]) -> None:
        """Open the comparison that was dropped on the window."""
        self.presenter.open_file(paths[0])


def build(
    jobs: StoppableJobs,
    messages: Messages,
    navigator: Navigator,
    *,
    store: "ComparisonStore",
    paths: "WorkbenchPaths",
    settings: "Callable[[], Settings]",
    read_catalogue: "Callable[[], Catalogue]",
    question_rooms: QuestionRooms,
    models: "ModelCatalog",
    in_background: Background = at_once,
    lookups: Lookups | None = None,
) -> CompareTab:
    """Wire the tab. `read_catalogue` tells what arms can be made of, each time anew, `models` what can answer."""
    tab = CompareTab()
    presenter = ComparePresenter(
        jobs,
        messages,
        navigator,
        store=store,
        paths=paths,
        settings=settings,
        read_catalogue=read_catalogue,
        question_rooms=question_rooms,
        models=models,
        in_background=in_background,
        lookups=lookups or Lookups(),
    )
    tab.presenter = presenter
    setup, results = tab.setup, tab.results
    wire(setup.questions, presenter)
    tab.file_chosen.connect(presenter.open_file)
    tab.setup_file_chosen.connect(presenter.save_setup)
    wire_scores(setup.scores, presenter.scores)
    wire_arms(tab)
    setup.run_requested.connect(presenter.run)
    setup.results_requested.connect(presenter.show_results)
    wire_history(tab)
    setup.options.options_changed.connect(presenter.change_options)
    setup.options.seed_changed.connect(presenter.change_seed)
    results.notice.again_requested.connect(presenter.ask_failed_again)
    results.setup_requested.connect(presenter.change_setup)
    results.export_chosen.connect(presenter.export)
    results.answers.trial_selected.connect(presenter.select_trial)
    _wire_matrix(tab)
    _wire_pictures(tab)
    _wire_trade_offs(tab)
    wire_ratings(results.ratings, results.answers, presenter.ratings)
    wire_why(results, setup, presenter)
    tab.strip.stop_requested.connect(presenter.stop)
    presenter.start(tab)
    tab.shown.connect(presenter.refresh)
    return tab


def _wire_matrix(tab: CompareTab) -> None:
    answers, matrix, pictures = tab.results.answers, tab.presenter.matrix, tab.presenter.pictures
    bar = answers.bar
    bar.searched.connect(matrix.search)
    bar.outcome_chosen.connect(lambda outcome, only: matrix.filter_outcome(RowFilter(outcome), only))
    bar.tag_chosen.connect(matrix.choose_tag)
    bar.reason_chosen.connect(lambda reason: matrix.choose_reason(FailureReason(reason) if reason else None))
    bar.order_chosen.connect(lambda by, down: matrix.sort(SortBy(by), descending=down))
    bar.all_requested.connect(matrix.show_all)
    answers.matrix.sort_requested.connect(lambda by, arm: matrix.sort_again(SortBy(by), arm))
    answers.metric_chosen.connect(pictures.choose_metric)
    answers.arms.arm_chosen.connect(pictures.look_at_arm)


def _wire_pictures(tab: CompareTab) -> None:
    page, pictures = tab.results.pictures, tab.presenter.pictures
    page.kind_chosen.connect(pictures.choose_picture)
    page.metric_chosen.connect(pictures.choose_metric)
    page.arm_chosen.connect(pictures.mark_arm)
    page.answer_chosen.connect(tab.presenter.select_trial)
    page.file_made.connect(lambda path, content: pictures.save(path, bytes(content.data())))
    page.copied.connect(pictures.say_copied)


def _wire_trade_offs(tab: CompareTab) -> None:
    page, part = tab.results.trade_offs, tab.presenter.trade_offs
    page.weights_moved.connect(part.weigh)
    page.weights_rested.connect(part.keep)
    page.quality_alone_requested.connect(part.weigh_quality_alone)
    page.economy_changed.connect(part.change_economy)
    page.margin_changed.connect(part.change_margin)
