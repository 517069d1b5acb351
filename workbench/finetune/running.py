"""Requests and job specs of this room: the same from the window and from the command line."""

from collections.abc import Sequence
from pathlib import Path

from workbench.datasets.rows_file import write_rows
from workbench.datasets.types import Dataset, TrainingRow
from workbench.finetune.adapter_folder import check_free
from workbench.finetune.preview import PreviewRequest
from workbench.finetune.run_folder import RunFolder
from workbench.finetune.types import ExportRequest, TrainingConfig, TrainRequest
from workbench.jobs.spec import JobSpec
from workbench.llm.types import ModelRef
from workbench.paths import WorkbenchPaths

LANE = "training"
"""Trainings wait for each other: two at once would take longer than one after the other."""


def trainings_folder(paths: WorkbenchPaths) -> Path:
    """Where the checkpoints of trainings lie, a folder per adapter name."""
    return paths.home / "trainings"


def train_request(
    paths: WorkbenchPaths, *, name: str, base: ModelRef, dataset: Dataset, config: TrainingConfig, restart: bool = False
) -> TrainRequest:
    """A training of `dataset`. Raises WorkbenchError when the name is taken.

    An unfinished training of this name and these settings goes on; with `restart` it begins anew.
    """
    check_free(name, paths.adapters)
    return TrainRequest(
        name=name,
        base=base,
        rows_path=dataset.rows_path,
        rows_hash=dataset.content_hash,
        dataset_name=dataset.name,
        config=config,
        adapters_folder=str(paths.adapters),
        work_folder=str(trainings_folder(paths) / name),
        restart=restart,
    )


def rows_request(
    paths: WorkbenchPaths,
    *,
    name: str,
    base: ModelRef,
    rows: Sequence[TrainingRow],
    config: TrainingConfig,
    origin: str,
) -> TrainRequest:
    """A training of rows that are no saved data set (a sample project, rows made from a collection)."""
    path, digest = write_rows(rows, paths.home / "datasets")
    dataset = Dataset(name=origin, content_hash=digest, rows_path=str(path), row_count=len(rows), origin=origin)
    return train_request(paths, name=name, base=base, dataset=dataset, config=config)


def train_spec(request: TrainRequest) -> JobSpec:
    """Train, durably and in the background. The same request again goes on where it was stopped or killed."""
    return JobSpec(
        task="workbench.finetune.tasks:train",
        params=request.model_dump(mode="json"),
        title=f"Fine-tune {request.name}",
        lane=LANE,
        durable=True,
        background=True,
    )


def can_resume(request: TrainRequest) -> bool:
    """Whether a training of this name was begun and is not finished."""
    folder = RunFolder.at(Path(request.work_folder))
    return folder is not None and folder.is_unfinished


def estimate_spec(request: TrainRequest) -> JobSpec:
    """Memory, time, disk: result is a `preflight.Preflight`."""
    return JobSpec(
        task="workbench.finetune.tasks:estimate",
        params=request.model_dump(mode="json"),
        title=f"Estimate {request.name}",
    )


def preview_spec(request: PreviewRequest) -> JobSpec:
    """The coloured tokens of a few rows: result is a `preview.PreviewReport`."""
    return JobSpec(
        task="workbench.finetune.tasks:preview", params=request.model_dump(mode="json"), title="Preview what is trained"
    )


def export_spec(request: ExportRequest) -> JobSpec:
    """Write an adapter in another form: result is an `ExportReport`."""
    return JobSpec(
        task="workbench.finetune.tasks:export",
        params=request.model_dump(mode="json"),
        title=f"Export {request.adapter.name}",
        background=True,
    )
