"""Home: this computer, the models found, the sample projects, and the doors."""

from functools import partial

from workbench.llm.computer import read_computer
from workbench.paths import WorkbenchPaths
from workbench.ui.home.presenter import HomePresenter, Shelf
from workbench.ui.home.view import HomeView
from workbench.ui.models.catalog import ModelCatalog
from workbench.ui.protocols import Background, Messages, Navigator


def build(
    *,
    messages: Messages,
    navigator: Navigator,
    catalog: ModelCatalog,
    shelf: Shelf,
    paths: WorkbenchPaths,
    in_background: Background,
) -> HomeView:
    """Home, looking around already."""
    view = HomeView()
    presenter = HomePresenter(
        view,
        messages=messages,
        navigator=navigator,
        catalog=catalog,
        shelf=shelf,
        read_computer=partial(read_computer, paths.home),
        in_background=in_background,
    )
    view.project_chosen.connect(presenter.open_project)
    view.documents_requested.connect(presenter.ask_documents)
    view.tuning_requested.connect(presenter.tune_project)
    view.comparison_requested.connect(presenter.compare)
    view.guide_requested.connect(presenter.choose)
    view.tab_chosen.connect(presenter.open_tab)
    view.try_requested.connect(presenter.try_model)
    view.get_requested.connect(presenter.get_model)
    presenter.start()
    view.shown.connect(presenter.refresh)
    return view
