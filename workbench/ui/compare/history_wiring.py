"""What the history's pages say goes to the presenter's parts."""

from typing import Protocol

from workbench.ui.compare.history_page import HistoryPage
from workbench.ui.compare.overlay_page import OverlayPage
from workbench.ui.compare.presenter import ComparePresenter
from workbench.ui.compare.results_page import ResultsPage
from workbench.ui.compare.setup_page import SetupPage


class HasHistory(Protocol):
    """The tab."""

    setup: SetupPage
    results: ResultsPage
    history: HistoryPage
    overlay: OverlayPage
    presenter: ComparePresenter


def wire_history(tab: HasHistory) -> None:
    """Connect the history page, the overlay page and what leads to them."""
    presenter = tab.presenter
    part, page, overlay = presenter.history, tab.history, tab.overlay
    tab.setup.history_requested.connect(part.show)
    tab.results.history_requested.connect(part.show)
    tab.results.again_requested.connect(presenter.again.run_again)
    tab.results.again_bar.overlay_requested.connect(part.lay)
    page.close_requested.connect(part.close)
    page.searched.connect(part.search)
    page.selected.connect(part.select)
    page.open_requested.connect(part.open)
    page.again_requested.connect(presenter.again.run_again)
    page.setup_requested.connect(presenter.use_as_setup)
    page.overlay_requested.connect(part.lay_over)
    page.delete_requested.connect(part.delete)
    page.export_chosen.connect(part.export)
    page.details.renamed.connect(part.rename)
    page.details.annotated.connect(part.annotate)
    page.undo_bar.undo_requested.connect(part.undo)
    page.undo_bar.purge_confirmed.connect(part.forget)
    overlay.close_requested.connect(part.close_overlay)
    overlay.turn_requested.connect(part.turn)
    overlay.export_chosen.connect(part.export_overlay)
