"""Requests and job specs of this room: the same from the window and from the command line."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.datasets.rows_file import read_rows, write_rows
from workbench.datasets.tasks import InspectRequest, PrepareRequest
from workbench.datasets.types import Dataset, TrainingRow
from workbench.errors import WorkbenchError
from workbench.finetune.adapter_folder import check_free
from workbench.finetune.general_rows import general_file
from workbench.finetune.heap import process_environment
from workbench.finetune.made_model import check_free_model
from workbench.finetune.preflight import EstimateRequest
from workbench.finetune.preview import PreviewRequest
from workbench.finetune.row_checks import BaseChoice, InspectForBaseRequest, PrepareForBaseRequest
from workbench.finetune.run_folder import RunFolder
from workbench.finetune.scratch.sizes import ScratchSettings
from workbench.finetune.sweeps import SWEEP, SweepRequest, check_sweep
from workbench.finetune.training_config import trouble_with
from workbench.finetune.types import ExportRequest, MadeModel, Method, Objective, TrainingConfig, TrainRequest
from workbench.jobs.spec import JobSpec
from workbench.llm.gguf_header import read_header
from workbench.llm.types import IdleMemory, ModelRef
from workbench.paths import WorkbenchPaths

_NOTHING_IDLE = IdleMemory()
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
    check_free_name(paths, name, config)
    if trouble := trouble_with(config):
        raise WorkbenchError(trouble, code="bad_setting")
    general, general_hash = "", ""
    if config.general_share:
        path, general_hash = write_rows(read_rows(general_file(paths)), paths.home / "datasets")
        general = str(path)
    return TrainRequest(
        name=name,
        base=base,
        rows_path=dataset.rows_path,
        rows_hash=dataset.content_hash,
        dataset_name=dataset.name,
        config=config,
        adapters_folder=str(paths.adapters),
        models_folder=str(paths.models),
        general_path=general,
        general_hash=general_hash,
        work_folder=str(trainings_folder(paths) / name),
        restart=restart,
    )


def check_free_name(paths: WorkbenchPaths, name: str, config: TrainingConfig) -> None:
    """Raise WorkbenchError when what such a training makes cannot be called so."""
    if config.makes_adapter:
        check_free(name, paths.adapters)
    else:
        check_free_model(name, paths.models)


def order_warning(base: ModelRef) -> str:
    """Why raw text should not be learned on top of this base; empty when nothing speaks against it."""
    if not base.has_chat_template:
        return ""
    return (
        f"{base.name} was tuned to answer already (it has a chat template). Learning raw text on top can make it "
        "forget that: better go on with the text first, on a base that was not tuned, and tune the result on examples."
    )


def sweep_request(request: TrainRequest, values: Mapping[str, Sequence[Any]]) -> SweepRequest:
    """A sweep over these values of settings. Raises WorkbenchError where its trainings could not be compared."""
    found = SweepRequest(training=request, values={name: tuple(listed) for name, listed in values.items()})
    check_sweep(found)
    return found


def sweep_spec(request: SweepRequest) -> JobSpec:
    """All trainings of a sweep, durably, one after the other. The same request again goes on where it was."""
    return JobSpec(
        task=SWEEP,
        params=request.model_dump(mode="json"),
        title=f"Sweep {request.training.name}",
        lane=LANE,
        durable=True,
        background=True,
        environment=process_environment(),
    )


def scratch_request(
    paths: WorkbenchPaths,
    *,
    name: str,
    dataset: Dataset,
    settings: ScratchSettings,
    config: TrainingConfig,
    restart: bool = False,
) -> TrainRequest:
    """A model from scratch on the text of `dataset`. Raises WorkbenchError when the name is taken."""
    config = config.model_copy(update={"objective": Objective.TEXT, "method": Method.FULL})
    request = train_request(
        paths, name=name, base=ModelRef(name="", path=""), dataset=dataset, config=config, restart=restart
    )
    return request.model_copy(update={"scratch": settings})


def scratch_estimate_spec(request: TrainRequest) -> JobSpec:
    """Time and memory, measured with a few steps: result is a `scratch.sizes.ScratchEstimate`."""
    return JobSpec(
        task="workbench.finetune.tasks:estimate_from_scratch",
        params=request.model_dump(mode="json"),
        title=f"Estimate {request.name}",
    )


def made_base(made: MadeModel) -> ModelRef:
    """The model that a training made, as the base of the next one."""
    return ModelRef(name=made.name, path=made.gguf_path, architecture=read_header(Path(made.gguf_path)).architecture)


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
        environment=process_environment(),
    )


def can_resume(request: TrainRequest) -> bool:
    """Whether a training of this name was begun and is not finished."""
    folder = RunFolder.at(Path(request.work_folder))
    return folder is not None and folder.is_unfinished


def estimate_spec(request: TrainRequest, idle: IdleMemory = _NOTHING_IDLE, *, is_timed: bool = True) -> JobSpec:
    """Memory, time, disk: result is a `preflight.Preflight`. `idle`: what chat models hold that will make way."""
    return JobSpec(
        task="workbench.finetune.tasks:estimate",
        params=EstimateRequest(training=request, idle=idle, is_timed=is_timed).model_dump(mode="json"),
        title=f"Estimate {request.name}",
    )


def inspect_spec(request: InspectRequest, choice: BaseChoice | None) -> JobSpec:
    """What is wrong with the rows of a file, for this base too where one is chosen: result is an `InspectReport`."""
    if choice is None:
        params = request.model_dump(mode="json")
        return JobSpec(task="workbench.datasets.tasks:inspect", params=params, title="Check the rows")
    params = InspectForBaseRequest(inspect=request, choice=choice).model_dump(mode="json")
    return JobSpec(task="workbench.finetune.tasks:inspect_for_base", params=params, title="Check the rows")


def prepare_spec(request: PrepareRequest, choice: BaseChoice | None) -> JobSpec:
    """A data set of a file, checked for this base too where one is chosen: result is a `PrepareReport`."""
    if choice is None:
        params = request.model_dump(mode="json")
        return JobSpec(task="workbench.datasets.tasks:prepare", params=params, title="Save the rows")
    params = PrepareForBaseRequest(prepare=request, choice=choice).model_dump(mode="json")
    return JobSpec(task="workbench.finetune.tasks:prepare_for_base", params=params, title="Save the rows")


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
