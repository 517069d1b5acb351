"""Decides what happens in “Get a model”. The network is asked only by `search`, `list_files` and `download`. No Qt."""

from functools import partial

from workbench.errors import WorkbenchError
from workbench.jobs.events import Crashed, Failed, Finished, JobEvent
from workbench.jobs.spec import JobSpec, Listener
from workbench.llm.fit import available_memory, verdict
from workbench.llm.hub.access import host_of, hub_address
from workbench.llm.hub.catalog import recommended
from workbench.llm.hub.choosing import choose
from workbench.llm.hub.names import check_repository
from workbench.llm.hub.partial import list_partials
from workbench.llm.hub.running import download_request, files_spec, search_spec
from workbench.llm.hub.types import (
    FileChoice,
    ListFilesRequest,
    RepositoryFiles,
    SearchReport,
    SearchRequest,
)
from workbench.llm.types import LoadConfig, ModelRef
from workbench.ui.hub.board import Board, Surroundings, View
from workbench.ui.hub.downloads_part import DownloadsPart
from workbench.ui.hub.state import Entry, FileRow, HubState
from workbench.ui.trouble import Trouble

_BLOCKS_OF_UNKNOWN = 32
"""The hub does not tell how many layers a model has, only that they can be spread over graphics card and processor."""


class HubPresenter:
    """Methods are named after what the user did."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._board = Board(HubState())
        self._asked = 0
        self.downloads = DownloadsPart(self._board, around)

    @property
    def state(self) -> HubState:
        return self._board.state

    def start(self, view: View) -> None:
        """The window of downloads is shown; nothing is contacted."""
        self._board.put_up(view)
        self._show_host()
        if not self.state.entries:
            self.show_recommended()
        folder = self._around.models_folder
        self._around.in_background(partial(list_partials, folder), self.downloads.show_unfinished)

    def follow(self, spec: JobSpec) -> Listener:
        """Register with `JobBridge.on_durable("workbench.llm.hub.tasks:download", presenter.follow)`."""
        return self.downloads.follow(spec)

    def show_recommended(self) -> None:
        """Back to our own list."""
        self._asked += 1
        free, load, devices = available_memory(), self._load, self._around.catalog.devices
        entries = tuple(Entry.of_recommended(one, verdict(one.model, load, free, devices)) for one in recommended())
        self._board.show(entries=entries, query="", is_searching=False, trouble=None)
        self.select(next((entry.repository for entry in entries if entry.fit == "fits"), entries[0].repository))

    def search(self, query: str) -> None:
        """Ask the hub; an empty text goes back to our own list."""
        if not query.strip():
            self.show_recommended()
            return
        try:
            request = SearchRequest(hub=self._hub(), query=query.strip())
        except WorkbenchError as problem:
            self._board.show(trouble=_trouble_of(problem))
            return
        self._asked += 1
        self._board.show(is_searching=True, trouble=None)
        self._around.jobs.submit(search_spec(request), partial(self._on_found, self._asked, request.query))

    def select(self, repository: str) -> None:
        if repository == self.state.selected and self.state.entry is not None:
            return
        self._board.show(selected=repository, listed=None, files=(), selected_file="", is_listing=False)

    def list_files(self) -> None:
        """Ask the hub which files the selected repository has."""
        if (entry := self.state.entry) is not None and not self.state.is_listing:
            self._ask_files(entry.repository, partial(self._on_listed, entry.repository))

    def select_file(self, name: str) -> None:
        self._board.show(selected_file=name)

    def download(self) -> None:
        """Get the selected file, or the recommended one, once the hub has told its checksum."""
        state = self.state
        entry, row = state.entry, state.file
        if state.listed is not None and row is not None:
            self._begin(state.listed, row.choice)
        elif entry is not None and entry.recommended is not None:
            key = f"{entry.repository}/{entry.recommended.file}"
            if any(known.key == key and known.is_live for known in state.downloads):
                return
            self.downloads.announce(key, entry.recommended.file)
            if not self._ask_files(entry.repository, partial(self._on_announced, key, entry.recommended.file)):
                self.downloads.withdraw(key)

    # -- what the hub says --------------------------------------------------------------------------------------------

    def _ask_files(self, repository: str, listener: Listener) -> bool:
        try:
            request = ListFilesRequest(hub=self._hub(), repository=check_repository(repository))
        except WorkbenchError as problem:
            self._board.show(trouble=_trouble_of(problem))
            return False
        self._board.show(is_listing=True, trouble=None)
        self._around.jobs.submit(files_spec(request), listener)
        return True

    def _on_found(self, number: int, query: str, event: JobEvent) -> None:
        if number != self._asked:
            return  # the user has asked something else meanwhile
        match event:
            case Finished(result=result):
                found = SearchReport.model_validate(result).found
                entries = tuple(Entry.of_found(one) for one in found)
                self._board.show(entries=entries, query=query, is_searching=False)
                self.select(entries[0].repository if entries else "")
            case Failed() | Crashed():
                self._board.show(is_searching=False, trouble=_trouble_of(event))
            case _:
                pass

    def _on_listed(self, repository: str, event: JobEvent) -> None:
        match event:
            case Finished(result=result) if repository == self.state.selected:
                listed = RepositoryFiles.model_validate(result)
                rows = tuple(self._row(listed, choice) for choice in listed.choices)
                usual = choose(listed).name if rows else ""
                self._board.show(listed=listed, files=rows, selected_file=usual, is_listing=False)
            case Failed() | Crashed() if repository == self.state.selected:
                self._board.show(is_listing=False, trouble=_trouble_of(event))
            case _:
                pass

    def _on_announced(self, key: str, file: str, event: JobEvent) -> None:
        match event:
            case Finished(result=result):
                self._board.show(is_listing=False)
                listed = RepositoryFiles.model_validate(result)
                if not any(row.key == key for row in self.state.downloads):
                    return  # the user changed their mind meanwhile
                self.downloads.withdraw(key)
                try:
                    self._begin(listed, choose(listed, file))
                except WorkbenchError as problem:
                    self._board.show(trouble=_trouble_of(problem))
            case Failed() | Crashed():
                self.downloads.withdraw(key)
                self._board.show(is_listing=False, trouble=_trouble_of(event))
            case _:
                pass

    def _begin(self, listed: RepositoryFiles, choice: FileChoice) -> None:
        try:
            request = download_request(self._hub(), listed, choice, self._around.models_folder)
        except WorkbenchError as problem:
            self._board.show(trouble=_trouble_of(problem))
            return
        self.downloads.begin(request)

    # -- this computer ------------------------------------------------------------------------------------------------

    @property
    def _load(self) -> LoadConfig:
        return LoadConfig.from_settings(self._around.settings().llm)

    def _hub(self) -> str:
        return hub_address(self._around.settings().llm)

    def _show_host(self) -> None:
        try:
            self._board.show(host=host_of(self._hub()))
        except WorkbenchError as problem:
            self._board.show(trouble=_trouble_of(problem))

    def _row(self, listed: RepositoryFiles, choice: FileChoice) -> FileRow:
        """Whether it fits: by its size, and where we know the shape of the model with what its context needs."""
        known = next((model.model for model in recommended() if model.repository == listed.repository), None)
        unknown = ModelRef(
            name=choice.name, path="", context_length=listed.context_length, block_count=_BLOCKS_OF_UNKNOWN
        )
        model = (known or unknown).model_copy(update={"size_bytes": choice.size_bytes})
        found = verdict(model, self._load, available_memory(), self._around.catalog.devices)
        return FileRow(choice, found, is_by_size=known is None)


def _trouble_of(problem: WorkbenchError | Failed | Crashed) -> Trouble:
    match problem:
        case Crashed():
            return Trouble(problem.message or "The worker process stopped unexpectedly.", "", problem.stderr_tail)
        case _:
            return Trouble(problem.message, problem.hint, problem.details)
