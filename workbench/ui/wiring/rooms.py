"""What the tabs are made of: what the program has, and the stores and jobs that several tabs share."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, TypeVar

from workbench.paths import WorkbenchPaths
from workbench.ui.protocols import Messages

if TYPE_CHECKING:
    from workbench.database import Database
    from workbench.datasets.store import DatasetStore
    from workbench.finetune.store import AdapterStore
    from workbench.llm.endpoints.store import EndpointStore
    from workbench.llm.store import ModelSettingsStore
    from workbench.llm.types import ModelRef
    from workbench.playground.prompt_store import PromptStore
    from workbench.rag.collection_jobs import CollectionJobs
    from workbench.rag.store import CollectionStore
    from workbench.settings import Settings
    from workbench.ui.job_bridge import JobBridge
    from workbench.ui.main_window import MainWindow
    from workbench.ui.models.catalog import ModelCatalog

T = TypeVar("T")


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


class Shared:
    """What more than one tab is given. Each is made, and its module imported, when it is first asked for."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    def settings(self) -> "Settings":
        return self._rooms.settings

    @property
    def database(self) -> "Database":
        database = self._rooms.database
        assert database is not None, "a tab was built before the database was open"
        return database

    @cached_property
    def datasets(self) -> "DatasetStore":
        from workbench.datasets.store import DatasetStore

        return DatasetStore(self.database)

    @cached_property
    def adapters(self) -> "AdapterStore":
        from workbench.finetune.store import AdapterStore

        return AdapterStore(self.database, self._rooms.paths.adapters)

    @cached_property
    def collections(self) -> "CollectionStore":
        from workbench.rag.store import CollectionStore
        from workbench.recording.purging import forgets_elsewhere

        paths = self._rooms.paths
        return CollectionStore(self.database, paths, forgets_elsewhere(self.database, paths))

    @cached_property
    def prompts(self) -> "PromptStore":
        from workbench.playground.prompt_store import PromptStore

        return PromptStore(self.database)

    @cached_property
    def endpoints(self) -> "EndpointStore":
        from workbench.llm.endpoints.store import EndpointStore

        return EndpointStore(self._rooms.paths.endpoints)

    @cached_property
    def collection_jobs(self) -> "CollectionJobs":
        """One for the tab and for what looks after collections by itself: both see what the other does."""
        from workbench.rag.collection_jobs import CollectionJobs

        return CollectionJobs(self._rooms.jobs)

    @cached_property
    def catalog(self) -> "ModelCatalog":
        """One listing of the models for all tabs."""
        from workbench.ui.models.catalog import ModelCatalog

        rooms = self._rooms
        return ModelCatalog(
            rooms.jobs,
            rooms.paths.models,
            lambda: rooms.settings.llm.model_folders,
            cache_file=rooms.paths.header_cache,
            memory=self._model_memory,
            in_background=rooms.in_background,
            endpoints=self.endpoints.known_endpoints,
        )

    def listed_models(self) -> "Sequence[ModelRef]":
        """Those found so far; a search begins when there was none."""
        self.catalog.ensure()
        return self.catalog.models

    def _model_memory(self) -> "ModelSettingsStore | None":
        """None while the database is not open."""
        if self._rooms.database is None:
            return None
        from workbench.llm.store import ModelSettingsStore

        return ModelSettingsStore(self._rooms.database)
