"""A training from a loaded base to trained weights, or on from where it was stopped or killed.

Nothing random happens while it runs (order of rows: `batching`; no workers; dropout through torch's saved state), so a
training that was killed and went on gives the same bytes as one that was not.
"""

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.finetune.base_model import quiet_libraries
from workbench.finetune.checkpoints import list_checkpoints, newest_good, problem_with
from workbench.finetune.exact_trainer import build_trainer, needed_files
from workbench.finetune.gguf.architectures import family_of_config
from workbench.finetune.out_of_memory import is_out_of_memory, memory_ran_out
from workbench.finetune.step_watch import StepWatch, TrainingJob
from workbench.finetune.types import RunNote, TrainingConfig


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
    best_step: int = 0
    """Whose weights were kept; 0: the last step's."""
    notes: tuple[RunNote, ...] = ()


def add_lora(model: Any, config: TrainingConfig) -> Any:
    """The model with fresh adapters, initialised from the seed."""
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(config.seed)
    settings = LoraConfig(
        r=config.rank,
        # Declared as int, but only divided by the rank; not every version of peft says so.
        lora_alpha=config.alpha,  # type: ignore[arg-type,unused-ignore]
        lora_dropout=config.dropout,
        target_modules=modules_of(model, config.targets),
        bias="none",
        task_type="CAUSAL_LM",
    )
    with quiet_libraries():
        return get_peft_model(model, settings)


def modules_of(model: Any, projections: Sequence[str]) -> list[str]:
    """The model's linear layers that hold these projections: some families join q, k and v into one."""
    family = family_of_config(model.config.model_type)
    return family.modules(projections) if family is not None else sorted(projections)


def train(job: TrainingJob) -> TrainingResult:
    """Train to the end, or until stopped. Raises WorkbenchError with a sentence (loss not a number, disk full, ...)."""
    checkpoint, refused = newest_good(job.folder, needed_files(job))
    earlier = job.resumed(checkpoint.step if checkpoint else 0)
    watch = StepWatch(job, started=time.monotonic(), losses=[metrics.loss for metrics in earlier])
    watch.earlier_tokens = max((metrics.tokens for metrics in earlier), default=0)
    watch.evaluations = [(m.step, m.eval_loss) for m in earlier if m.eval_loss is not None]
    with quiet_libraries():
        trainer = build_trainer(job, watch)
        if checkpoint:
            watch.step = watch.first_step = checkpoint.step
        with _memory_in_words(job, watch):
            if checkpoint is None:
                trainer.train()
            elif checkpoint.step < job.schedule.steps and not watch.is_over:
                trainer.train(resume_from_checkpoint=str(checkpoint.folder))
            else:
                trainer._load_from_checkpoint(str(checkpoint.folder))  # only what comes after the last step is missing
        finished = watch.step >= job.schedule.steps or watch.is_over
        best = watch.best_step if finished else 0
        if best and best != watch.step:
            refused += _take_best(trainer, job, best)
    return TrainingResult(
        finished=finished,
        step=watch.step,
        total_steps=job.schedule.steps,
        loss=watch.tail_loss(),
        eval_loss=watch.eval_loss,
        seconds=time.monotonic() - watch.started,
        tokens_per_second=watch.tokens_per_second(),
        resumed_from=checkpoint.step if checkpoint else 0,
        best_step=best,
        notes=tuple(RunNote(message=message) for message in refused),
    )


def _take_best(trainer: Any, job: TrainingJob, step: int) -> list[str]:
    """Put the weights of the best step back; a sentence where that cannot be done."""
    folder = next((c.folder for c in list_checkpoints(job.folder) if c.step == step), None)
    if folder is None or problem_with(folder, needed_files(job)):
        return [f"The best state (step {step}) is damaged or gone; the last one was kept."]
    trainer._load_from_checkpoint(str(folder))
    return []


@contextlib.contextmanager
def _memory_in_words(job: TrainingJob, watch: StepWatch) -> Iterator[None]:
    """Say at which step memory ran out, and which setting to lower."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        longest = max(len(row.ids) for row in job.rows)
        raise memory_ran_out(job.request, watch.step + 1, str(error), longest) from error
