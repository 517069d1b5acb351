"""The training loop: transformers' Trainer with a fixed order of batches, loss on answers only, exact resume.

Nothing random happens while it runs (order of rows: `batching`; no workers; dropout through torch's saved state), so a
training that was killed and went on gives the same bytes as one that was not.
"""

import math
import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.finetune.base_model import quiet_libraries
from workbench.finetune.batching import IGNORED, Schedule, collate, length_batches
from workbench.finetune.checkpoints import newest_good, save_checkpoint
from workbench.finetune.encoding import EncodedRow
from workbench.finetune.types import RunNote, StepMetrics, TrainingConfig

if TYPE_CHECKING:
    import torch

TAIL_SHARE = 10
"""The loss of a training is the mean of its last tenth of steps."""


@dataclass(slots=True)
class Control:
    """What the person asked of a running training. Set from other threads, read between steps."""

    stop_and_save: bool = False
    paused: bool = False

    def command(self, name: str, _arguments: dict[str, Any]) -> None:
        """ "stop", "pause", "resume"; anything else is not for a training."""
        match name:
            case "stop":
                self.stop_and_save = True
            case "pause":
                self.paused = True
            case "resume":
                self.paused = False


@dataclass(frozen=True, slots=True)
class TrainingJob:
    """Everything for one training, loaded and encoded."""

    model: Any
    """The PEFT model."""
    rows: Sequence[EncodedRow]
    held_out: Sequence[EncodedRow]
    schedule: Schedule
    config: TrainingConfig
    folder: Path
    """Where checkpoints lie."""
    control: Control
    check_cancelled: Callable[[], None]
    report: Callable[[StepMetrics], None]
    resumed: Callable[[int], Sequence[StepMetrics]] = lambda step: ()
    """Called with the step of the checkpoint that it goes on from; gives the figures of the steps before."""


@dataclass(frozen=True, slots=True)
class TrainingResult:
    finished: bool
    step: int
    total_steps: int
    loss: float | None
    eval_loss: float | None
    seconds: float
    tokens_per_second: float
    resumed_from: int
    notes: tuple[RunNote, ...] = ()


def add_lora(model: Any, config: TrainingConfig) -> Any:
    """The model with fresh adapters, initialised from the seed."""
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(config.seed)
    settings = LoraConfig(
        r=config.rank,
        lora_alpha=config.alpha,  # type: ignore[arg-type,unused-ignore]
        lora_dropout=config.dropout,
        target_modules=sorted(config.targets),
        bias="none",
        task_type="CAUSAL_LM",
    )
    with quiet_libraries():
        return get_peft_model(model, settings)


def save_peft(model: Any, folder: Path, base_name: str) -> None:
    """The adapter as PEFT writes it. `base_name` goes into its configuration instead of a path of this machine."""
    with quiet_libraries():
        model.peft_config["default"].base_model_name_or_path = base_name
        model.save_pretrained(str(folder))
    (folder / "README.md").unlink(missing_ok=True)


def train(job: TrainingJob) -> TrainingResult:
    """Train to the end, or until stopped. Raises WorkbenchError with a sentence (loss not a number, disk full, ...)."""
    checkpoint, refused = newest_good(job.folder)
    earlier = job.resumed(checkpoint.step if checkpoint else 0)
    watch = _Watch(job, started=time.monotonic(), losses=[metrics.loss for metrics in earlier])
    watch.eval_loss = next((m.eval_loss for m in reversed(earlier) if m.eval_loss is not None), None)
    with quiet_libraries():
        trainer = _build_trainer(job, watch)
        if checkpoint and checkpoint.step < job.schedule.steps:
            watch.first_step = checkpoint.step
            trainer.train(resume_from_checkpoint=str(checkpoint.folder))
        elif checkpoint:
            trainer._load_from_checkpoint(str(checkpoint.folder))  # only what comes after the last step is missing
            watch.step = watch.first_step = checkpoint.step
        else:
            trainer.train()
    return TrainingResult(
        finished=watch.step >= job.schedule.steps,
        step=watch.step,
        total_steps=job.schedule.steps,
        loss=watch.tail_loss(),
        eval_loss=watch.eval_loss,
        seconds=time.monotonic() - watch.started,
        tokens_per_second=watch.tokens_per_second(),
        resumed_from=checkpoint.step if checkpoint else 0,
        notes=tuple(RunNote(message=message) for message in refused),
    )


def mean_loss(model: Any, rows: Sequence[EncodedRow], batch_size: int) -> float:
    """Mean cross-entropy over the trained tokens of `rows`, in nats, without dropout."""
    import torch

    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for batch in length_batches([len(row.ids) for row in rows], batch_size):
            inputs = {name: values.to(model.device) for name, values in collate([rows[i] for i in batch]).items()}
            summed, tokens = _summed_loss(model, inputs)
            total += float(summed)
            count += tokens
    model.train(was_training)
    return total / max(1, count)


@dataclass(slots=True)
class _Watch:
    """What happens between two steps: figures, held-out loss, cancel, stop, pause, when to save."""

    job: TrainingJob
    started: float
    step: int = 0
    first_step: int = 0
    eval_loss: float | None = None
    last_saved: float = field(default_factory=time.monotonic)
    losses: list[float] = field(default_factory=list)
    tokens: int = 0
    measuring_seconds: float = 0.0
    begun: float = 0.0
    """When the first step began; loading does not count."""

    def before_training(self) -> None:
        self.begun = self.last_saved = time.monotonic()

    def after_step(self, step: int, control: Any) -> None:
        """`control` is the Trainer's: this decides whether it saves or stops."""
        self.step = step
        self.job.check_cancelled()
        while self.job.control.paused and not self.job.control.stop_and_save:
            time.sleep(0.2)
            self.job.check_cancelled()
        config, steps = self.job.config, self.job.schedule.steps
        due = time.monotonic() - self.last_saved >= config.checkpoint_seconds
        if self.job.control.stop_and_save and step < steps:
            control.should_save = control.should_training_stop = True
        elif due or step >= steps:
            control.should_save = True
        if control.should_save:
            self.last_saved = time.monotonic()

    def after_log(self, model: Any, step: int, logs: dict[str, float]) -> None:
        loss = float(logs["loss"])
        if not math.isfinite(loss):
            raise _not_a_number(step)
        self.losses.append(loss)
        self.tokens += self._tokens_of(step)
        eval_loss = self._measure(model) if self._is_epoch_end(step) else None
        self.job.report(
            StepMetrics(
                step=step,
                total=self.job.schedule.steps,
                epoch=step / max(1, self.job.schedule.steps_per_epoch),
                loss=loss,
                eval_loss=eval_loss,
                learning_rate=float(logs.get("learning_rate", 0.0)),
                tokens_per_second=self.tokens_per_second(),
                eta_seconds=self._eta(step),
                memory_bytes=_resident_bytes(),
            )
        )

    def tokens_per_second(self) -> float:
        spent = time.monotonic() - self.begun - self.measuring_seconds
        return self.tokens / spent if self.begun and spent > 0 else 0.0

    def tail_loss(self) -> float | None:
        if not self.losses:
            return None
        tail = self.losses[-max(1, self.job.schedule.steps // TAIL_SHARE) :]
        return sum(tail) / len(tail)

    def _tokens_of(self, step: int) -> int:
        per_step = self.job.schedule.accumulation
        batches = self.job.schedule.batches[(step - 1) * per_step : step * per_step]
        return sum(len(self.job.rows[index].ids) for batch in batches for index in batch)

    def _is_epoch_end(self, step: int) -> bool:
        return bool(self.job.held_out) and step % max(1, self.job.schedule.steps_per_epoch) == 0

    def _measure(self, model: Any) -> float:
        began = time.monotonic()
        self.eval_loss = mean_loss(model, self.job.held_out, self.job.config.batch_size)
        self.measuring_seconds += time.monotonic() - began
        return self.eval_loss

    def _eta(self, step: int) -> float:
        done = step - self.first_step
        left = self.job.schedule.steps - step
        return (time.monotonic() - self.begun) / done * left if done else 0.0


def _build_trainer(job: TrainingJob, watch: _Watch) -> Any:
    """A Trainer whose "epoch" is the whole schedule: one item per batch, in order, nothing left to chance."""
    import torch
    from transformers import PrinterCallback, Trainer, TrainerCallback, TrainingArguments

    class Watching(TrainerCallback):  # type: ignore[misc]
        def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            watch.before_training()

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> Any:
            watch.after_step(state.global_step, control)
            control.should_log = True
            return control

        def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float], **rest: Any) -> None:
            if "loss" in logs:
                watch.after_log(rest["model"], state.global_step, logs)

    class ExactTrainer(Trainer):  # type: ignore[misc]
        def compute_loss(
            self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
        ) -> Any:
            summed, tokens = _summed_loss(model, inputs)
            return summed / max(1, int(num_items_in_batch) if num_items_in_batch is not None else tokens)

        def _get_train_sampler(self, *_: Any, **__: Any) -> Any:
            return torch.utils.data.SequentialSampler(self.train_dataset)

        def _save_checkpoint(self, model: Any, trial: Any) -> None:
            _check_weights(self.model, self.state.global_step)
            save_checkpoint(job.folder, self.state.global_step, self._write_checkpoint)

        def _write_checkpoint(self, folder: Path) -> None:
            save_peft(self.model, folder, "")
            self._save_optimizer_and_scheduler(str(folder))
            self._save_rng_state(str(folder))
            self.state.save_to_json(str(folder / "trainer_state.json"))

    config = job.config
    arguments = TrainingArguments(
        output_dir=str(job.folder),
        num_train_epochs=1,
        per_device_train_batch_size=1,  # one item is one ready batch
        gradient_accumulation_steps=config.gradient_accumulation,
        learning_rate=config.learning_rate,
        lr_scheduler_type=config.schedule.value if config.schedule != "constant" else "constant_with_warmup",
        warmup_steps=int(config.warmup_share * job.schedule.steps),
        weight_decay=config.weight_decay,
        max_grad_norm=config.max_gradient_norm,
        seed=config.seed,
        data_seed=config.seed,
        bf16=_uses_bf16(),
        use_cpu=not torch.cuda.is_available(),
        save_strategy="no",
        eval_strategy="no",
        logging_strategy="no",
        logging_nan_inf_filter=False,
        report_to=[],
        disable_tqdm=True,
        dataloader_num_workers=0,
        dataloader_pin_memory=False,
        remove_unused_columns=False,
        label_names=["labels"],
    )
    trainer = ExactTrainer(
        model=job.model,
        args=arguments,
        train_dataset=_Batches(job),
        data_collator=lambda items: items[0],
        callbacks=[Watching()],
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


class _Batches:
    """The schedule as a data set of ready batches."""

    def __init__(self, job: TrainingJob) -> None:
        self._job = job

    def __len__(self) -> int:
        return len(self._job.schedule.batches)

    def __getitem__(self, index: int) -> "dict[str, torch.Tensor]":
        return collate([self._job.rows[i] for i in self._job.schedule.batches[index]])


def _summed_loss(model: Any, inputs: Any) -> "tuple[torch.Tensor, int]":
    """Sum of the cross-entropy of the trained tokens, and how many they are.

    Logits are computed only at positions where some row of the batch learns: with a vocabulary of 150,000 they are what
    fills the memory.
    """
    import torch

    ids, labels = inputs["input_ids"], inputs["labels"]
    wanted = labels[:, 1:] != IGNORED
    positions = wanted.any(dim=0).nonzero().squeeze(1)
    if not len(positions):
        return model(input_ids=ids, logits_to_keep=1).logits.sum() * 0.0, 0
    logits = model(input_ids=ids, logits_to_keep=positions).logits
    targets = labels[:, 1:][:, positions]
    summed = torch.nn.functional.cross_entropy(
        logits.float().flatten(0, 1), targets.flatten(), ignore_index=IGNORED, reduction="sum"
    )
    return summed, int(wanted.sum())


def _uses_bf16() -> bool:
    """Autocast to bfloat16 where the hardware multiplies it: 1.5 times faster with AVX512-BF16 (measured).

    Decided from what the hardware can do, not by a stopwatch: the same machine must decide the same every time.
    """
    import torch

    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported())
    able = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return bool(able.get("avx512_bf16") or able.get("amx_bf16") or able.get("amx_tile"))


def _check_weights(model: Any, step: int) -> None:
    """A snapshot of weights that are no numbers would only preserve the accident."""
    import torch

    for parameter in model.parameters():
        if parameter.requires_grad and not bool(torch.isfinite(parameter).all()):
            raise _not_a_number(step)


def _not_a_number(step: int) -> WorkbenchError:
    return WorkbenchError(
        f"The training went out of bounds at step {step}: the loss is no longer a number.",
        hint="Start it again with a smaller learning rate.",
        code="loss_not_finite",
    )


def _resident_bytes() -> int:
    import psutil

    return int(psutil.Process(os.getpid()).memory_info().rss)


def free_bytes(folder: Path) -> int:
    """Free space of the disk that will hold `folder`."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free
