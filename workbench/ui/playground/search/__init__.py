"""The Search page of the Playground: looks for a better prompt and proves it on held-out questions."""

from workbench.ui.playground.search.board import Surroundings
from workbench.ui.playground.search.presenter import SearchPresenter
from workbench.ui.playground.search.view import SearchView

__all__ = ["SearchPage", "SearchPresenter", "Surroundings", "build"]


class SearchPage(SearchView):
    """The view with its presenter; what the Playground holds."""

    presenter: SearchPresenter

    def open_case(self, case: dict[str, str]) -> None:
        """`questions`: a file of questions; `dataset`: a saved data set."""
        self.presenter.open_case(case)

    def take_paths(self, paths: list[str]) -> None:
        """Questions that were dropped on the window."""
        self.presenter.open_file(paths[0])


def build(presenter: SearchPresenter) -> SearchPage:
    """Wire the page. The presenter may have been at work before: it follows searches of earlier starts."""
    page = SearchPage()
    page.presenter = presenter
    setup, results = page.setup, page.results
    setup.changed.connect(presenter.change)
    setup.task.data_set_chosen.connect(presenter.choose_data_set)
    setup.task.file_chosen.connect(presenter.open_file)
    setup.tried.shots_chosen.connect(presenter.choose_shots)
    setup.tried.shots_file_chosen.connect(presenter.open_shots_file)
    setup.run_requested.connect(presenter.run)
    setup.results_requested.connect(presenter.show_results)
    setup.history_requested.connect(presenter.open_history)
    results.setup_requested.connect(presenter.change_setup)
    results.use_requested.connect(presenter.use_winner)
    results.candidate_selected.connect(presenter.select)
    page.strip.stop_requested.connect(presenter.stop)
    presenter.start(page)
    page.shown.connect(presenter.refresh)
    return page
