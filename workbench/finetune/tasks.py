"""What the training room does in worker processes."""

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.datasets.rows_file import hash_file, read_rows
from workbench.datasets.splits import Split, split_rows
from workbench.datasets.types import TrainingRow
from workbench.errors import WorkbenchError
from workbench.finetune import adapter_folder, preflight, training, verification
from workbench.finetune.base_model import BaseFiles, check_same_model, load_base, locate_base, transformers_logits
from workbench.finetune.batching import build_schedule
from workbench.finetune.converting import ConvertReport, ConvertRequest, convert_folder
from workbench.finetune.encoding import EncodedRow, encode_rows
from workbench.finetune.engine_probe import EngineProbe
from workbench.finetune.exact_trainer import save_peft
from workbench.finetune.gguf.adapter import export_adapter
from workbench.finetune.library_versions import library_versions
from workbench.finetune.preview import PreviewReport, PreviewRequest, preview_rows
from workbench.finetune.run_folder import RunFolder
from workbench.finetune.step_watch import Control, TrainingJob
from workbench.finetune.types import (
    Adapter,
    ExportReport,
    ExportRequest,
    RunNote,
    StepMetrics,
    TrainReport,
    TrainRequest,
    Verification,
)
from workbench.jobs.context import JobContext
from workbench.jobs.memory_claims import MemoryClaim, claim_memory


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
    finally:
        run.close()


def estimate(context: JobContext, request: TrainRequest) -> preflight.Preflight:
    """Memory, time and disk of a training, before it is started; also what would be cut or left out."""
    with EngineProbe(locate_base(request.base).gguf, context.threads) as probe:
        context.progress(0, 0, "Counting tokens")
        split = _split(request)
        turns, longest = request.config.trained_turns, _longest(request, probe)
        encoded = encode_rows(split.training, probe, turns, longest)
        held_out = encode_rows(split.validation, probe, turns, longest).rows if split.validation else ()
        return preflight.estimate(request, encoded, context.threads, held_out)


def preview(context: JobContext, request: PreviewRequest) -> PreviewReport:
    """The exact tokens of a few rows, and which of them are learned."""
    with EngineProbe(locate_base(request.base).gguf, context.threads) as probe:
        return preview_rows(request, probe)


def export(context: JobContext, request: ExportRequest) -> ExportReport:
    """Write an adapter in another form, and prove that it answers the same."""
    from workbench.finetune.exporting import export_to

    return export_to(context, request)


def convert(context: JobContext, request: ConvertRequest) -> ConvertReport:
    """A transformers folder as one GGUF file of the library, proved against the folder."""
    return convert_folder(context, request)


def _train_in(context: JobContext, request: TrainRequest, run: RunFolder) -> TrainReport:
    control = Control()
    context.on_command(control.command)
    adapters = Path(request.adapters_folder)
    if _was_deleted(run, adapters / request.name):
        run.forget()
    if run.is_new:
        adapter_folder.check_free(request.name, adapters)
    context.progress(0, 0, f"Checking {request.base.name}")
    files = locate_base(request.base)
    base_hash = hash_file(files.gguf)
    identity = run.identify(request, base_hash, max(1, context.threads))
    if report := _already_done(request, run, adapters, base_hash):
        return report
    with EngineProbe(files.gguf, identity.threads) as probe:
        return _Training(context, request, run, control, files, base_hash, probe, identity.threads).go()


def _was_deleted(run: RunFolder, adapter: Path) -> bool:
    """Whether the training came to its end and the user threw away what it made."""
    report = run.finished_report()
    return report is not None and report.adapter is not None and not adapter.exists()


def _already_done(request: TrainRequest, run: RunFolder, adapters: Path, base_hash: str) -> TrainReport | None:
    """The report of a finished training; also of one that was killed after its adapter became visible."""
    if report := run.finished_report():
        return report
    folder = adapters / request.name
    if not folder.exists():
        return None
    adapter = adapter_folder.read_card(folder)
    if (adapter.base_hash, adapter.dataset_hash) != (base_hash, request.rows_hash):
        adapter_folder.check_free(request.name, adapters)
    report = TrainReport(
        finished=True,
        adapter=adapter,
        steps=adapter.steps,
        total_steps=adapter.steps,
        loss=adapter.loss,
        eval_loss=adapter.eval_loss,
        seconds=adapter.seconds,
    )
    run.finish(report)
    return report


class _Training:
    """One training from rows to adapter folder, step by step."""

    def __init__(
        self,
        context: JobContext,
        request: TrainRequest,
        run: RunFolder,
        control: Control,
        files: BaseFiles,
        base_hash: str,
        probe: EngineProbe,
        threads: int,
    ) -> None:
        self._context = context
        self._request = request
        self._run = run
        self._control = control
        self._files = files
        self._base_hash = base_hash
        self._probe = probe
        self._threads = threads
        self._notes: list[RunNote] = []

    def go(self) -> TrainReport:
        rows, held_out = self._encode()
        self._claim_memory(max(len(row.ids) for row in (*rows, *held_out)))
        preflight.check_disk(self._request, Path(self._request.adapters_folder), self._run.root)
        samples = verification.choose_samples([row.ids for row in rows])
        model = self._load(samples)
        result = training.train(self._job(model, rows, held_out))
        self._notes += result.notes
        report = TrainReport(
            finished=result.finished,
            steps=result.step,
            total_steps=result.total_steps,
            loss=result.loss,
            eval_loss=result.eval_loss,
            seconds=result.seconds,
            tokens_per_second=result.tokens_per_second,
            resumed_from=result.resumed_from,
            notes=tuple(self._notes),
        )
        if not result.finished:
            self._context.check_cancelled()
            return report
        report = report.model_copy(update={"adapter": self._publish(model, samples, report, len(rows))})
        self._run.finish(report)
        return report

    def _claim_memory(self, longest: int) -> None:
        """Say what will be needed at worst: chat models that are idle make way, others are loaded only beside it."""
        folder = self._context.run_folder
        if folder is None:
            return
        peak = preflight.peak_memory(preflight.model_size(self._files.gguf), self._request.config, longest)
        claim = MemoryClaim(title=f"Fine-tune {self._request.name}", peak_bytes=peak)
        claim_memory(folder, claim)
        self._context.produce(claim)

    def _encode(self) -> tuple[Sequence[EncodedRow], Sequence[EncodedRow]]:
        self._context.progress(0, 0, "Reading rows")
        split = _split(self._request)
        encoded = self._encode_some(split.training)
        self._notes += encoded.notes
        held_out = self._encode_some(split.validation).rows if split.validation else ()
        return encoded.rows, held_out

    def _encode_some(self, rows: Sequence[TrainingRow]) -> Any:
        def tell(done: int) -> None:
            if done % 50 == 0:
                self._context.progress(done, len(rows), "Turning rows into tokens")

        longest = _longest(self._request, self._probe)
        return encode_rows(rows, self._probe, self._request.config.trained_turns, longest, tell)

    def _load(self, samples: Sequence[Sequence[int]]) -> Any:
        import torch

        torch.set_num_threads(self._threads)
        self._context.progress(0, 0, f"Loading {self._request.base.name}")
        model = load_base(self._files, self._request.base.name)
        self._context.progress(0, 0, "Comparing the base in the trainer and in llama.cpp")
        check_same_model(model, self._probe, samples, self._request.base.name)
        model = training.add_lora(model, self._request.config)
        return model.to("cuda") if torch.cuda.is_available() else model

    def _job(self, model: Any, rows: Sequence[EncodedRow], held_out: Sequence[EncodedRow]) -> TrainingJob:
        config = self._request.config
        schedule = build_schedule(
            [len(row.ids) for row in rows],
            batch_size=config.batch_size,
            accumulation=config.gradient_accumulation,
            epochs=config.epochs,
            seed=config.seed,
        )
        return TrainingJob(
            model=model,
            rows=rows,
            held_out=held_out,
            schedule=schedule,
            config=config,
            folder=self._run.root,
            control=self._control,
            check_cancelled=self._context.check_cancelled,
            report=self._report,
            resumed=self._replay,
        )

    def _replay(self, step: int) -> list[StepMetrics]:
        """Tell again what happened up to `step`, so that the curve of a resumed training has no hole."""
        earlier = self._run.metrics_until(step)
        for metrics in earlier:
            self._context.produce(metrics)
        return earlier

    def _report(self, metrics: StepMetrics) -> None:
        self._run.append(metrics)
        self._context.produce(metrics)
        if self._control.is_terminating:
            return  # progress would let the cancel take effect before the checkpoint is written
        self._context.progress(metrics.step, metrics.total, f"Training, loss {metrics.loss:.3f}")

    def _publish(self, model: Any, samples: Sequence[Sequence[int]], report: TrainReport, rows: int) -> Adapter:
        self._context.progress(report.steps, report.total_steps, "Writing the adapter")
        request = self._request
        adapters = Path(request.adapters_folder)
        adapters.mkdir(parents=True, exist_ok=True)
        staging = adapter_folder.stage(request.name, adapters)
        peft_folder, gguf = staging / adapter_folder.PEFT, staging / adapter_folder.GGUF
        save_peft(model, peft_folder, request.base.name)
        export_adapter(peft_folder, self._files.gguf, gguf, request.name)
        self._context.progress(
            report.steps, report.total_steps, "Checking that llama.cpp answers like the trained adapter"
        )
        verified = self._verify(model, samples, gguf)
        if hash_file(self._files.gguf) != self._base_hash:
            raise WorkbenchError(
                f"The file of {request.base.name} was replaced during the training; the adapter would not fit it.",
                hint="Train again with the new file.",
                code="base_changed",
            )
        final = adapters / request.name
        adapter = Adapter(
            name=request.name,
            folder=str(final),
            gguf_path=str(final / adapter_folder.GGUF),
            gguf_hash=hash_file(gguf),
            peft_hash=hash_file(peft_folder / "adapter_model.safetensors"),
            base_name=request.base.name,
            base_path=request.base.path,
            base_hash=self._base_hash,
            rank=request.config.rank,
            rows=rows,
            dataset_name=request.dataset_name,
            dataset_hash=request.rows_hash,
            config=request.config,
            steps=report.steps,
            loss=report.loss,
            eval_loss=report.eval_loss,
            seconds=report.seconds,
            created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            versions=library_versions(),
        )
        return adapter_folder.publish(staging, adapter, verified, self._run.metrics_path)

    def _verify(self, model: Any, samples: Sequence[Sequence[int]], gguf: Path) -> Verification:
        def base(ids: Sequence[int]) -> Any:
            with model.disable_adapter():
                return transformers_logits(model, ids)

        return verification.verify(
            samples,
            trained=lambda ids: transformers_logits(model, ids),
            base=base,
            exported=lambda ids: self._probe.logits(ids, gguf),
            engine_base=self._probe.logits,
            name=self._request.name,
        )


def _split(request: TrainRequest) -> Split:
    """The rows to train and those held out; the same for the estimate and for the training."""
    rows = read_rows(Path(request.rows_path), request.rows_hash)
    return split_rows(rows, request.config.validation_share, request.config.seed)


def _longest(request: TrainRequest, probe: EngineProbe) -> int:
    """Tokens that a row may have: what was asked for, and never more than the base was made for."""
    asked = request.config.max_length
    if asked > probe.context_length:
        raise WorkbenchError(
            f"{request.base.name} sees {probe.context_length} tokens, but rows of {asked} were asked for.",
            hint=f"Choose at most {probe.context_length}.",
            code="too_long",
        )
    return asked or probe.context_length
