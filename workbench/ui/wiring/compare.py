"""Makes the Compare tab: it asks every other room what an arm can be made of."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.ui.wiring.rooms import Rooms, Shared

if TYPE_CHECKING:
    from workbench.compare.catalogue import Catalogue
    from workbench.ui.compare import CompareTab
    from workbench.ui.compare.stock_part import Lookups


class CompareWiring:
    def __init__(self, rooms: Rooms, shared: Shared) -> None:
        self._rooms, self._shared = rooms, shared

    def tab(self) -> "CompareTab":
        from workbench.compare.store import ComparisonStore
        from workbench.datasets.test_sets.store import TestSetStore
        from workbench.rag.evaluation.set_store import QuestionSetStore
        from workbench.ui import compare
        from workbench.ui.compare.questions_board import QuestionRooms

        rooms, shared = self._rooms, self._shared
        tab = compare.build(
            rooms.jobs,
            rooms.messages,
            rooms.window,
            store=ComparisonStore(shared.database),
            paths=rooms.paths,
            settings=shared.settings,
            read_catalogue=self._read_catalogue,
            question_rooms=QuestionRooms(
                sets=TestSetStore(shared.database),
                collections=shared.collections,
                retrieval_sets=QuestionSetStore(shared.database),
                models=shared.listed_models,
                load=lambda model: shared.catalog.load_config(model, rooms.settings.llm),
            ),
            models=shared.catalog,
            in_background=rooms.in_background,
            lookups=self._lookups_of_arms(),
        )
        shared.catalog.subscribe(tab.presenter.writing.take_models)
        rooms.jobs.ended.connect(tab.look_again)
        shared.collection_jobs.on_purge(lambda _purged: tab.presenter.history.show_again())
        return tab

    def _lookups_of_arms(self) -> "Lookups":
        from workbench.compare.catalogue import with_documents
        from workbench.compare.overlaps import count_overlap
        from workbench.llm.computer import read_computer
        from workbench.ui.compare.looking_up import count_held_by, find_rerankers, read_places, save_prompt
        from workbench.ui.compare.stock_part import Lookups

        rooms, shared = self._rooms, self._shared
        return Lookups(
            read_places=partial(read_places, shared.collections),
            find_documents=lambda catalogue, spec: with_documents(catalogue, shared.collections, spec),
            find_rerankers=lambda: find_rerankers(rooms.paths, rooms.settings.llm.model_folders),
            count_overlap=count_overlap,
            count_held=partial(count_held_by, shared.collections),
            save_prompt=partial(save_prompt, shared.prompts),
            read_computer=lambda: read_computer(rooms.paths.home),
        )

    def _read_catalogue(self) -> "Catalogue":
        from workbench.compare.catalogue import read_catalogue

        folders = [Path(folder) for folder in self._rooms.settings.llm.model_folders]
        return read_catalogue(self._shared.database, self._rooms.paths, folders)
