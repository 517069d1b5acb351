"""Makes the tabs: which stores, jobs and doors each is given. Nothing is imported before its tab is shown."""

import contextlib
import importlib
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from PySide6.QtWidgets import QWidget

from workbench.errors import WorkbenchError
from workbench.paths import WorkbenchPaths
from workbench.ui.protocols import Messages
from workbench.ui.tabs import TabSpec

if TYPE_CHECKING:
    from workbench.compare.catalogue import Catalogue
    from workbench.database import Database
    from workbench.jobs.spec import JobSpec, Listener
    from workbench.llm.store import ModelSettingsStore
    from workbench.llm.types import ModelRef
    from workbench.rag.collection_jobs import CollectionJobs
    from workbench.settings import Settings
    from workbench.ui.compare.stock_part import Lookups
    from workbench.ui.finetune import FinetunePresenter
    from workbench.ui.hub.presenter import HubPresenter
    from workbench.ui.hub.view import HubDialog
    from workbench.ui.job_bridge import JobBridge
    from workbench.ui.main_window import MainWindow
    from workbench.ui.models.catalog import ModelCatalog
    from workbench.ui.playground.columns import Surroundings as ColumnSurroundings
    from workbench.ui.playground.editor import EditorPanel, EditorPart
    from workbench.ui.playground.grid import GridPresenter
    from workbench.ui.playground.search import SearchPresenter

T = TypeVar("T")


# The rooms' own names of these tasks (a test compares them); importing them would stall the window at every start.
TRAIN = "workbench.finetune.tasks:train"
EVALUATE = "workbench.finetune.evaluation.tasks:evaluate"
SWEEP = "workbench.finetune.tasks:sweep"
RUN_COMPARISON = "workbench.compare.run_task:run_comparison"
RUN_GRID = "workbench.playground.grid.tasks:run_grid"
SEARCH_PROMPT = "workbench.playground.search.tasks:search_prompt"
DOWNLOAD = "workbench.llm.hub.tasks:download"


class Rooms(Protocol):
    """What the program has when a tab is built."""

    paths: WorkbenchPaths
    messages: Messages
    window: "MainWindow"
    jobs: "JobBridge"
    database: "Database | None"
    """None until it was opened, which is before any tab but Home is built."""
    settings: "Settings"

    def change_settings(self, settings: "Settings") -> None: ...

    def in_background(self, work: Callable[[], T], then: Callable[[T], None]) -> None: ...


class Tabs:
    """The seven tabs. `rooms` is complete once the database is open, before any tab is built."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self.is_warm = False

    def specs(self) -> list[TabSpec]:
        return [
            TabSpec("home", "Home", "home", self._home, is_early=True),
            TabSpec("models", "Models", "models", self._models),
            TabSpec("playground", "Playground", "playground", self._playground),
            TabSpec("documents", "Documents", "documents", self._documents),
            TabSpec("data", "Data", "data", self._data),
            TabSpec("finetune", "Fine-tune", "finetune", self._finetune),
            TabSpec("compare", "Compare", "compare", self._compare),
        ]

    def follow_durable_runs(self) -> None:
        """Take up the runs that outlived an earlier start: recorded whoever shows them, shown where they belong."""
        from workbench.recording import recorder

        jobs = self._rooms.jobs
        jobs.record_with(partial(recorder, self._database))
        jobs.on_durable(TRAIN, self._follow_training)
        jobs.on_durable(EVALUATE, self._follow_evaluation)
        jobs.on_durable(SWEEP, self._follow_sweep)
        jobs.on_durable(RUN_COMPARISON, self._follow_comparison)
        jobs.on_durable(RUN_GRID, self._follow_grid)
        jobs.on_durable(SEARCH_PROMPT, self._follow_search)
        jobs.on_durable(DOWNLOAD, self._follow_download)
        jobs.attach_durable()

    def warm_up(self) -> None:
        """Import what the tabs need before they are opened; on a thread, so that the window does not stand still.

        Measured: the first chart costs 300 ms of imports on the UI thread, but no stall above 80 ms on another one.
        Nothing of this makes a QObject when it is imported.
        """
        for name in ("playground", "documents", "data", "finetune", "compare"):
            importlib.import_module(f"workbench.ui.{name}")
        importlib.import_module("numpy")
        importlib.import_module("pyqtgraph")
        self._check_embedder()
        self.is_warm = True

    def _check_embedder(self) -> None:
        """Hash its 90 MB now; whoever makes a collection later finds the hash remembered."""
        from workbench.embedding import starter_embedder

        with contextlib.suppress(WorkbenchError):  # said when somebody wants to use it
            starter_embedder()

    @cached_property
    def catalog(self) -> "ModelCatalog":
        """One listing of the models for all tabs."""
        from workbench.llm.endpoints.store import EndpointStore
        from workbench.ui.models.catalog import ModelCatalog

        rooms = self._rooms
        return ModelCatalog(
            rooms.jobs,
            rooms.paths.models,
            lambda: rooms.settings.llm.model_folders,
            cache_file=rooms.paths.header_cache,
            memory=self._model_memory,
            in_background=rooms.in_background,
            endpoints=EndpointStore(rooms.paths.endpoints).known_endpoints,
        )

    @cached_property
    def collection_jobs(self) -> "CollectionJobs":
        """One for the tab and for what looks after collections by itself: both see what the other does."""
        from workbench.rag.collection_jobs import CollectionJobs

        return CollectionJobs(self._rooms.jobs)

    def open_servers(self) -> None:
        """The dialog in which models on servers are added; one at a time."""
        from workbench.llm.endpoints.store import EndpointStore
        from workbench.ui.endpoints import ServersDialog, build

        rooms = self._rooms
        dialog = rooms.window.findChild(ServersDialog)
        if dialog is None:
            store = EndpointStore(rooms.paths.endpoints)
            dialog = build(
                store, rooms.in_background, self.catalog.list_again, rooms.window, uses_of=self._comparisons_with
            )
        else:
            dialog.presenter.refresh()
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def _comparisons_with(self, model: str) -> Sequence[str]:
        """Names of the saved comparisons in which this model answered; none while the database is not open."""
        if self._rooms.database is None:
            return ()
        from workbench.compare.store import ComparisonStore

        return ComparisonStore(self._rooms.database).names_with_model(model)

    def _model_memory(self) -> "ModelSettingsStore | None":
        """None while the database is not open."""
        if self._rooms.database is None:
            return None
        from workbench.llm.store import ModelSettingsStore

        return ModelSettingsStore(self._rooms.database)

    @cached_property
    def finetune_presenter(self) -> "FinetunePresenter":
        """Before its tab, when a training of an earlier start goes on."""
        from workbench.datasets.store import DatasetStore
        from workbench.finetune.store import AdapterStore
        from workbench.rag.store import CollectionStore
        from workbench.ui.finetune import FinetunePresenter, Surroundings

        rooms = self._rooms
        return FinetunePresenter(
            Surroundings(
                jobs=rooms.jobs,
                messages=rooms.messages,
                navigator=rooms.window,
                datasets=DatasetStore(self._database),
                adapters=AdapterStore(self._database, rooms.paths.adapters),
                paths=rooms.paths,
                catalog=self.catalog,
                settings=self._settings,
                change_settings=rooms.change_settings,
                collections=CollectionStore(self._database, rooms.paths),
                in_background=rooms.in_background,
            )
        )

    @cached_property
    def search_presenter(self) -> "SearchPresenter":
        """Before its page, when a search of an earlier start goes on."""
        from workbench.datasets.store import DatasetStore
        from workbench.playground.prompt_store import PromptStore
        from workbench.playground.search.store import PromptSearchStore
        from workbench.ui.playground.search import SearchPresenter, Surroundings

        rooms = self._rooms
        return SearchPresenter(
            Surroundings(
                jobs=rooms.jobs,
                messages=rooms.messages,
                navigator=rooms.window,
                source=self.prompt_editor.part,
                catalog=self.catalog,
                data_sets=DatasetStore(self._database),
                prompts=PromptStore(self._database),
                searches=PromptSearchStore(self._database),
                paths=rooms.paths,
                settings=self._settings,
                in_background=rooms.in_background,
            )
        )

    @cached_property
    def grid_presenter(self) -> "GridPresenter":
        """Before its page, when a grid of an earlier start goes on."""
        from workbench.datasets.store import DatasetStore
        from workbench.finetune.store import AdapterStore
        from workbench.playground.grid.grid_store import GridStore
        from workbench.playground.prompt_store import PromptStore
        from workbench.ui.playground.grid import GridPresenter, Surroundings

        rooms = self._rooms
        return GridPresenter(
            Surroundings(
                jobs=rooms.jobs,
                messages=rooms.messages,
                catalog=self.catalog,
                prompts=PromptStore(self._database),
                source=self.prompt_editor.part,
                list_data_sets=DatasetStore(self._database).list_datasets,
                list_adapters=AdapterStore(self._database, rooms.paths.adapters).list_adapters,
                store=GridStore(self._database),
                paths=rooms.paths,
                settings=self._settings,
                in_background=rooms.in_background,
            )
        )

    @cached_property
    def hub_presenter(self) -> "HubPresenter":
        """Before its dialog, when a download of an earlier start goes on."""
        from workbench.ui.hub.board import Surroundings
        from workbench.ui.hub.presenter import HubPresenter

        rooms = self._rooms
        return HubPresenter(
            Surroundings(
                jobs=rooms.jobs,
                messages=rooms.messages,
                navigator=rooms.window,
                catalog=self.catalog,
                models_folder=rooms.paths.models,
                settings=self._settings,
                in_background=rooms.in_background,
            )
        )

    @cached_property
    def _hub_dialog(self) -> "HubDialog":
        from workbench.ui import hub

        return hub.build(self.hub_presenter, self._rooms.window)

    @property
    def _database(self) -> "Database":
        database = self._rooms.database
        assert database is not None, "a tab was built before the database was open"
        return database

    def _settings(self) -> "Settings":
        return self._rooms.settings

    def _home(self) -> QWidget:
        from workbench.ui import home
        from workbench.ui.home.shelf import ProjectShelf

        rooms = self._rooms
        view = home.build(
            messages=rooms.messages,
            navigator=rooms.window,
            catalog=self.catalog,
            shelf=ProjectShelf(self.collection_jobs, rooms.paths, lambda: rooms.database, self._settings),
            paths=rooms.paths,
            in_background=rooms.in_background,
        )
        view.server_requested.connect(self.open_servers)
        return view

    def _models(self) -> QWidget:
        from workbench.finetune.store import AdapterStore
        from workbench.llm.store import FileHashStore
        from workbench.ui import models

        rooms = self._rooms
        tab = models.build(
            models.Surroundings(
                catalog=self.catalog,
                jobs=rooms.jobs,
                messages=rooms.messages,
                navigator=rooms.window,
                settings=self._settings,
                change_settings=rooms.change_settings,
                known_hash=FileHashStore(self._database).find,
                adapters=AdapterStore(self._database, rooms.paths.adapters).list_adapters,
                in_background=rooms.in_background,
            )
        )
        tab.get_requested.connect(self._open_hub)
        tab.servers_requested.connect(self.open_servers)
        return tab

    def _open_hub(self) -> None:
        dialog = self._hub_dialog
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def _playground(self) -> QWidget:
        from workbench.ui import playground
        from workbench.ui.playground.page import PageSpec

        return playground.build(
            [
                PageSpec("prompt", "Prompt", self._prompt_page),
                PageSpec("grid", "Grid", self._grid_page),
                PageSpec("search", "Search", self._search_page),
            ]
        )

    def _grid_page(self) -> QWidget:
        from workbench.ui.playground import grid

        return grid.build(self.grid_presenter)

    def _search_page(self) -> QWidget:
        from workbench.ui.playground import search

        return search.build(self.search_presenter)

    def _prompt_page(self) -> QWidget:
        from workbench.ui.playground import columns
        from workbench.ui.playground.prompt_page import PromptPage

        return PromptPage(self.prompt_editor, columns.build(self._column_surroundings(self.prompt_editor.part)))

    @cached_property
    def prompt_editor(self) -> "EditorPanel":
        """One for all pages of the Playground: its part is the prompt that they ask for."""
        from workbench.datasets.store import DatasetStore
        from workbench.playground.prompt_store import PromptStore
        from workbench.ui.playground import editor

        rooms = self._rooms
        return editor.build(
            editor.Surroundings(
                jobs=rooms.jobs,
                messages=rooms.messages,
                catalog=self.catalog,
                settings=self._settings,
                prompts=PromptStore(self._database),
                datasets=DatasetStore(self._database),
                in_background=rooms.in_background,
                memory_file=rooms.paths.playground,
                presets_folder=rooms.paths.presets,
            )
        )

    def _column_surroundings(self, source: "EditorPart") -> "ColumnSurroundings":
        from workbench.finetune.store import AdapterStore
        from workbench.playground.conversation_store import ConversationStore
        from workbench.playground.rating_store import RatingStore
        from workbench.playground.store import ExchangeStore
        from workbench.rag.store import CollectionStore
        from workbench.ui.playground import columns

        rooms, database = self._rooms, self._database
        return columns.Surroundings(
            jobs=rooms.jobs,
            messages=rooms.messages,
            navigator=rooms.window,
            catalog=self.catalog,
            source=source,
            list_adapters=AdapterStore(database, rooms.paths.adapters).list_adapters,
            collections=CollectionStore(database, rooms.paths),
            conversations=ConversationStore(database),
            exchanges=ExchangeStore(database),
            ratings=RatingStore(database),
            settings=self._settings,
            in_background=rooms.in_background,
            on_input=source.preview.look_at,
        )

    def _documents(self) -> QWidget:
        from workbench.finetune.store import AdapterStore
        from workbench.rag.store import CollectionStore
        from workbench.ui import documents

        rooms = self._rooms
        return documents.build(
            documents.Surroundings(
                jobs=self.collection_jobs,
                messages=rooms.messages,
                navigator=rooms.window,
                collections=CollectionStore(self._database, rooms.paths),
                catalog=self.catalog,
                settings=self._settings,
                in_background=rooms.in_background,
                list_adapters=AdapterStore(self._database, rooms.paths.adapters).list_adapters,
            )
        )

    def _data(self) -> QWidget:
        from workbench.datasets.store import DatasetStore
        from workbench.llm.types import LoadConfig
        from workbench.rag.store import CollectionStore
        from workbench.ui import data

        rooms = self._rooms
        tab = data.build(
            rooms.jobs,
            rooms.messages,
            rooms.window,
            datasets=DatasetStore(self._database),
            collections=CollectionStore(self._database, rooms.paths),
            models=self._listed_models,
            load=lambda: LoadConfig.from_settings(rooms.settings.llm),
        )
        self.catalog.subscribe(tab.presenter.passages.take_models)
        return tab

    def _listed_models(self) -> "Sequence[ModelRef]":
        """Those found so far; a search begins when there was none."""
        self.catalog.ensure()
        return self.catalog.models

    def _finetune(self) -> QWidget:
        from workbench.ui import finetune

        return finetune.build(self.finetune_presenter)

    def _compare(self) -> QWidget:
        from workbench.compare.store import ComparisonStore
        from workbench.datasets.test_sets.store import TestSetStore
        from workbench.rag.evaluation.set_store import QuestionSetStore
        from workbench.rag.store import CollectionStore
        from workbench.ui import compare
        from workbench.ui.compare.questions_board import QuestionRooms

        rooms = self._rooms
        tab = compare.build(
            rooms.jobs,
            rooms.messages,
            rooms.window,
            store=ComparisonStore(self._database),
            paths=rooms.paths,
            settings=self._settings,
            read_catalogue=self._read_catalogue,
            question_rooms=QuestionRooms(
                sets=TestSetStore(self._database),
                collections=CollectionStore(self._database, rooms.paths),
                retrieval_sets=QuestionSetStore(self._database),
                models=self._listed_models,
                load=lambda model: self.catalog.load_config(model, rooms.settings.llm),
            ),
            in_background=rooms.in_background,
            lookups=self._lookups_of_arms(),
        )
        self.catalog.subscribe(tab.presenter.writing.take_models)
        return tab

    def _lookups_of_arms(self) -> "Lookups":
        from workbench.compare.overlaps import count_overlap
        from workbench.llm.computer import read_computer
        from workbench.playground.prompt_store import PromptStore
        from workbench.rag.store import CollectionStore
        from workbench.ui.compare.looking_up import find_rerankers, read_places, save_prompt
        from workbench.ui.compare.stock_part import Lookups

        collections = CollectionStore(self._database, self._rooms.paths)
        return Lookups(
            read_places=partial(read_places, collections),
            find_rerankers=lambda: find_rerankers(self._rooms.paths, self._rooms.settings.llm.model_folders),
            count_overlap=count_overlap,
            save_prompt=partial(save_prompt, PromptStore(self._database)),
            read_computer=lambda: read_computer(self._rooms.paths.home),
        )

    def _read_catalogue(self) -> "Catalogue":
        from workbench.compare.catalogue import read_catalogue

        folders = [Path(folder) for folder in self._rooms.settings.llm.model_folders]
        return read_catalogue(self._database, self._rooms.paths, folders)

    def _follow_comparison(self, spec: "JobSpec") -> "Listener":
        from workbench.ui.compare import CompareTab

        tab = self._rooms.window.built_tab("compare")
        assert isinstance(tab, CompareTab)
        return tab.presenter.follow(spec)

    def _follow_grid(self, spec: "JobSpec") -> "Listener":
        return self.grid_presenter.follow(spec)

    def _follow_search(self, spec: "JobSpec") -> "Listener":
        return self.search_presenter.follow(spec)

    def _follow_training(self, spec: "JobSpec") -> "Listener":
        return self.finetune_presenter.attach(spec)

    def _follow_evaluation(self, spec: "JobSpec") -> "Listener":
        return self.finetune_presenter.attach_evaluation(spec)

    def _follow_sweep(self, spec: "JobSpec") -> "Listener":
        return self.finetune_presenter.attach_sweep(spec)

    def _follow_download(self, spec: "JobSpec") -> "Listener":
        return self.hub_presenter.follow(spec)
