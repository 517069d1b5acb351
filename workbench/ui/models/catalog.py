"""The models of this computer, listed once for all tabs that offer a choice of them. No Qt."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from workbench.jobs.events import Crashed, Failed, Finished, JobEvent, LastWord
from workbench.jobs.spec import Jobs, JobSpec
from workbench.llm.library import named
from workbench.llm.tasks import SCAN_MODELS, ScanModelsReport, ScanModelsRequest
from workbench.llm.types import LoadChanges, LoadConfig, ModelRef
from workbench.settings import LlmSettings

if TYPE_CHECKING:
    from workbench.llm.store import RememberedModel


class ModelMemory(Protocol):
    """What is remembered of models, by content key: `llm.store.ModelSettingsStore`."""

    def all_models(self) -> "Mapping[str, RememberedModel]": ...
    def save(self, key: str, changes: LoadChanges) -> None: ...
    def rename(self, key: str, name: str) -> None: ...
    def hide(self, key: str, is_hidden: bool = True) -> None: ...


def _no_memory() -> ModelMemory | None:
    return None


class ModelCatalog:
    """Keeps the last listing and tells its listeners when it changed. Lives on the UI thread."""

    def __init__(
        self,
        jobs: Jobs,
        models_folder: Path,
        own_folders: Callable[[], Sequence[str]],
        *,
        cache_file: Path | None = None,
        memory: Callable[[], ModelMemory | None] = _no_memory,
    ) -> None:
        self._jobs = jobs
        self.models_folder = models_folder
        self._own_folders = own_folders
        self._cache_file = cache_file
        self._memory = memory
        self._listeners: list[Callable[[], None]] = []
        self._again = False
        self._found: tuple[ModelRef, ...] = ()
        self._remembered: Mapping[str, RememberedModel] | None = None
        self.models: tuple[ModelRef, ...] = ()
        """By the names that the user gave them, without those that were removed from the list."""
        self.hidden: tuple[ModelRef, ...] = ()
        self.is_scanning = False
        self.was_scanned = False
        self.problem: Failed | Crashed | None = None
        """Why the last scan failed; None when it did not."""

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Have `listener()` called after every change; call the result to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def find(self, name: str) -> ModelRef | None:
        return next((model for model in self.models if model.name == name), None)

    def ensure(self) -> None:
        """Scan unless that was done or is being done."""
        if not self.was_scanned and not self.is_scanning:
            self.refresh()
        elif self._remembered is None and self._found:  # the database was not open yet when the listing came
            self._list()

    def refresh(self) -> None:
        """Scan the disk anew; asked for while a scan runs, it is done once more afterwards."""
        if self.is_scanning:
            self._again = True
            return
        self.is_scanning = True
        request = ScanModelsRequest(
            own_folders=tuple(self._own_folders()),
            models_folder=str(self.models_folder),
            cache_file=str(self._cache_file or ""),
        )
        spec = JobSpec(task=SCAN_MODELS, params=request.model_dump(mode="json"), title="Look for models")
        self._jobs.submit(spec, self._on_event)
        self._tell()

    def changes_of(self, model: ModelRef) -> LoadChanges:
        """How this model is loaded differently from the preferences."""
        known = self._known().get(model.content_key)
        return known.load if known else LoadChanges()

    def load_config(self, model: ModelRef, llm: LlmSettings) -> LoadConfig:
        """How this model is loaded: the preferences, changed by what is remembered of it."""
        return LoadConfig.from_settings(llm, self.changes_of(model))

    def remember(self, change: Callable[[ModelMemory], None]) -> None:
        """Change what is remembered, and list the models by it. Raises WorkbenchError when that cannot be."""
        memory = self._memory()
        if memory is not None:
            change(memory)
            self._remembered = None
            self._list()
            self._tell()

    def _known(self) -> "Mapping[str, RememberedModel]":
        if self._remembered is None and (memory := self._memory()) is not None:
            self._remembered = memory.all_models()
        return self._remembered or {}

    def _list(self) -> None:
        known = self._known()
        models = named(self._found, {key: model.display_name for key, model in known.items() if model.display_name})
        hidden = {key for key, model in known.items() if model.is_hidden}
        self.models = tuple(model for model in models if model.content_key not in hidden)
        self.hidden = tuple(model for model in models if model.content_key in hidden)

    def _on_event(self, event: JobEvent) -> None:
        if not isinstance(event, LastWord):
            return
        self.is_scanning = False
        self.was_scanned = True
        self.problem = event if isinstance(event, Failed | Crashed) else None
        if isinstance(event, Finished):
            self._found = ScanModelsReport.model_validate(event.result).models
            self._list()
        if self._again:
            self._again = False
            self.refresh()
        else:
            self._tell()

    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener()
