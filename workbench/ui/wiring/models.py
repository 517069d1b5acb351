"""Makes the Models tab, and the dialogs in which models are got: from the hub, on servers."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QWidget

from workbench.ui.wiring.rooms import Rooms, Shared

if TYPE_CHECKING:
    from workbench.jobs.spec import JobSpec, Listener
    from workbench.ui.hub.presenter import HubPresenter
    from workbench.ui.hub.view import HubDialog


class ModelsWiring:
    def __init__(self, rooms: Rooms, shared: Shared) -> None:
        self._rooms, self._shared = rooms, shared

    def tab(self) -> QWidget:
        from workbench.llm.store import FileHashStore
        from workbench.ui import models

        rooms, shared = self._rooms, self._shared
        tab = models.build(
            models.Surroundings(
                catalog=shared.catalog,
                jobs=rooms.jobs,
                messages=rooms.messages,
                navigator=rooms.window,
                settings=shared.settings,
                change_settings=rooms.change_settings,
                known_hash=FileHashStore(shared.database).find,
                adapters=shared.adapters.list_adapters,
                in_background=rooms.in_background,
            )
        )
        tab.get_requested.connect(self._open_hub)
        tab.servers_requested.connect(self.open_servers)
        return tab

    def follow_download(self, spec: "JobSpec") -> "Listener":
        return self._hub.follow(spec)

    @cached_property
    def _hub(self) -> "HubPresenter":
        """Before its dialog, when a download of an earlier start goes on."""
        from workbench.ui.hub.board import Surroundings
        from workbench.ui.hub.presenter import HubPresenter

        rooms, shared = self._rooms, self._shared
        return HubPresenter(
            Surroundings(
                jobs=rooms.jobs,
                messages=rooms.messages,
                navigator=rooms.window,
                catalog=shared.catalog,
                models_folder=rooms.paths.models,
                settings=shared.settings,
                in_background=rooms.in_background,
            )
        )

    @cached_property
    def _hub_dialog(self) -> "HubDialog":
        from workbench.ui import hub

        return hub.build(self._hub, self._rooms.window)

    def _open_hub(self) -> None:
        _bring_up(self._hub_dialog)

    def open_servers(self) -> None:
        """The dialog in which models on servers are added; one at a time."""
        from workbench.ui.endpoints import ServersDialog, build

        rooms, shared = self._rooms, self._shared
        dialog = rooms.window.findChild(ServersDialog)
        if dialog is None:
            dialog = build(
                shared.endpoints,
                rooms.in_background,
                shared.catalog.list_again,
                rooms.window,
                uses_of=self._comparisons_with,
            )
        else:
            dialog.presenter.refresh()
        _bring_up(dialog)

    def _comparisons_with(self, model: str) -> Sequence[str]:
        """Names of the saved comparisons in which this model answered; none while the database is not open."""
        if self._rooms.database is None:
            return ()
        from workbench.compare.store import ComparisonStore

        return ComparisonStore(self._rooms.database).names_with_model(model)


def _bring_up(dialog: QDialog) -> None:
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
