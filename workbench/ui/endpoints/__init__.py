"""Connect to a server: the dialog in which models on servers are added, tested and removed."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from workbench.llm.endpoints.checking import ask_models
from workbench.llm.endpoints.store import EndpointStore
from workbench.ui.endpoints.dialog import ServersDialog
from workbench.ui.endpoints.presenter import AskModels, ServersPresenter, UsesOf, no_uses
from workbench.ui.protocols import Background

__all__ = ["ServersDialog", "build"]


def build(
    store: EndpointStore,
    in_background: Background,
    on_changed: Callable[[], None],
    parent: QWidget | None = None,
    ask: AskModels = ask_models,
    uses_of: UsesOf = no_uses,
) -> ServersDialog:
    """The dialog, not shown yet. `on_changed` is called after a server was kept or removed."""
    dialog = ServersDialog(parent)
    dialog.presenter = presenter = ServersPresenter(store, in_background, on_changed, ask, uses_of)
    dialog.new_requested.connect(presenter.begin_new)
    dialog.server_chosen.connect(presenter.select)
    dialog.remove_requested.connect(presenter.ask_to_remove)
    dialog.remove_confirmed.connect(presenter.remove)
    dialog.keep_requested.connect(presenter.keep)
    dialog.undo_requested.connect(presenter.undo_remove)
    dialog.test_requested.connect(presenter.test)
    dialog.save_requested.connect(presenter.save)
    dialog.fields.edited.connect(presenter.edit)
    dialog.fields.preset_chosen.connect(presenter.choose_preset)
    dialog.fields.model_chosen.connect(presenter.choose_model)
    dialog.fields.forget_requested.connect(presenter.forget_key)
    presenter.start(dialog)
    return dialog
