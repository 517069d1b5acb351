"""From an adapter and a wish to a request, and from a finished run back to its report."""

from pathlib import Path

from workbench.datasets.types import Dataset
from workbench.errors import WorkbenchError
from workbench.finetune.evaluation.tasks import REPORT
from workbench.finetune.evaluation.types import EvaluationReport, EvaluationRequest, TestSource
from workbench.finetune.types import Adapter
from workbench.jobs.placing import place
from workbench.jobs.spec import JobSpec
from workbench.llm.types import LoadConfig, ModelRef
from workbench.paths import WorkbenchPaths

EVALUATE = "workbench.finetune.evaluation.tasks:evaluate"
FOLDER = "evaluations"
"""In the data folder: one folder per run, with its answers and its report."""
LANE = "training"
"""It waits for a training and a training for it: side by side both would take longer."""
CONTEXT = 4096
"""Tokens that the engine is loaded with at most: a test question with a long system message fits."""


def base_of(adapter: Adapter) -> ModelRef:
    """The base where it lay when the adapter was made."""
    return ModelRef(name=adapter.base_name, path=adapter.base_path)


def held_out_rows(adapter: Adapter, paths: WorkbenchPaths) -> Path:
    """The rows that the adapter's data set consists of; the file may be gone."""
    return paths.home / "datasets" / f"{adapter.dataset_hash}.jsonl"


def can_test_held_out(adapter: Adapter, paths: WorkbenchPaths) -> bool:
    """Whether rows were held out, and are still there."""
    has_split = adapter.config.validation_share > 0 and bool(adapter.dataset_hash)
    return has_split and held_out_rows(adapter, paths).is_file()


def evaluation_request(
    paths: WorkbenchPaths,
    adapter: Adapter,
    *,
    dataset: Dataset | None = None,
    file: Path | None = None,
    base: ModelRef | None = None,
    is_test_wanted: bool = True,
    metric: str = "",
    limit: int = 200,
    general: bool = True,
    general_path: str = "",
    load: LoadConfig | None = None,
) -> EvaluationRequest:
    """An evaluation on a data set, a file, or (neither named) the adapter's held-out rows.

    An unfinished one of the same content goes on. Raises WorkbenchError when nothing was held out.
    """
    if adapter.origin == "" and not adapter.base_hash:
        raise WorkbenchError(
            f"It is not known which model “{adapter.name}” was trained on.",
            hint="Import it as an adapter first: then its base is checked.",
            code="foreign",
        )
    trained = held_out_rows(adapter, paths)
    request = EvaluationRequest(
        adapter=adapter.model_copy(update={"notes": ""}),
        base=base or base_of(adapter),
        trained_rows_path=str(trained) if adapter.dataset_hash else "",
        metric=metric,
        limit=limit,
        general=general,
        general_path=general_path,
        load=(load or LoadConfig(context_length=CONTEXT)),
        folder="",
        **_test(adapter, paths, dataset, file, is_test_wanted),
    )
    content = request.model_dump_json().encode()
    folder = place(paths.home / FOLDER, adapter.name, content, otherwise="evaluation", is_finished=is_finished)
    return request.model_copy(update={"folder": str(folder)})


def _test(
    adapter: Adapter, paths: WorkbenchPaths, dataset: Dataset | None, file: Path | None, is_wanted: bool
) -> dict[str, str]:
    if not is_wanted:
        return {"source": TestSource.NONE}
    if file is not None:
        return {"source": TestSource.FILE, "data_name": file.name, "rows_path": str(file)}
    if dataset is not None:
        return {
            "source": TestSource.DATASET,
            "data_name": dataset.name,
            "rows_path": dataset.rows_path,
            "rows_hash": dataset.content_hash,
        }
    if not can_test_held_out(adapter, paths):
        raise WorkbenchError(
            f"No rows were held out when “{adapter.name}” was trained, or they are gone.",
            hint="Choose a data set that it was not trained on.",
            code="nothing_held_out",
        )
    return {
        "source": TestSource.HELD_OUT,
        "data_name": adapter.dataset_name,
        "rows_path": str(held_out_rows(adapter, paths)),
        "rows_hash": adapter.dataset_hash,
    }


def evaluation_spec(request: EvaluationRequest) -> JobSpec:
    """The durable job: it goes on without the window. Result is an `EvaluationReport` without rows."""
    return JobSpec(
        task=EVALUATE,
        params=request.model_dump(mode="json"),
        title=f"Before and after of {request.adapter.name}",
        lane=LANE,
        durable=True,
        background=True,
    )


def is_finished(folder: Path) -> bool:
    return (folder / REPORT).is_file()


def load_report(folder: str | Path) -> EvaluationReport:
    """A finished report with its rows. Raises WorkbenchError when its folder is gone."""
    try:
        return EvaluationReport.model_validate_json((Path(folder) / REPORT).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise WorkbenchError(
            "The answers of this evaluation are gone.", hint="Evaluate again.", details=str(folder), code="no_file"
        ) from error
