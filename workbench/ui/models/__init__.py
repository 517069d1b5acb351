"""The Models tab: language models on this computer."""

from collections.abc import Callable

from workbench.settings import Settings
from workbench.ui.models.catalog import ModelCatalog
from workbench.ui.models.presenter import ModelsPresenter
from workbench.ui.models.view import ModelsView
from workbench.ui.protocols import Messages, Navigator


class ModelsTab(ModelsView):
    """The view with its presenter; what the window holds."""

    presenter: ModelsPresenter

    def open_case(self, case: dict[str, str]) -> None:
        """`model`: select it; `file`: add and select it."""
        self.presenter.open_case(case)


def build(
    catalog: ModelCatalog,
    messages: Messages,
    navigator: Navigator,
    *,
    settings: Callable[[], Settings],
    change_settings: Callable[[Settings], None],
) -> ModelsTab:
    """Wire the tab."""
    tab = ModelsTab()
    tab.presenter = presenter = ModelsPresenter(catalog, messages, navigator, settings, change_settings)
    tab.refresh_requested.connect(presenter.refresh)
    tab.paths_added.connect(presenter.add_paths)
    tab.place_removed.connect(presenter.remove_place)
    tab.model_selected.connect(presenter.select)
    tab.use_requested.connect(presenter.use_in_playground)
    tab.tune_requested.connect(presenter.fine_tune)
    presenter.start(tab)
    return tab
