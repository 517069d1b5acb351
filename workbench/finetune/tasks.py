"""What the training room does in worker processes."""

from pathlib import Path

from workbench.datasets.rows_file import hash_file
from workbench.datasets.tasks import InspectReport, PrepareReport, inspect
from workbench.datasets.tasks import prepare as prepare_rows
from workbench.errors import WorkbenchError
from workbench.finetune import adapter_folder, preflight
from workbench.finetune.base_model import locate_base
from workbench.finetune.checkpoints import list_checkpoints
from workbench.finetune.converting import ConvertReport, ConvertRequest, convert_folder
from workbench.finetune.engine_probe import EngineProbe
from workbench.finetune.made_model import check_free_model, read_made
from workbench.finetune.prepared import REFUSALS, prepare
from workbench.finetune.preview import PreviewReport, PreviewRequest, preview_rows
from workbench.finetune.row_checks import InspectForBaseRequest, PrepareForBaseRequest, base_findings
from workbench.finetune.run_folder import RunFolder
from workbench.finetune.scratch.sizes import ScratchEstimate
from workbench.finetune.scratch_estimate import estimate_scratch
from workbench.finetune.scratch_run import ScratchRun
from workbench.finetune.step_watch import Control
from workbench.finetune.sweeps import SweepReport, SweepRequest, run_sweep
from workbench.finetune.text_folder import GatherReport, GatherRequest, gather_texts
from workbench.finetune.training_run import TrainingRun
from workbench.finetune.types import Adapter, ExportReport, ExportRequest, MadeModel, TrainReport, TrainRequest
from workbench.jobs.context import JobContext


def train(context: JobContext, request: TrainRequest) -> TrainReport:
    """Train an adapter, or go on with it; produces `StepMetrics` for each step.

    The run folder says how far it is: a finished one is not trained further, one with other settings is refused.
    Commands: "stop" saves and ends, "pause" and "resume".
    """
    root = request.work_folder or context.run_folder
    if root is None:
        raise ValueError("a training needs a run folder")
    adapter_folder.check_name(request.name)
    run = RunFolder(Path(root))
    run.open()
    try:
        return _train_in(context, request, run)
    except WorkbenchError as problem:
        if problem.code in REFUSALS and not list_checkpoints(run.root):
            run.forget()  # it never began, so there is nothing to go on with
        raise
    finally:
        run.close()


def estimate(context: JobContext, request: preflight.EstimateRequest) -> preflight.Preflight:
    """Memory, time and disk of a training, before it is started; also what would be cut or left out.

    Produced at once with the time as it is reckoned; the result has it from a few batches, where the training fits.
    """
    training = request.training
    with EngineProbe(locate_base(training.base).gguf, context.threads) as probe:
        context.progress(0, 0, "Counting tokens")
        prepared = prepare(training, probe, context.progress)
        found = preflight.estimate(training, prepared.encoded, context.threads, prepared.held_out, request.idle)
    if not (found.fits and request.is_timed):
        return found
    context.produce(found)
    return preflight.with_measured_time(found, context, training, prepared.rows, prepared.held_out)


def estimate_from_scratch(context: JobContext, request: TrainRequest) -> ScratchEstimate:
    """Time and memory of a model from scratch, and what a big one would take."""
    return estimate_scratch(context, request)


def preview(context: JobContext, request: PreviewRequest) -> PreviewReport:
    """The exact tokens of a few rows, and which of them are learned."""
    with EngineProbe(locate_base(request.base).gguf, context.threads) as probe:
        return preview_rows(request, probe)


def inspect_for_base(context: JobContext, request: InspectForBaseRequest) -> InspectReport:
    """What is wrong with the rows of a file, also for this base."""
    choice = request.choice
    with EngineProbe(locate_base(choice.base).gguf, context.threads) as probe:
        return inspect(context, request.inspect, lambda rows: base_findings(rows, choice, probe, context.progress))


def prepare_for_base(context: JobContext, request: PrepareForBaseRequest) -> PrepareReport:
    """A data set of a file, without the rows that do not fit this base where that is wanted."""
    choice = request.choice
    with EngineProbe(locate_base(choice.base).gguf, context.threads) as probe:
        return prepare_rows(context, request.prepare, lambda rows: base_findings(rows, choice, probe, context.progress))


def export(context: JobContext, request: ExportRequest) -> ExportReport:
    """Write an adapter in another form, and prove that it answers the same."""
    from workbench.finetune.exporting import export_to

    return export_to(context, request)


def gather(context: JobContext, request: GatherRequest) -> GatherReport:
    """The plain text files of a folder as a data set for continued pre-training."""
    return gather_texts(context, request)


def sweep(context: JobContext, request: SweepRequest) -> SweepReport:
    """One training for each combination of settings, and the best of them by held-out loss."""
    return run_sweep(context, request, train)


def convert(context: JobContext, request: ConvertRequest) -> ConvertReport:
    """A transformers folder as one GGUF file of the library, proved against the folder."""
    return convert_folder(context, request)


def _train_in(context: JobContext, request: TrainRequest, run: RunFolder) -> TrainReport:
    control = Control()
    context.on_command(control.command)
    if _was_deleted(run, request):
        run.forget()
    if run.is_new:
        _check_free(request)
    if request.scratch is not None:
        return _from_scratch(context, request, run, control)
    context.progress(0, 0, f"Checking {request.base.name}")
    files = locate_base(request.base)
    base_hash = hash_file(files.gguf)
    identity = run.identify(request, base_hash, max(1, context.threads))
    if report := _already_done(request, run, base_hash):
        return report
    with EngineProbe(files.gguf, identity.threads) as probe:
        return TrainingRun(context, request, run, control, files, base_hash, probe, identity.threads).go()


def _from_scratch(context: JobContext, request: TrainRequest, run: RunFolder, control: Control) -> TrainReport:
    identity = run.identify(request, "", max(1, context.threads))
    if report := _already_done(request, run, ""):
        return report
    return ScratchRun(context, request, run, control, identity.threads).go()


def _was_deleted(run: RunFolder, request: TrainRequest) -> bool:
    """Whether the training came to its end and the user threw away what it made."""
    report = run.finished_report()
    if report is None:
        return False
    if report.made is not None:
        return not (Path(request.models_folder) / request.name).exists()
    return report.adapter is not None and not (Path(request.adapters_folder) / request.name).exists()


def _check_free(request: TrainRequest) -> None:
    if request.config.makes_adapter:
        adapter_folder.check_free(request.name, Path(request.adapters_folder))
    else:
        check_free_model(request.name, Path(request.models_folder))


def _already_done(request: TrainRequest, run: RunFolder, base_hash: str) -> TrainReport | None:
    """The report of a finished training; also of one that was killed after what it made became visible."""
    if report := run.finished_report():
        return report
    made: Adapter | MadeModel | None = None
    if request.config.makes_adapter:
        folder = Path(request.adapters_folder) / request.name
        made = adapter_folder.read_card(folder) if folder.exists() else None
    else:
        made = read_made(Path(request.models_folder) / request.name)
    if made is None or (made.base_hash, made.dataset_hash) != (base_hash, request.rows_hash):
        _check_free(request)
        return None
    report = TrainReport(
        finished=True,
        adapter=made if isinstance(made, Adapter) else None,
        made=made if isinstance(made, MadeModel) else None,
        gain=made.gain if isinstance(made, MadeModel) else None,
        steps=made.steps,
        total_steps=made.steps,
        loss=made.loss,
        eval_loss=made.eval_loss,
        seconds=made.seconds,
    )
    run.finish(report)
    return report
