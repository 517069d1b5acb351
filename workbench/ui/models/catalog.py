"""The models of this computer, listed once for all tabs that offer a choice of them. No Qt."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from workbench.errors import WorkbenchError
from workbench.jobs.events import Crashed, Failed, Finished, JobEvent, LastWord
from workbench.jobs.spec import Jobs, JobSpec
from workbench.llm.endpoints.models import as_model
from workbench.llm.endpoints.types import Endpoint
from workbench.llm.library import named
from workbench.llm.placement import Device
from workbench.llm.tasks import SCAN_MODELS, ScanModelsReport, ScanModelsRequest
from workbench.llm.types import LoadConfig, ModelRef, RememberedModel
from workbench.settings import LlmSettings
from workbench.ui.protocols import Background, at_once


class ModelMemory(Protocol):
    """What is remembered of models, by content key: `llm.store.ModelSettingsStore`."""

    def all_models(self) -> Mapping[str, RememberedModel]: ...
    def put_all(self, models: Mapping[str, RememberedModel]) -> None: ...


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
        in_background: Background = at_once,
        endpoints: Callable[[], Sequence[Endpoint]] = tuple,
    ) -> None:
        self._jobs = jobs
        self.models_folder = models_folder
        self._own_folders = own_folders
        self._cache_file = cache_file
        self._memory = memory
        self._in_background = in_background
        self._endpoints = endpoints
        self._unwritten: dict[str, RememberedModel] = {}
        self._is_writing = False
        self._paths: dict[str, str] = {}
        """By every name that was listed."""
        self._listeners: list[Callable[[], None]] = []
        self._again = False
        self._found: tuple[ModelRef, ...] = ()
        self._remembered: Mapping[str, RememberedModel] | None = None
        self.models: tuple[ModelRef, ...] = ()
        """On this computer, by the names that the user gave them, without those that were removed from the list."""
        self.servers: tuple[ModelRef, ...] = ()
        """Models on servers."""
        self.devices: tuple[Device, ...] = ()
        """GPUs, as they were at the last scan."""
        self.hidden: tuple[ModelRef, ...] = ()
        self.is_scanning = False
        self.was_scanned = False
        self.problem: Failed | Crashed | None = None
        """Why the last scan failed; None when it did not."""
        self.memory_problem = ""
        """Why what was remembered last could not be written."""

    @property
    def listing(self) -> tuple[object, ...]:
        """What rows are made of; each part stays the same object while it says the same."""
        return self.models, self.hidden, self._remembered, self.devices

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Have `listener()` called after every change; call the result to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @property
    def answering(self) -> tuple[ModelRef, ...]:
        """What can be asked: the models on this computer, then those on servers."""
        return (*self.models, *self.servers)

    def find(self, name: str) -> ModelRef | None:
        return next((model for model in self.answering if model.name == name), None)

    def name_now(self, name: str) -> str:
        """What the model is called by now that had this name since the program began; the same where none had."""
        if self.find(name) is not None or name not in self._paths:
            return name
        return next((model.name for model in self.answering if model.path == self._paths[name]), name)

    def list_again(self) -> None:
        """Servers were added, changed or removed, or how models are loaded was changed."""
        self._list()
        self._tell()

    def follow_preferences(self, before: LlmSettings, now: LlmSettings) -> None:
        """They may have changed: other folders are searched, and listeners ask anew how models are loaded."""
        if now.model_folders != before.model_folders:
            self.refresh()
        elif now != before:
            self.list_again()

    def ensure(self) -> None:
        """Scan unless that was done, without a failure, or is being done."""
        if (not self.was_scanned or self.problem is not None) and not self.is_scanning:
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

    def remembered(self, model: ModelRef) -> RememberedModel:
        """What the user decided about this model."""
        return self._known().get(model.content_key) or RememberedModel()

    def load_config(self, model: ModelRef, llm: LlmSettings) -> LoadConfig:
        """How this model is loaded: the preferences, changed by what is remembered of it."""
        return LoadConfig.from_settings(llm, self.remembered(model).load)

    def raise_context(self, model: ModelRef, length: int) -> None:
        """Load the model with a context of so many tokens from now on."""
        self.remember(model, load=self.remembered(model).load.model_copy(update={"context_length": length}))

    def remember(self, model: ModelRef, **changes: Any) -> None:
        """Change fields of what is remembered: told to the tabs at once, written soon."""
        if not model.content_key:
            return
        updated = self.remembered(model).model_copy(update=changes)
        self._remembered = {**self._known(), model.content_key: updated}
        self._unwritten[model.content_key] = updated
        self._write()
        self._list()
        self._tell()

    def _write(self) -> None:
        """On a thread, one batch after the other: a commit waits for the disk."""
        memory = self._memory()
        if self._is_writing or not self._unwritten or memory is None:
            return
        batch, self._unwritten = self._unwritten, {}
        self._is_writing = True
        self._in_background(partial(_put_all, memory, batch), self._on_written)

    def _on_written(self, problem: str) -> None:
        self._is_writing = False
        if problem != self.memory_problem:
            self.memory_problem = problem
            self._tell()
        self._write()

    def _known(self) -> Mapping[str, RememberedModel]:
        if self._remembered is None and (memory := self._memory()) is not None:
            self._remembered = memory.all_models()
        return self._remembered or {}

    def _list(self) -> None:
        known = self._known()
        everything = [*self._found, *map(as_model, self._endpoints())]
        models = named(everything, {key: model.display_name for key, model in known.items() if model.display_name})
        hidden = {key for key, model in known.items() if model.is_hidden}
        local = [model for model in models if model.endpoint is None]
        self.models = _kept(self.models, (model for model in local if model.content_key not in hidden))
        self.hidden = _kept(self.hidden, (model for model in local if model.content_key in hidden))
        self.servers = tuple(model for model in models if model.endpoint is not None)
        self._paths |= {model.name: model.path for model in self.answering}

    def _on_event(self, event: JobEvent) -> None:
        if not isinstance(event, LastWord):
            return
        self.is_scanning = False
        self.was_scanned = True
        self.problem = event if isinstance(event, Failed | Crashed) else None
        if isinstance(event, Finished):
            report = ScanModelsReport.model_validate(event.result)
            self._found, self.devices = report.models, _kept_devices(self.devices, report.devices)
            self._list()
        if self._again:
            self._again = False
            self.refresh()
        else:
            self._tell()

    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener()


def _kept(before: tuple[ModelRef, ...], models: Iterable[ModelRef]) -> tuple[ModelRef, ...]:
    """The same object when it says the same, so that nobody draws it anew."""
    now = tuple(models)
    return before if now == before else now


def _kept_devices(before: tuple[Device, ...], now: tuple[Device, ...]) -> tuple[Device, ...]:
    """The same object when it says the same."""
    return before if now == before else now


def _put_all(memory: ModelMemory, batch: Mapping[str, RememberedModel]) -> str:
    """Why it could not be written, else ""."""
    try:
        memory.put_all(batch)
    except WorkbenchError as problem:
        return f"{problem.message} {problem.hint}".strip()
    return ""
