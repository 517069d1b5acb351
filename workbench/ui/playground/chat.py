"""The page of the Playground on which one talks to a model, with and without an adapter."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from workbench.jobs.spec import Jobs
from workbench.settings import Settings
from workbench.ui.models.catalog import ModelCatalog
from workbench.ui.playground.presenter import PlaygroundPresenter
from workbench.ui.playground.state import AdapterChoice
from workbench.ui.playground.view import PlaygroundView
from workbench.ui.protocols import Messages, Navigator

if TYPE_CHECKING:
    from workbench.playground.store import ExchangeStore


class ChatPage(PlaygroundView):
    """The view with its presenter; what the tab holds."""

    presenter: PlaygroundPresenter

    def open_case(self, case: dict[str, str]) -> None:
        """`model` and `adapter` are chosen by name, `prompt` is filled in."""
        self.presenter.open_case(case)


def build(
    jobs: Jobs,
    messages: Messages,
    navigator: Navigator,
    *,
    catalog: ModelCatalog,
    adapters: Callable[[], Sequence[AdapterChoice]],
    exchanges: "ExchangeStore",
    settings: Callable[[], Settings],
) -> ChatPage:
    """Wire the page. `adapters` lists what was trained (`AdapterStore.list_adapters`)."""
    tab = ChatPage()
    tab.presenter = presenter = PlaygroundPresenter(jobs, messages, navigator, catalog, adapters, exchanges, settings)
    tab.model_chosen.connect(presenter.choose_model)
    tab.adapter_chosen.connect(presenter.choose_adapter)
    tab.system_edited.connect(presenter.edit_system)
    tab.prompt_edited.connect(presenter.edit_prompt)
    tab.options.option_changed.connect(presenter.set_option)
    tab.options.reset_requested.connect(presenter.reset_options)
    tab.run_requested.connect(presenter.run)
    tab.stop_requested.connect(presenter.stop)
    tab.offer_chosen.connect(presenter.take_offer)
    tab.clear_requested.connect(presenter.clear)
    tab.exchange_chosen.connect(presenter.reopen)
    tab.history_clear_requested.connect(presenter.clear_history)
    tab.models_requested.connect(presenter.open_models)
    presenter.start(tab)
    tab.shown.connect(presenter.refresh)
    return tab
