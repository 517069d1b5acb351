"""Makes the pages of the Playground."""

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from workbench.ui.wiring.rooms import Rooms, Shared

if TYPE_CHECKING:
    from workbench.jobs.spec import JobSpec, Listener
    from workbench.ui.playground.columns import Surroundings as ColumnSurroundings
    from workbench.ui.playground.editor import EditorPanel
    from workbench.ui.playground.grid import GridPresenter
    from workbench.ui.playground.search import SearchPresenter


class PlaygroundWiring:
    def __init__(self, rooms: Rooms, shared: Shared) -> None:
        self._rooms, self._shared = rooms, shared

    def tab(self) -> QWidget:
        from workbench.ui import playground
        from workbench.ui.playground.page import PageSpec

        return playground.build(
            [
                PageSpec("prompt", "Prompt", self._prompt_page),
                PageSpec("grid", "Grid", self._grid_page),
                PageSpec("search", "Search", self._search_page),
            ]
        )

    def follow_grid(self, spec: "JobSpec") -> "Listener":
        return self._grid.follow(spec)

    def follow_search(self, spec: "JobSpec") -> "Listener":
        return self._search.follow(spec)

    def _prompt_page(self) -> QWidget:
        from workbench.ui.playground import columns
        from workbench.ui.playground.prompt_page import PromptPage

        page = columns.build(self._column_surroundings())
        self._shared.collection_jobs.on_purge(lambda purged: page.presenter.history.forget_purged(purged.is_of))
        return PromptPage(self._editor, page)

    def _grid_page(self) -> QWidget:
        from workbench.ui.playground import grid

        return grid.build(self._grid)

    def _search_page(self) -> QWidget:
        from workbench.ui.playground import search

        return search.build(self._search)

    @cached_property
    def _editor(self) -> "EditorPanel":
        """One for all pages: its part is the prompt that they ask for."""
        from workbench.ui.playground import editor

        rooms, shared = self._rooms, self._shared
        return editor.build(
            editor.Surroundings(
                jobs=rooms.jobs,
                messages=rooms.messages,
                catalog=shared.catalog,
                settings=shared.settings,
                prompts=shared.prompts,
                datasets=shared.datasets,
                in_background=rooms.in_background,
                memory_file=rooms.paths.playground,
                presets_folder=rooms.paths.presets,
            )
        )

    def _column_surroundings(self) -> "ColumnSurroundings":
        from workbench.playground.conversation_store import ConversationStore
        from workbench.playground.rating_store import RatingStore
        from workbench.playground.store import ExchangeStore
        from workbench.ui.playground import columns

        rooms, shared, source = self._rooms, self._shared, self._editor.part
        return columns.Surroundings(
            jobs=rooms.jobs,
            messages=rooms.messages,
            navigator=rooms.window,
            catalog=shared.catalog,
            source=source,
            list_adapters=shared.adapters.list_adapters,
            collections=shared.collections,
            conversations=ConversationStore(shared.database),
            exchanges=ExchangeStore(shared.database),
            ratings=RatingStore(shared.database),
            settings=shared.settings,
            in_background=rooms.in_background,
            on_input=source.preview.look_at,
        )

    @cached_property
    def _grid(self) -> "GridPresenter":
        """Before its page, when a grid of an earlier start goes on."""
        from workbench.playground.grid.grid_store import GridStore
        from workbench.ui.playground.grid import GridPresenter, Surroundings

        rooms, shared = self._rooms, self._shared
        return GridPresenter(
            Surroundings(
                jobs=rooms.jobs,
                messages=rooms.messages,
                catalog=shared.catalog,
                prompts=shared.prompts,
                source=self._editor.part,
                list_data_sets=shared.datasets.list_datasets,
                list_adapters=shared.adapters.list_adapters,
                store=GridStore(shared.database),
                paths=rooms.paths,
                settings=shared.settings,
                in_background=rooms.in_background,
            )
        )

    @cached_property
    def _search(self) -> "SearchPresenter":
        """Before its page, when a search of an earlier start goes on."""
        from workbench.playground.search.store import PromptSearchStore
        from workbench.ui.playground.search import SearchPresenter, Surroundings

        rooms, shared = self._rooms, self._shared
        return SearchPresenter(
            Surroundings(
                jobs=rooms.jobs,
                messages=rooms.messages,
                navigator=rooms.window,
                source=self._editor.part,
                catalog=shared.catalog,
                data_sets=shared.datasets,
                prompts=shared.prompts,
                searches=PromptSearchStore(shared.database),
                paths=rooms.paths,
                settings=shared.settings,
                in_background=rooms.in_background,
            )
        )
