"""Decides what happens in the dialog of servers. Keyring and network are asked on a thread. No Qt."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from workbench.errors import WorkbenchError
from workbench.llm.endpoints import keys
from workbench.llm.endpoints.checking import CheckReport, ask_models
from workbench.llm.endpoints.store import EndpointStore
from workbench.llm.endpoints.types import Endpoint
from workbench.ui.board import Board
from workbench.ui.endpoints.state import PRESETS, ServerForm, ServersState, remove_question
from workbench.ui.protocols import Background
from workbench.ui.trouble import trouble_of
from workbench.ui.trying import tried

AskModels = Callable[[Endpoint, str], CheckReport]
UsesOf = Callable[[str], Sequence[str]]
"""The names of the saved comparisons that asked the server of this name."""


def no_uses(_name: str) -> Sequence[str]:
    """For a place where nothing is saved."""
    return ()


class View(Protocol):
    def show_state(self, state: ServersState) -> None: ...
    def clear_key(self) -> None:
        """Forget what was typed as a key."""
        ...


class ServersPresenter:
    """Methods are named after what the user did. A typed key is used at once and never kept here."""

    def __init__(
        self,
        store: EndpointStore,
        in_background: Background,
        on_changed: Callable[[], None],
        ask: AskModels = ask_models,
        uses_of: UsesOf = no_uses,
    ) -> None:
        self._store, self._in_background, self._on_changed, self._ask = store, in_background, on_changed, ask
        self._uses_of = uses_of
        self._board: Board[ServersState, View] = Board(ServersState())

    @property
    def state(self) -> ServersState:
        return self._board.state

    def start(self, view: View) -> None:
        self._board.put_up(view)
        self.refresh()

    def refresh(self) -> None:
        """Read the list anew: a command may have changed it."""
        self._read(self.state.selected)

    def begin_new(self) -> None:
        self._select(None)

    def select(self, name: str) -> None:
        self._select(next((server for server in self.state.servers if server.name == name), None))

    def choose_preset(self, index: int) -> None:
        """Fill in where a server of this kind usually is."""
        title, url = PRESETS[index]
        name = self.state.form.name or title.removesuffix(" on this computer").lower()
        self.edit(replace(self.state.form, base_url=url, name=name))

    def edit(self, form: ServerForm) -> None:
        """Something was typed."""
        if form != self.state.form:
            is_other = form.base_url != self.state.form.base_url
            self._board.show(form=form, trouble=None, removed=None, tested=None if is_other else self.state.tested)

    def choose_model(self, name: str) -> None:
        """One of those that the server has; its context is taken over where the server tells it."""
        found = self.state.tested.find(name) if self.state.tested else None
        context = max(256, found.context_length) if found and found.context_length else self.state.form.context_length
        self.edit(replace(self.state.form, model=name, context_length=context))

    def test(self, typed_key: str) -> None:
        """Ask the server for its models: the only thing here that contacts it."""
        endpoint = self._endpoint(for_test=True)
        if endpoint is None or not self.state.can_test:
            return
        ask = self._ask

        def work() -> CheckReport:
            key = keys.check_key(endpoint, typed_key) if typed_key.strip() else keys.find_key(endpoint)
            return ask(endpoint, key)

        self._do(f"Asking {endpoint.host}…", work, self._on_tested)

    def save(self, typed_key: str) -> None:
        """Keep the server, and a typed key in the keyring. Nothing is sent."""
        endpoint = self._endpoint()
        if endpoint is None or not self.state.can_save:
            return
        before = self._store_find(self.state.selected)
        store = self._store

        def work() -> Endpoint:
            if before is not None:
                keys.move_key(before, endpoint)
            if typed_key.strip():
                keys.keep_key(endpoint, typed_key)
            store.save(endpoint, instead_of=before.name if before else "")
            return endpoint

        self._do("Saving…", work, self._on_saved)

    def forget_key(self) -> None:
        """Take the key of the selected server out of the keyring."""
        if (endpoint := self._store_find(self.state.selected)) is not None:
            self._do("Forgetting the key…", lambda: keys.forget_key(endpoint), lambda _: self._read(endpoint.name))

    def ask_to_remove(self) -> None:
        """Say what would be lost, and which saved comparisons used the selected server."""
        endpoint, uses_of = self._store_find(self.state.selected), self._uses_of
        if endpoint is None:
            return
        has_key = self.state.has_key

        def then(uses: tuple[str, ...]) -> None:
            if self.state.selected == endpoint.name:
                self._board.show(asked_to_remove=remove_question(endpoint, has_key, uses))

        self._do("Looking for what uses it…", lambda: tuple(uses_of(endpoint.name)), then)

    def keep(self) -> None:
        """The no to `ask_to_remove`."""
        self._board.show(asked_to_remove="")

    def remove(self) -> None:
        """The yes: forget the selected server and its key."""
        endpoint, store = self._store_find(self.state.selected), self._store
        self._board.show(asked_to_remove="")
        if endpoint is None:
            return

        def work() -> None:
            store.remove(endpoint.name)
            keys.forget_key(endpoint)

        self._do("Removing…", work, lambda _: self._on_removed(endpoint))

    def undo_remove(self) -> None:
        """Put the removed server back; its key is gone, for a key is never kept here."""
        endpoint, store = self.state.removed, self._store
        if endpoint is not None:
            self._do("Putting it back…", lambda: store.save(endpoint), lambda _: self._on_saved(endpoint))

    # -- what came of it ----------------------------------------------------------------------------------------------

    def _on_tested(self, report: CheckReport) -> None:
        form = self.state.form
        if not form.model and len(report.models) == 1:
            form = replace(form, model=report.models[0].name)
        self._board.show(tested=report, form=form)

    def _on_saved(self, endpoint: Endpoint) -> None:
        self._clear_key()
        self._read(endpoint.name)
        self._on_changed()

    def _on_removed(self, endpoint: Endpoint) -> None:
        self._read("")
        self._board.show(removed=endpoint)
        self._on_changed()

    # -- helpers ------------------------------------------------------------------------------------------------------

    def _read(self, selected: str) -> None:
        """List the servers and select one, by its name."""
        try:
            servers = self._store.list_endpoints()
        except WorkbenchError as problem:
            self._board.show(trouble=trouble_of(problem))
            return
        self._board.show(servers=servers)
        chosen = next((server for server in servers if server.name == selected), None)
        if chosen is not None or self.state.selected or (servers and self.state.form == ServerForm()):
            self._select(chosen or next(iter(servers), None))
        else:
            self._look_for_key(None)

    def _select(self, endpoint: Endpoint | None) -> None:
        self._clear_key()
        self._board.show(
            selected=endpoint.name if endpoint else "",
            form=ServerForm.of(endpoint) if endpoint else ServerForm(),
            has_key=False,
            tested=None,
            trouble=None,
            asked_to_remove="",
            removed=None,
        )
        self._look_for_key(endpoint)

    def _look_for_key(self, endpoint: Endpoint | None) -> None:
        """The keyring may take its time."""

        def work() -> tuple[str, bool]:
            has_one = endpoint is not None and not endpoint.key_from_env and keys.has_key(endpoint)
            return keys.why_not_kept(), has_one

        def then(found: tuple[str, bool]) -> None:
            if self.state.selected == (endpoint.name if endpoint else ""):
                self._board.show(why_no_keyring=found[0], has_key=found[1])

        self._in_background(work, then)

    def _endpoint(self, *, for_test: bool = False) -> Endpoint | None:
        try:
            return self.state.form.endpoint(for_test=for_test)
        except WorkbenchError as problem:
            self._board.show(trouble=trouble_of(problem))
            return None

    def _store_find(self, name: str) -> Endpoint | None:
        return next((server for server in self.state.servers if name and server.name == name), None)

    def _clear_key(self) -> None:
        if self._board.view is not None:
            self._board.view.clear_key()

    def _do(self, what: str, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """One thing at a time, on a thread; a problem is shown in the dialog."""
        if self.state.waits_for:
            return
        self._board.show(waits_for=what, trouble=None)

        def ended(result: Any) -> None:
            self._board.show(waits_for="")
            if isinstance(result, WorkbenchError):
                self._board.show(trouble=trouble_of(result))
            else:
                then(result)

        self._in_background(partial(tried, work), ended)
