"""Makes the tabs: which stores, jobs and doors each is given. Nothing is imported before its tab is shown."""

import contextlib
import importlib
from functools import cached_property, partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from workbench.errors import WorkbenchError
from workbench.ui.tabs import TabSpec
from workbench.ui.wiring.compare import CompareWiring
from workbench.ui.wiring.models import ModelsWiring
from workbench.ui.wiring.playground import PlaygroundWiring
from workbench.ui.wiring.rooms import Rooms, Shared

if TYPE_CHECKING:
    from workbench.jobs.spec import JobSpec, Listener
    from workbench.ui.finetune import FinetunePresenter

# The rooms' own names of these tasks (a test compares them); importing them would stall the window at every start.
TRAIN = "workbench.finetune.tasks:train"
EVALUATE = "workbench.finetune.evaluation.tasks:evaluate"
SWEEP = "workbench.finetune.tasks:sweep"
RUN_COMPARISON = "workbench.compare.run_task:run_comparison"
RUN_GRID = "workbench.playground.grid.tasks:run_grid"
SEARCH_PROMPT = "workbench.playground.search.tasks:search_prompt"
DOWNLOAD = "workbench.llm.hub.tasks:download"


class Tabs:
    """The seven tabs. `rooms` is complete once the database is open, before any tab is built."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms, self.shared = rooms, Shared(rooms)
        self.models = ModelsWiring(rooms, self.shared)
        self._playground = PlaygroundWiring(rooms, self.shared)
        self._compare = CompareWiring(rooms, self.shared)
        self.is_warm = False

    def specs(self) -> list[TabSpec]:
        return [
            TabSpec("home", "Home", "home", self._home, is_early=True),
            TabSpec("models", "Models", "models", self.models.tab),
            TabSpec("playground", "Playground", "playground", self._playground.tab),
            TabSpec("documents", "Documents", "documents", self._documents),
            TabSpec("data", "Data", "data", self._data),
            TabSpec("finetune", "Fine-tune", "finetune", self._finetune),
            TabSpec("compare", "Compare", "compare", self._compare.tab),
        ]

    def follow_durable_runs(self) -> None:
        """Take up the runs that outlived an earlier start: recorded whoever shows them, shown where they belong."""
        from workbench.recording import recorder

        jobs = self._rooms.jobs
        jobs.record_with(partial(recorder, self.shared.database))
        jobs.on_durable(TRAIN, self._follow_training)
        jobs.on_durable(EVALUATE, self._follow_evaluation)
        jobs.on_durable(SWEEP, self._follow_sweep)
        jobs.on_durable(RUN_COMPARISON, self._follow_comparison)
        jobs.on_durable(RUN_GRID, self._playground.follow_grid)
        jobs.on_durable(SEARCH_PROMPT, self._playground.follow_search)
        jobs.on_durable(DOWNLOAD, self.models.follow_download)
        jobs.attach_durable()

    def _follow_comparison(self, spec: "JobSpec") -> "Listener":
        from workbench.ui.compare import CompareTab

        tab = self._rooms.window.built_tab("compare")
        assert isinstance(tab, CompareTab)
        return tab.presenter.follow(spec)

    def _follow_training(self, spec: "JobSpec") -> "Listener":
        return self._finetune_presenter.attach(spec)

    def _follow_evaluation(self, spec: "JobSpec") -> "Listener":
        return self._finetune_presenter.attach_evaluation(spec)

    def _follow_sweep(self, spec: "JobSpec") -> "Listener":
        return self._finetune_presenter.attach_sweep(spec)

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

    def _home(self) -> QWidget:
        from workbench.ui import home
        from workbench.ui.home.shelf import ProjectShelf

        rooms, shared = self._rooms, self.shared
        view = home.build(
            messages=rooms.messages,
            navigator=rooms.window,
            catalog=shared.catalog,
            shelf=ProjectShelf(shared.collection_jobs, rooms.paths, lambda: rooms.database, shared.settings),
            paths=rooms.paths,
            in_background=rooms.in_background,
        )
        view.server_requested.connect(self.models.open_servers)
        return view

    def _documents(self) -> QWidget:
        from workbench.ui import documents

        rooms, shared = self._rooms, self.shared
        return documents.build(
            documents.Surroundings(
                jobs=shared.collection_jobs,
                messages=rooms.messages,
                navigator=rooms.window,
                collections=shared.collections,
                catalog=shared.catalog,
                settings=shared.settings,
                in_background=rooms.in_background,
                list_adapters=shared.adapters.list_adapters,
            )
        )

    def _data(self) -> QWidget:
        from workbench.datasets.test_sets.store import TestSetStore
        from workbench.llm.types import LoadConfig
        from workbench.ui import data

        rooms, shared = self._rooms, self.shared
        tab = data.build(
            rooms.jobs,
            rooms.messages,
            rooms.window,
            datasets=shared.datasets,
            collections=shared.collections,
            models=shared.listed_models,
            load=lambda: LoadConfig.from_settings(rooms.settings.llm),
            test_questions=lambda: TestSetStore(shared.database).asked_anywhere(),
            in_background=rooms.in_background,
        )
        shared.catalog.subscribe(tab.presenter.passages.take_models)
        return tab

    def _finetune(self) -> QWidget:
        from workbench.ui import finetune

        return finetune.build(self._finetune_presenter)

    @cached_property
    def _finetune_presenter(self) -> "FinetunePresenter":
        """Before its tab, when a training of an earlier start goes on."""
        from workbench.llm.making_room import LLM_WORKER
        from workbench.ui.finetune import FinetunePresenter, Surroundings

        rooms, shared = self._rooms, self.shared
        return FinetunePresenter(
            Surroundings(
                jobs=rooms.jobs,
                messages=rooms.messages,
                navigator=rooms.window,
                datasets=shared.datasets,
                adapters=shared.adapters,
                paths=rooms.paths,
                catalog=shared.catalog,
                settings=shared.settings,
                change_settings=rooms.change_settings,
                collections=shared.collections,
                in_background=rooms.in_background,
                is_chat_warm=lambda: rooms.jobs.is_warm(LLM_WORKER),
            )
        )
