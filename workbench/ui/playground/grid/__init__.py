"""The Grid page of the Playground: many prompts, models and settings over many rows."""

from workbench.ui.playground.grid.board import Surroundings
from workbench.ui.playground.grid.presenter import GridPresenter
from workbench.ui.playground.grid.state import RowFilter
from workbench.ui.playground.grid.view import GridView

__all__ = ["GridPage", "GridPresenter", "Surroundings", "build"]


class GridPage(GridView):
    """The view with its presenter; what the Playground holds."""

    presenter: GridPresenter

    def open_case(self, case: dict[str, str]) -> None:
        """`questions`: a file; `dataset`: a saved data set; `version`: a prompt version."""
        self.presenter.open_case(case)

    def take_paths(self, paths: list[str]) -> None:
        """Read the rows of the file that was dropped on the window."""
        self.presenter.setup.open_file(paths[0])


def build(presenter: GridPresenter) -> GridPage:
    """Wire the page. The presenter may have listened to re-attached grids long before (`JobBridge.on_durable`)."""
    page = GridPage()
    page.presenter = presenter
    setup, results, part = page.setup, page.results, presenter.setup
    page.file_chosen.connect(part.open_file)
    setup.data_set_chosen.connect(part.open_data_set)
    setup.limit_chosen.connect(part.limit_rows)
    setup.metric_chosen.connect(part.choose_metric)
    setup.version_toggled.connect(part.choose_version)
    setup.answerers.answerer_toggled.connect(part.choose_answerer)
    setup.answerers.scales_written.connect(part.scale_adapters)
    setup.variants.variant_toggled.connect(part.choose_variant)
    setup.variants.vary_requested.connect(part.vary)
    setup.variants.tidy_requested.connect(part.remove_variants)
    setup.unfilled.value_edited.connect(part.fill_in)
    setup.run_requested.connect(presenter.run)
    setup.results_requested.connect(presenter.show_results)
    setup.history.chosen.connect(presenter.open_history)
    results.setup_requested.connect(presenter.change_setup)
    results.go_on_requested.connect(presenter.go_on)
    results.export_chosen.connect(presenter.export)
    results.cell_selected.connect(presenter.select_cell)
    results.filter_chosen.connect(lambda shown: presenter.filter_rows(RowFilter(shown)))
    page.strip.stop_requested.connect(presenter.stop)
    presenter.start(page)
    page.shown.connect(presenter.refresh)
    return page
