"""transformers' Trainer with nothing left to chance: a fixed order of batches, and checkpoints that verify."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.finetune import loss
from workbench.finetune.base_model import quiet_libraries
from workbench.finetune.batching import IGNORED, collate, in_parts
from workbench.finetune.checkpoints import NEEDED, NEEDED_WHOLE, save_checkpoint
from workbench.finetune.group import agree, members, rank
from workbench.finetune.step_watch import StepWatch, TrainingJob, not_a_number
from workbench.finetune.types import Method, Precision

if TYPE_CHECKING:
    import torch


def build_trainer(job: TrainingJob, watch: StepWatch) -> Any:
    """A Trainer whose "epoch" is the whole schedule: one item per batch, in order, nothing left to chance."""
    import torch
    from transformers import PrinterCallback, Trainer, TrainerCallback, TrainingArguments

    class Watching(TrainerCallback):  # type: ignore[misc]  # transformers tells mypy nothing of its classes
        def on_train_begin(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
            if rank() == 0:
                watch.before_training(rest["model"])

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> Any:
            watch.step = state.global_step
            if rank() == 0:
                watch.after_step(state.global_step, control)
            control.should_log = True
            return control

        def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float], **rest: Any) -> None:
            if "loss" not in logs:
                return
            if rank() == 0:
                watch.after_log(rest["model"], state.global_step, logs, control)
            _follow(control)

    class ExactTrainer(Trainer):  # type: ignore[misc]  # as above
        def compute_loss(
            self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
        ) -> Any:
            summed, tokens = loss.summed_loss(model, inputs)
            items = max(1, int(num_items_in_batch) if num_items_in_batch is not None else tokens)
            # Gradients of a group are averaged: the sum of its members' losses is wanted.
            return summed / items if members() == 1 else summed / items * members()

        def training_step(self, model: Any, inputs: Any, num_items_in_batch: Any = None) -> Any:
            parts = in_parts(inputs, job.request.batch_parts if job.request else 1)
            if len(parts) == 1:
                return super().training_step(model, inputs, num_items_in_batch)
            items = num_items_in_batch or max(1, int((inputs["labels"] != IGNORED).sum()))
            return sum(super(ExactTrainer, self).training_step(model, part, items) for part in parts)

        def _get_train_sampler(self, *_: Any, **__: Any) -> Any:
            return torch.utils.data.SequentialSampler(self.train_dataset)

        def _save_checkpoint(self, model: Any, trial: Any) -> None:
            if rank() != 0:
                _follow(self.control)
                return
            step = self.state.global_step
            _check_weights(self.model, step, job)
            job.patience.write(
                lambda: save_checkpoint(
                    job.folder, step, self._write_checkpoint, needed=needed_files(job), best=watch.best_step
                )
            )
            watch.after_save(self.control)
            _follow(self.control)

        def _write_checkpoint(self, folder: Path) -> None:
            save_weights(self.model, folder)
            self._save_optimizer_and_scheduler(str(folder))
            self._save_rng_state(str(folder))
            if members() > 1:
                (folder / "rng_state_0.pth").rename(folder / "rng_state.pth")
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
        bf16=uses_bf16(config.precision),
        gradient_checkpointing=config.gradient_checkpointing,
        gradient_checkpointing_kwargs={"use_reentrant": False} if config.gradient_checkpointing else None,
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
        **_group_settings(),
    )
    if arguments.n_gpu > 1:
        arguments._n_gpu = 1  # else transformers spreads the model over threads, without our loss
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
    """The schedule as a data set of ready batches; in a group each of them in as many parts as there are members.

    accelerate hands item after item to member after member, so that the parts of a batch are computed together.
    """

    def __init__(self, job: TrainingJob) -> None:
        self._job = job
        self._parts = members()

    def __len__(self) -> int:
        return len(self._job.schedule.batches) * self._parts

    def __getitem__(self, index: int) -> "dict[str, torch.Tensor]":
        batch = self._job.schedule.batches[index // self._parts]
        return collate([self._job.rows[i] for i in batch[index % self._parts :: self._parts]])


def _group_settings() -> dict[str, Any]:
    """What accelerate wants to know of a group; nothing where a process trains alone."""
    import torch

    if members() == 1:
        return {}
    return {"ddp_find_unused_parameters": False, "ddp_backend": "nccl" if torch.cuda.is_available() else "gloo"}


def _follow(control: Any) -> None:
    """All members of a group save and stop when the first does."""
    control.should_save, control.should_training_stop = agree(control.should_save, control.should_training_stop)


def needed_files(job: TrainingJob) -> tuple[str, ...]:
    """What a checkpoint of this training must hold."""
    return NEEDED_WHOLE if job.config.method is Method.FULL else NEEDED


def save_weights(model: Any, folder: Path) -> None:
    """What is trained: the adapter of a PEFT model, every weight of another."""
    if hasattr(model, "peft_config"):
        save_peft(model, folder, "")
        return
    with quiet_libraries():
        model.save_pretrained(str(folder), max_shard_size="1TB")


def save_peft(model: Any, folder: Path, base_name: str) -> None:
    """The adapter as PEFT writes it. `base_name` goes into its configuration instead of a path of this machine."""
    with quiet_libraries():
        model.peft_config["default"].base_model_name_or_path = base_name
        model.save_pretrained(str(folder))
    (folder / "README.md").unlink(missing_ok=True)


def uses_bf16(precision: Precision) -> bool:
    """Autocast to bfloat16 where the hardware multiplies it: 1.5 times faster with AVX512-BF16 (measured).

    Decided from what the hardware can do, not by a stopwatch: the same machine must decide the same every time.
    """
    import torch

    if precision is not Precision.AUTO:
        return precision is Precision.BFLOAT16
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported())
    able = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return bool(able.get("avx512_bf16") or able.get("amx_bf16") or able.get("amx_tile"))


def _check_weights(model: Any, step: int, job: TrainingJob) -> None:
    """A snapshot of weights that are no numbers would only preserve the accident."""
    import torch

    for parameter in model.parameters():
        if parameter.requires_grad and not bool(torch.isfinite(parameter).all()):
            raise not_a_number(step, job.request)
