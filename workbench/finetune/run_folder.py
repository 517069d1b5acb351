"""The folder of a training: what is being trained, checkpoints, figures so far, and whether it is finished."""

import contextlib
import json
import os
import shutil
from pathlib import Path
from typing import Self, TypeVar

from pydantic import ValidationError

from workbench.boundary import Boundary
from workbench.errors import WorkbenchError
from workbench.finetune.checkpoints import clear_staging, list_checkpoints
from workbench.finetune.scratch.sizes import ScratchSettings
from workbench.finetune.types import StepMetrics, TrainingConfig, TrainingSample, TrainReport, TrainRequest
from workbench.jobs.file_lock import FileLock
from workbench.jobs.journal_file import write_whole

_RUN = "training.json"
_METRICS = "metrics.jsonl"
_SAMPLES = "samples.jsonl"
_MEMORY_ONLY = ("checkpoint_seconds", "schema_version", "gradient_checkpointing")
"""Settings that change nothing of what is learned: a training goes on with others of these."""
T = TypeVar("T", StepMetrics, TrainingSample)
_FINISHED = "finished.json"
_LOCK = "training.lock"


class RunIdentity(Boundary):
    """What makes a training this training: going on with anything else would be another one."""

    schema_version: int = 1
    name: str
    base_hash: str
    rows_hash: str
    general_hash: str = ""
    scratch: ScratchSettings | None = None
    config: TrainingConfig
    threads: int
    """Sums are rounded differently with another number of threads, so a resumed training keeps the first one."""


class RunFolder:
    """One training's folder, locked while a process trains in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = FileLock(root / _LOCK)

    @classmethod
    def at(cls, root: Path) -> Self | None:
        """The run folder at `root`, or None: nothing is created."""
        return cls(root) if (root / _RUN).is_file() else None

    @property
    def is_unfinished(self) -> bool:
        """Whether there is something to go on with."""
        return not self.is_new and not (self.root / _FINISHED).exists()

    def open(self) -> None:
        """Take the lock and clear what a killed process left half-made."""
        if not self._lock.try_acquire():
            raise WorkbenchError(
                f"Another process is training in {self.root}.",
                hint="`workbench runs list` names it; `workbench runs attach ID` follows it, `workbench runs stop ID` "
                "ends it.",
                code="run_busy",
            )
        clear_staging(self.root)

    def close(self) -> None:
        self._lock.release()

    @property
    def is_new(self) -> bool:
        return not (self.root / _RUN).exists()

    def identify(self, request: TrainRequest, base_hash: str, threads: int) -> RunIdentity:
        """Remember what is trained here; raises WorkbenchError when it was something else."""
        wanted = RunIdentity(
            name=request.name,
            base_hash=base_hash,
            rows_hash=request.rows_hash,
            general_hash=request.general_hash,
            scratch=request.scratch,
            config=request.config,
            threads=threads,
        )
        if request.restart and self.finished_report() is None:
            self.forget()
        if self.is_new:
            write_whole(self.root / _RUN, wanted.model_dump_json(indent=1))
            return wanted
        saved = self._saved_identity()
        different = _differences(saved, wanted)
        if different and not list_checkpoints(self.root):  # it saved nothing, so nothing is lost
            self.forget()
            return self.identify(request, base_hash, threads)
        if different:
            raise WorkbenchError(
                f"The training in {self.root.name} was started with other settings ({', '.join(different)}): "
                "going on would not be the same training.",
                hint="Start it under a new name, with the settings from before, or over again (--restart).",
                code="other_run",
            )
        return saved

    def finished_report(self) -> TrainReport | None:
        """The report of a training that is over."""
        try:
            return TrainReport.model_validate_json((self.root / _FINISHED).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None

    def finish(self, report: TrainReport) -> None:
        """Say for good that nothing is left to train; checkpoints are no longer needed."""
        write_whole(self.root / _FINISHED, report.model_dump_json(indent=1))
        self._drop_checkpoints()

    def clear_finished(self) -> None:
        """Remove checkpoints that a process killed right after `finish` left; an unfinished training keeps its own."""
        with contextlib.suppress(OSError), self._lock:
            if self._lock.try_acquire() and (self.root / _FINISHED).exists():
                clear_staging(self.root)
                self._drop_checkpoints()

    def _drop_checkpoints(self) -> None:
        for checkpoint in list_checkpoints(self.root):
            shutil.rmtree(checkpoint.folder, ignore_errors=True)

    @property
    def metrics_path(self) -> Path:
        """JSON lines of `StepMetrics`; not there before the first step."""
        return self.root / _METRICS

    def append(self, told: StepMetrics | TrainingSample) -> None:
        """One line more. Raises OSError on a full disk: nothing of the line is left then, and it can be tried again."""
        path = self.root / (_METRICS if isinstance(told, StepMetrics) else _SAMPLES)
        size = path.stat().st_size if path.exists() else 0
        try:
            with path.open("a", encoding="utf-8") as file:
                file.write(told.model_dump_json() + "\n")
        except OSError:
            with contextlib.suppress(OSError):
                os.truncate(path, size)
            raise

    def metrics_seen(self, step: int) -> list[StepMetrics]:
        """The same for a process that only looks."""
        told = self._until(step, self.root / _METRICS, StepMetrics, is_ours=False)
        return list({metrics.step: metrics for metrics in told}.values())

    def metrics_until(self, step: int) -> list[StepMetrics]:
        """The figures of the steps that still count after going on from `step`; later ones are forgotten."""
        return list({told.step: told for told in self._until(step, self.root / _METRICS, StepMetrics)}.values())

    def samples_until(self, step: int) -> list[TrainingSample]:
        """The samples that still count after going on from `step`; later ones are forgotten."""
        told = self._until(step, self.root / _SAMPLES, TrainingSample)
        return list({(sample.step, sample.number): sample for sample in told}.values())

    def _until(self, step: int, path: Path, kind: type[T], *, is_ours: bool = True) -> list[T]:
        if not path.exists():
            return []
        kept: list[T] = []
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                told = kind.model_validate_json(line)
            except ValidationError:
                continue  # the line that a killed process did not finish
            if told.step <= step:
                kept.append(told)
        if is_ours:
            write_whole(path, "".join(told.model_dump_json() + "\n" for told in kept))
        return kept

    def forget(self) -> None:
        """Begin anew: nothing of the training so far counts."""
        self._drop_checkpoints()
        for name in (_RUN, _METRICS, _SAMPLES, _FINISHED):
            (self.root / name).unlink(missing_ok=True)

    def _saved_identity(self) -> RunIdentity:
        try:
            return RunIdentity.model_validate_json((self.root / _RUN).read_text(encoding="utf-8"))
        except ValidationError as error:
            raise WorkbenchError(
                f"The training folder {self.root} is damaged.",
                hint="Start the training under a new name.",
                details=str(error),
                code="run_damaged",
            ) from error


def _differences(saved: RunIdentity, wanted: RunIdentity) -> list[str]:
    left, right = (json.loads(identity.model_dump_json()) for identity in (saved, wanted))
    names = {
        "base_hash": "the base model", "rows_hash": "the data", "general_hash": "the general rows", "name": "the name",
        "scratch": "the size",
    }  # fmt: skip
    found = [label for key, label in names.items() if left[key] != right[key]]
    for key, value in right["config"].items():
        if key not in _MEMORY_ONLY and left["config"].get(key) != value:
            found.append(key.replace("_", " "))
    return found
