"""The models of this computer, listed once for all tabs that offer a choice of them. No Qt."""

from collections.abc import Callable, Sequence
from pathlib import Path

from workbench.jobs.events import Crashed, Failed, Finished, JobEvent, LastWord
from workbench.jobs.spec import Jobs, JobSpec
from workbench.llm.tasks import SCAN_MODELS, ScanModelsReport, ScanModelsRequest
from workbench.llm.types import ModelRef


class ModelCatalog:
    """Keeps the last listing and tells its listeners when it changed. Lives on the UI thread."""

    def __init__(self, jobs: Jobs, models_folder: Path, own_folders: Callable[[], Sequence[str]]) -> None:
        self._jobs = jobs
        self._models_folder = models_folder
        self._own_folders = own_folders
        self._listeners: list[Callable[[], None]] = []
        self._again = False
        self.models: tuple[ModelRef, ...] = ()
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

    def refresh(self) -> None:
        """Scan the disk anew; asked for while a scan runs, it is done once more afterwards."""
        if self.is_scanning:
            self._again = True
            return
        self.is_scanning = True
        request = ScanModelsRequest(own_folders=tuple(self._own_folders()), models_folder=str(self._models_folder))
        spec = JobSpec(task=SCAN_MODELS, params=request.model_dump(mode="json"), title="Look for models")
        self._jobs.submit(spec, self._on_event)
        self._tell()

    def _on_event(self, event: JobEvent) -> None:
        if not isinstance(event, LastWord):
            return
        self.is_scanning = False
        self.was_scanned = True
        self.problem = event if isinstance(event, Failed | Crashed) else None
        if isinstance(event, Finished):
            self.models = ScanModelsReport.model_validate(event.result).models
        if self._again:
            self._again = False
            self.refresh()
        else:
            self._tell()

    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener()
