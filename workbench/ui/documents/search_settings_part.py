"""How a collection is searched: chosen by the user, remembered with it. No Qt."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from workbench.llm.library_sources import hugging_face_hub
from workbench.paths import WorkbenchPaths
from workbench.rag.indexing_types import DocumentStatus
from workbench.rag.purged import Purged
from workbench.rag.reranking import is_reranker, list_rerankers
from workbench.rag.search_settings_store import SearchSettings
from workbench.rag.store import CollectionStore
from workbench.ui.documents.asking_board import AskingBoard
from workbench.ui.documents.asking_state import SearchChoices
from workbench.ui.documents.board import Surroundings


class SearchSettingsPart:
    """Changes of the settings are kept at once. What there is to choose from is read when somebody looks."""

    def __init__(self, surroundings: Surroundings, board: AskingBoard) -> None:
        self._collections = surroundings.collections
        self._settings = surroundings.settings
        self._in_background = surroundings.in_background
        self._messages = surroundings.messages
        self._board = board
        self._taken = ""
        """The collection whose settings are there."""

    def show_collection(self, name: str) -> None:
        """Another collection: its own settings, once they were read."""
        self._taken = ""
        top_k = self._settings().rag.top_k
        self._board.show(settings=SearchSettings(), default_top_k=top_k, choices=SearchChoices())

    def take(self, name: str, settings: SearchSettings) -> None:
        """What was read for the collection that is shown; what the user changed since then stays."""
        if name == self._board.state.selected != self._taken:
            self._taken = name
            self._board.show(settings=settings)

    def forget_documents(self, purged: Purged) -> None:
        """These documents are gone for good: the stored settings, which name them no more, are taken when they are read
        the next time."""
        if purged.collection == self._board.state.selected:
            self._taken = ""

    def change(self, **changes: Any) -> None:
        """Change these fields of the settings. What cannot be (days in the wrong order) changes nothing."""
        state = self._board.state
        if self._taken != state.selected:
            return  # they are being read
        try:
            settings = SearchSettings.model_validate({**dict(state.settings), **changes})
        except ValidationError:
            return
        if settings != state.settings:
            self._board.show(settings=settings)
            self._collections.search_settings.save(state.selected, settings)

    def borrow(self, **changes: Any) -> None:
        """Search with these fields for now: what is remembered of the collection stays until the user changes it."""
        try:
            settings = SearchSettings.model_validate({**dict(self._board.state.settings), **changes})
        except ValidationError:
            return
        self._board.show(settings=settings)

    def change_documents(self, **changes: Any) -> None:
        """Change which documents are looked into."""
        self.change(documents={**dict(self._board.state.settings.documents), **changes})

    def reset(self) -> None:
        """Back to the defaults."""
        self.change(**dict(SearchSettings()))

    def choose_reranker(self, folder: str) -> None:
        """A cross-encoder anywhere on this computer; what is none is refused."""
        if folder and not is_reranker(Path(folder)):
            self._messages.warning(
                f"“{Path(folder).name}” is no cross-encoder that can be used.",
                "It needs config.json of a sequence classifier with one output, and model.safetensors.",
            )
            return
        choices = self._board.state.choices
        if folder and folder not in choices.rerankers:
            self._board.show(choices=_with_reranker(choices, folder))
        self.change(reranker=folder)

    def look_for_choices(self) -> None:
        """The settings were opened: read what they offer, off the window's thread."""
        name = self._board.state.selected
        if name:
            own = tuple(Path(folder).expanduser() for folder in self._settings().llm.model_folders)
            self._in_background(_reader(self._collections, name, own), lambda found: self._take(name, found))

    def _take(self, name: str, found: SearchChoices) -> None:
        state = self._board.state
        if name == state.selected:
            chosen = state.settings.reranker
            self._board.show(choices=_with_reranker(found, chosen) if chosen else found)


def _reader(collections: CollectionStore, name: str, own_folders: tuple[Path, ...]) -> Callable[[], SearchChoices]:
    def read() -> SearchChoices:
        collections.filters.find_languages(name)
        indexed = [d.name for d in collections.documents.of(name) if d.status is DocumentStatus.INDEXED]
        return SearchChoices(
            collections=tuple(c.name for c in collections.list_collections() if c.name != name and c.chunks),
            folders=tuple(collections.filters.folders(name)),
            documents=tuple(sorted({*indexed, *collections.members.names(name)})),
            languages=tuple(collections.filters.languages(name).items()),
            rerankers=tuple(map(str, list_rerankers(_places(collections.paths, own_folders)))),
        )

    return read


def _places(paths: WorkbenchPaths, own_folders: tuple[Path, ...]) -> tuple[Path, ...]:
    """Where cross-encoders are looked for."""
    return paths.models, *own_folders, hugging_face_hub(os.environ)


def _with_reranker(choices: SearchChoices, folder: str) -> SearchChoices:
    known = choices.rerankers
    return choices if folder in known else replace(choices, rerankers=(*known, folder))
