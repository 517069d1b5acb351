"""Home: this computer, the models found, the starter projects, and the doors."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from workbench.jobs.spec import Jobs
from workbench.paths import WorkbenchPaths
from workbench.settings import Settings
from workbench.ui.home.computer import read_computer
from workbench.ui.home.presenter import Background, HomePresenter, Shelf
from workbench.ui.home.view import HomeView
from workbench.ui.protocols import Messages, Navigator


def build(
    *,
    jobs: Jobs,
    messages: Messages,
    navigator: Navigator,
    shelf: Shelf,
    settings: Callable[[], Settings],
    paths: WorkbenchPaths,
    in_background: Background,
) -> QWidget:
    """Home, looking around already."""
    view = HomeView()
    presenter = HomePresenter(
        view,
        jobs=jobs,
        messages=messages,
        navigator=navigator,
        shelf=shelf,
        settings=settings,
        models_folder=paths.models,
        read_computer=partial(read_computer, paths.home),
        in_background=in_background,
    )
    view.project_chosen.connect(presenter.open_project)
    view.tab_chosen.connect(presenter.open_tab)
    view.try_requested.connect(presenter.try_model)
    presenter.start()
    return view
