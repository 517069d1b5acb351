"""One training from rows to what comes out of it: an adapter, or a model of its own."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from workbench.datasets.rows_file import hash_file
from workbench.errors import WorkbenchError
from workbench.finetune import adapter_folder, perplexity, preflight, training, verification
from workbench.finetune.base_model import Agreement, BaseFiles, check_same_model, load_base, transformers_logits
from workbench.finetune.batching import build_schedule
from workbench.finetune.checkpoints import disk_full_in_words
from workbench.finetune.claiming import TrainingMemory
from workbench.finetune.disk_patience import DiskPatience
from workbench.finetune.engine_probe import EngineProbe
from workbench.finetune.exact_trainer import save_peft
from workbench.finetune.gguf.adapter import export_adapter
from workbench.finetune.group import device, leading
from workbench.finetune.library_versions import library_versions
from workbench.finetune.loss import losses_of
from workbench.finetune.made_model import ModelMaker, TrainedModel
from workbench.finetune.prepared import Prepared, prepare
from workbench.finetune.quantized import quantize_base
from workbench.finetune.run_folder import RunFolder
from workbench.finetune.sampling import Sampler
from workbench.finetune.step_watch import Control, TrainingJob
from workbench.finetune.types import (
    Adapter,
    Method,
    Objective,
    RunNote,
    RunStatus,
    StepMetrics,
    TrainingSample,
    TrainReport,
    TrainRequest,
    Verification,
)
from workbench.jobs.context import JobContext


@dataclass(slots=True)
class TrainingRun:
    """Everything that one training has open, step by step."""

    context: JobContext
    request: TrainRequest
    run: RunFolder
    control: Control
    files: BaseFiles
    base_hash: str
    probe: EngineProbe
    threads: int
    notes: list[RunNote] = field(default_factory=list)
    _before: perplexity.BlockLosses = ()
    _memory: TrainingMemory | None = None
    _patience: DiskPatience = field(init=False)
    _agreement: Agreement = field(default_factory=lambda: Agreement(0, 1.0, 0.0, 0.0, 1.0))

    def __post_init__(self) -> None:
        self._patience = DiskPatience(self.context.produce, self._gives_up)

    def go(self) -> TrainReport:
        """Train to the end, or until stopped. Raises WorkbenchError with a sentence."""
        prepared = prepare(self.request, self.probe, self.context.progress)
        self.notes += prepared.notes
        self._memory = self._memory_for(prepared)
        self._memory.claim()
        preflight.check_disk(self.request, Path(self.request.adapters_folder), self.run.root)
        samples = verification.choose_samples([row.ids for row in prepared.rows])
        model = self._load(samples)
        self._measure_before(model, prepared)
        with leading(self.request, self.run.root, self.threads):
            result = training.train(self._job(model, prepared))
        self.notes += result.notes
        report = TrainReport(
            finished=result.finished,
            steps=result.step,
            total_steps=result.total_steps,
            loss=result.loss,
            eval_loss=result.eval_loss,
            best_step=result.best_step,
            seconds=result.seconds,
            tokens_per_second=result.tokens_per_second,
            resumed_from=result.resumed_from,
            notes=tuple(self.notes),
        )
        if not result.finished:
            self.context.check_cancelled()
            return report
        self.context.progress(report.steps, report.total_steps, "Writing what was learned")
        report = self._publish(model, prepared, samples, report)
        self._patience.write(lambda: self.run.finish(report))
        return report

    def follow(self) -> None:
        """Make the steps of a group that another process leads."""
        import torch

        if torch.cuda.is_available():
            torch.cuda.set_device(device())
        prepared = prepare(self.request, self.probe)
        self._memory_for(prepared).arrange()
        model = self._load(verification.choose_samples([row.ids for row in prepared.rows]))
        job = self._job(model, prepared)
        training.train(replace(job, report=_silent, tell=_silent, resumed=self.run.metrics_seen, sampler=None))

    def _memory_for(self, prepared: Prepared) -> TrainingMemory:
        config = self.request.config
        at_once = config.model_copy(update={"batch_size": -(-config.batch_size // self.request.batch_parts)})
        title = f"Fine-tune {self.request.name}"
        return TrainingMemory(self.context, title, preflight.model_size(self.files.gguf), at_once, _longest(prepared))

    def _load(self, samples: Sequence[Sequence[int]]) -> Any:
        import torch

        torch.set_num_threads(self.threads)
        self.context.progress(0, 0, f"Loading {self.request.base.name}")
        model = load_base(self.files, self.request.base.name)
        self.context.progress(0, 0, "Comparing the base in the trainer and in llama.cpp")
        self._agreement = check_same_model(model, self.probe, samples, self.request.base.name)
        config = self.request.config
        if config.method is Method.FULL:
            torch.manual_seed(config.seed)
            return model.to(device())
        if config.method is Method.QLORA:
            model = quantize_base(model)
        model = training.add_lora(model, config)
        return model.to(device())

    def _measure_before(self, model: Any, prepared: Prepared) -> None:
        """How well the base predicts the held-out text; a fresh adapter changes nothing yet."""
        if self.request.config.objective is Objective.TEXT and prepared.held_out:
            self.context.progress(0, 0, "Measuring the base on held-out text")
            self._before = losses_of(model, prepared.held_out[: perplexity.BLOCKS], 1)

    def _job(self, model: Any, prepared: Prepared) -> TrainingJob:
        config = self.request.config
        schedule = build_schedule(
            [len(row.ids) for row in prepared.rows],
            batch_size=config.batch_size,
            accumulation=config.gradient_accumulation,
            epochs=config.epochs,
            seed=config.seed,
        )
        return TrainingJob(
            model=model,
            rows=prepared.rows,
            held_out=prepared.held_out,
            schedule=schedule,
            config=config,
            folder=self.run.root,
            control=self.control,
            check_cancelled=self.context.check_cancelled,
            report=self._report,
            tell=self._tell,
            patience=self._patience,
            request=self.request,
            sampler=Sampler(prepared.prompts, config.sample_tokens, self.probe) if prepared.prompts else None,
            resumed=self._replay,
        )

    def _replay(self, step: int) -> list[StepMetrics]:
        """Tell again what happened up to `step`, so that a resumed training has no hole."""
        earlier = self.run.metrics_until(step)
        for metrics in earlier:
            self.context.produce(metrics)
        for sample in self.run.samples_until(step or -1):  # those of step 0 are made anew
            self.context.produce(sample)
        return earlier

    def _report(self, metrics: StepMetrics) -> None:
        self._patience.write(lambda: self.run.append(metrics))
        self.context.produce(metrics)
        if self._memory is not None:
            self._memory.follow()
        if self.control.is_terminating:
            return  # progress would let the cancel take effect before the checkpoint is written
        self.context.progress(metrics.step, metrics.total, f"Training, loss {metrics.loss:.3f}")

    def _tell(self, told: RunStatus | TrainingSample) -> None:
        if isinstance(told, TrainingSample):
            self._patience.write(lambda: self.run.append(told))
        self.context.produce(told)

    def _gives_up(self) -> bool:
        """Whether the person, or the system that ends the session, does not want to wait for space."""
        if not self.control.is_terminating:
            self.context.check_cancelled()
        return self.control.stop_and_save

    # -- what comes out -----------------------------------------------------------------------------------------------

    def _publish(
        self, model: Any, prepared: Prepared, samples: Sequence[Sequence[int]], report: TrainReport
    ) -> TrainReport:
        if hash_file(self.files.gguf) != self.base_hash:
            raise WorkbenchError(
                f"The file of {self.request.base.name} was replaced during the training; "
                "what was learned does not fit it.",
                hint="Train again with the new file.",
                code="base_changed",
            )
        if self.request.config.makes_adapter:
            adapter = self._patience.write(lambda: self._publish_adapter(model, samples, report, prepared))
            return report.model_copy(update={"adapter": adapter})
        gain = None
        if self._before:
            after = losses_of(model, prepared.held_out[: perplexity.BLOCKS], 1)
            gain = perplexity.text_gain(self._before, after, self.request.config.seed)
        self.context.progress(report.steps, report.total_steps, "Writing the model and comparing both engines")
        trained = TrainedModel.of(model, samples)
        maker = ModelMaker(self.request, self.files, self.base_hash, self._agreement.rms_difference, self.threads)
        made, notes = self._patience.write(lambda: maker.make(trained, report, prepared.row_count, gain))
        return report.model_copy(update={"made": made, "gain": gain, "notes": (*report.notes, *notes)})

    def _publish_adapter(
        self, model: Any, samples: Sequence[Sequence[int]], report: TrainReport, prepared: Prepared
    ) -> Adapter:
        request = self.request
        adapters = Path(request.adapters_folder)
        adapters.mkdir(parents=True, exist_ok=True)
        staging = adapter_folder.stage(request.name, adapters)
        peft_folder, gguf = staging / adapter_folder.PEFT, staging / adapter_folder.GGUF
        with disk_full_in_words(adapters):
            save_peft(model, peft_folder, request.base.name)
            export_adapter(peft_folder, self.files.gguf, gguf, request.name)
        self.context.progress(
            report.steps, report.total_steps, "Checking that llama.cpp answers like the trained adapter"
        )
        verified = self._verify(model, samples, gguf)
        final = adapters / request.name
        adapter = Adapter(
            name=request.name,
            folder=str(final),
            gguf_path=str(final / adapter_folder.GGUF),
            gguf_hash=hash_file(gguf),
            peft_hash=hash_file(peft_folder / "adapter_model.safetensors"),
            base_name=request.base.name,
            base_path=request.base.path,
            base_hash=self.base_hash,
            method=request.config.method.value,
            rank=request.config.rank,
            rows=prepared.row_count,
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
        return adapter_folder.publish(staging, adapter, verified, self.run.metrics_path)

    def _verify(self, model: Any, samples: Sequence[Sequence[int]], gguf: Path) -> Verification:
        def base(ids: Sequence[int]) -> Any:
            with model.disable_adapter():
                return transformers_logits(model, ids)

        return verification.verify(
            samples,
            trained=lambda ids: transformers_logits(model, ids),
            base=base,
            exported=lambda ids: self.probe.logits(ids, gguf),
            engine_base=self.probe.logits,
            name=self.request.name,
        )


def _longest(prepared: Prepared) -> int:
    """Tokens of the longest row."""
    return max(len(row.ids) for row in (*prepared.rows, *prepared.held_out))


def _silent(_told: object) -> None:
    """Another process says it."""
