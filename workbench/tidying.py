"""What a start clears away that nobody needs any more: on a thread of its own, by the one process that writes."""

import threading
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from workbench.paths import WorkbenchPaths

if TYPE_CHECKING:
    from workbench.settings import JobSettings


class TidyUp:
    """Removes old runs and checkpoints without a future while its holder works. `with`, or `start` and `stop`."""

    def __init__(self, paths: WorkbenchPaths, settings: "JobSettings") -> None:
        self._paths = paths
        self._settings = settings
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tidy-up", daemon=True)

    def start(self) -> None:
        """Returns at once. The caller holds the writer's lock until `stop`."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being removed and leave the rest to another start."""
        self._is_over.set()
        if self._thread.is_alive():
            self._thread.join()

    def wait(self) -> None:
        """Until all is removed."""
        self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        from workbench.finetune.removal import purge_due
        from workbench.finetune.running import trainings_folder
        from workbench.jobs.old_runs import remove_old_runs

        remove_old_runs(
            self._paths.runs,
            keep_days=self._settings.keep_days,
            keep_count=self._settings.keep_count,
            is_given_up=self._is_over.is_set,
        )
        purge_due(self._paths.adapters)
        self._remove_checkpoints(trainings_folder(self._paths))

    def _remove_checkpoints(self, trainings: Path) -> None:
        from workbench.finetune.run_folder import RunFolder

        for folder in sorted(trainings.glob("*")):
            if self._is_over.is_set():
                return
            if run := RunFolder.at(folder):
                run.clear_finished()
