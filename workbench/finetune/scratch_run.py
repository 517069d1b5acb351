"""A small model from scratch as a job: tokenizer, training with samples, checkpoints that verify, one GGUF file.

Nothing random happens after the first weights: the order of the blocks follows from the seed and the step, so a
training that was killed and went on gives the same bytes.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.datasets.rows_file import read_rows
from workbench.errors import WorkbenchError
from workbench.finetune.checkpoints import newest_good, save_checkpoint
from workbench.finetune.disk_patience import DiskPatience
from workbench.finetune.encoding import EncodedRow
from workbench.finetune.out_of_memory import is_out_of_memory
from workbench.finetune.run_folder import RunFolder
from workbench.finetune.scratch.loop import PretrainingConfig, StepReport, Trainer, load_checkpoint, rate_factor
from workbench.finetune.scratch.loop import save_checkpoint as save_state
from workbench.finetune.scratch.model import build_model
from workbench.finetune.scratch.sizes import ScratchSettings
from workbench.finetune.scratch.text_batches import OwnTokenizer, batches, continued, mean_loss
from workbench.finetune.scratch.tokenizer import load_tokenizer, train_tokenizer
from workbench.finetune.scratch_making import ScratchMaker
from workbench.finetune.step_watch import Control, not_a_number, resident_bytes
from workbench.finetune.texts import encode_texts, no_text, text_of
from workbench.finetune.types import (
    RunCondition,
    RunNote,
    RunStatus,
    StepMetrics,
    TrainingSample,
    TrainReport,
    TrainRequest,
)
from workbench.jobs.context import JobContext

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_STATE = "state.pt"
_TOKENIZER = "tokenizer.json"
_TOKENIZER_CHARACTERS = 20_000_000
"""A tokenizer learns from at most so much of the text."""
_LEAD_TOKENS = 16


class _Stopped(Exception):
    """The person wants no further step."""


@dataclass(slots=True)
class ScratchRun:
    """One model from scratch, from text to file."""

    context: JobContext
    request: TrainRequest
    run: RunFolder
    control: Control
    threads: int
    _patience: DiskPatience = field(init=False)
    _losses: list[float] = field(default_factory=list)
    _eval_loss: float | None = None
    _last_saved: float = 0.0
    _begun: float = 0.0
    _aside: float = 0.0
    _first_step: int = 0

    def __post_init__(self) -> None:
        self._patience = DiskPatience(self.context.produce, self._gives_up)

    def go(self) -> TrainReport:
        """Train to the last token, or until stopped. Raises WorkbenchError with a sentence."""
        began = time.monotonic()
        settings = _settings_of(self.request)
        rows = read_rows(Path(self.request.rows_path), self.request.rows_hash)
        texts = [text for row in rows if (text := text_of(row))]
        if not texts:
            raise no_text()
        tokenizer = self._tokenizer(texts, settings)
        model = OwnTokenizer(tokenizer)
        config = self.request.config
        self.context.progress(0, 0, "Turning text into tokens")
        found = encode_texts(rows, model, settings.shape.context + 1, config.validation_share, config.seed)
        trainer, resumed, refused = self._trainer(settings)
        notes = [*found.notes, *(RunNote(message=message) for message in refused)]
        prompts = self._prompts(found.held_out or found.training, model)
        self._train(trainer, settings, found.training, found.held_out, prompts, model)
        report = TrainReport(
            finished=trainer.step >= settings.steps,
            steps=trainer.step,
            total_steps=settings.steps,
            loss=_tail(self._losses, settings.steps),
            eval_loss=self._eval_loss,
            seconds=time.monotonic() - began,
            tokens_per_second=self._tokens_per_second(trainer.step, settings),
            resumed_from=resumed,
            notes=tuple(notes),
        )
        if not report.finished:
            self.context.check_cancelled()
            return report
        self.context.progress(report.steps, report.total_steps, "Writing the model and comparing both engines")
        maker = ScratchMaker(self.request, settings, tokenizer, self.threads)
        made = self._patience.write(lambda: maker.make(trainer.model, report, len(rows)))
        report = report.model_copy(update={"made": made})
        self._patience.write(lambda: self.run.finish(report))
        return report

    # -- before -------------------------------------------------------------------------------------------------------

    def _tokenizer(self, texts: Sequence[str], settings: ScratchSettings) -> "Tokenizer":
        path = self.run.root / _TOKENIZER
        if path.is_file():
            return load_tokenizer(path)
        self.context.progress(0, 0, "Making a tokenizer")
        tokenizer = train_tokenizer(_first_characters(texts), settings.shape.vocabulary)
        beside = path.with_suffix(".new")
        self._patience.write(lambda: tokenizer.save(str(beside)))
        beside.replace(path)
        return tokenizer

    def _trainer(self, settings: ScratchSettings) -> tuple[Trainer, int, list[str]]:
        import torch

        torch.set_num_threads(self.threads)
        seed = self.request.config.seed
        config = PretrainingConfig(
            shape=settings.shape,
            steps=settings.steps,
            batch_tokens=settings.batch_tokens,
            rate=self.request.config.learning_rate,
            threads=self.threads,
            seed=seed,
        )
        trainer = Trainer(build_model(settings.shape, seed), config)
        checkpoint, refused = newest_good(self.run.root, (_STATE,))
        if checkpoint is not None:
            load_checkpoint(trainer, checkpoint.folder / _STATE)
        for metrics in self.run.metrics_until(trainer.step):
            self._losses.append(metrics.loss)
            self._eval_loss = metrics.eval_loss if metrics.eval_loss is not None else self._eval_loss
            self.context.produce(metrics)
        for sample in self.run.samples_until(trainer.step or -1):
            self.context.produce(sample)
        self._first_step = trainer.step
        return trainer, trainer.step, refused

    def _prompts(self, blocks: Sequence[EncodedRow], model: OwnTokenizer) -> list[tuple[str, tuple[int, ...]]]:
        config = self.request.config
        if not config.samples_every:
            return []
        if config.sample_prompts:
            return [(text, tuple(model.tokenize_plain(text))) for text in config.sample_prompts]
        leads = [tuple(block.ids[:_LEAD_TOKENS]) for block in blocks[:3]]
        return [(model.text(ids), tuple(ids)) for ids in leads]

    # -- while it runs ------------------------------------------------------------------------------------------------

    def _train(
        self,
        trainer: Trainer,
        settings: ScratchSettings,
        blocks: Sequence[EncodedRow],
        held_out: Sequence[EncodedRow],
        prompts: Sequence[tuple[str, tuple[int, ...]]],
        model: OwnTokenizer,
    ) -> None:
        if trainer.step == 0:
            self._sample(trainer, 0, prompts, model)
        self._begun = self._last_saved = time.monotonic()

        def after(step: StepReport) -> None:
            self._after(trainer, step, settings, blocks, held_out)
            every = self.request.config.samples_every
            if every and (step.step % every == 0 or step.step == settings.steps):
                self._aside += _seconds_of(lambda: self._sample(trainer, step.step, prompts, model))
            self._between(trainer, settings)

        try:
            trainer.train(batches(blocks, settings, self.request.config.seed, trainer.step), after)
        except _Stopped:
            return
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            raise WorkbenchError(
                f"Memory ran out at step {trainer.step + 1} of the training “{self.request.name}”.",
                hint="Choose a smaller size, or fewer tokens a step.",
                details=str(error),
                code="out_of_memory",
            ) from error

    def _after(
        self,
        trainer: Trainer,
        step: StepReport,
        settings: ScratchSettings,
        blocks: Sequence[EncodedRow],
        held_out: Sequence[EncodedRow],
    ) -> None:
        if not math.isfinite(step.loss):
            raise not_a_number(step.step, self.request)
        self._losses.append(step.loss)
        every = self.request.config.evaluate_every or max(1, settings.steps // 20)
        eval_loss = None
        if held_out and (step.step % every == 0 or step.step == settings.steps):
            began = time.monotonic()
            eval_loss = self._eval_loss = mean_loss(trainer.model, held_out, settings)
            self._aside += time.monotonic() - began
        seconds = time.monotonic() - self._begun - self._aside
        done, left = step.step - self._first_step, settings.steps - step.step
        metrics = StepMetrics(
            step=step.step,
            total=settings.steps,
            epoch=step.step * settings.batch_tokens / max(1, sum(len(block.ids) for block in blocks)),
            loss=step.loss,
            eval_loss=eval_loss,
            learning_rate=trainer.config.rate * rate_factor((step.step - 1) / settings.steps, trainer.config),
            tokens_per_second=self._tokens_per_second(step.step, settings),
            eta_seconds=seconds / done * left if done else 0.0,
            memory_bytes=resident_bytes(),
        )
        self._patience.write(lambda: self.run.append(metrics))
        self.context.produce(metrics)
        if not self.control.is_terminating:
            self.context.progress(step.step, settings.steps, f"Training, loss {step.loss:.3f}")

    def _between(self, trainer: Trainer, settings: ScratchSettings) -> None:
        """Save when it is time; stand still or end when that was asked for."""
        due = time.monotonic() - self._last_saved >= self.request.config.checkpoint_seconds
        asked = self.control
        if due or trainer.step >= settings.steps or asked.stop_and_save or asked.paused:
            self._patience.write(
                lambda: save_checkpoint(
                    self.run.root,
                    trainer.step,
                    lambda folder: save_state(trainer, folder / _STATE),
                    needed=(_STATE,),
                )
            )
            self._last_saved = time.monotonic()
        if asked.paused and not asked.stop_and_save and trainer.step < settings.steps:
            self._aside += _seconds_of(lambda: self._stand_still(trainer.step))
        if asked.stop_and_save and trainer.step < settings.steps:
            raise _Stopped

    def _stand_still(self, step: int) -> None:
        message = f"Paused after step {step}; it is saved."
        self.context.produce(RunStatus(condition=RunCondition.PAUSED, message=message))
        while self.control.paused and not self.control.stop_and_save:
            time.sleep(0.2)
            self.context.check_cancelled()
        self.context.produce(RunStatus(condition=RunCondition.TRAINING))
        self._last_saved = time.monotonic()

    def _sample(
        self, trainer: Trainer, step: int, prompts: Sequence[tuple[str, tuple[int, ...]]], model: OwnTokenizer
    ) -> None:
        for number, (text, ids) in enumerate(prompts):
            said = model.text(continued(trainer.model, ids, self.request.config.sample_tokens, model.end_token))
            sample = TrainingSample(step=step, number=number, prompt=text, text=said)
            self._patience.write(partial(self.run.append, sample))
            self.context.produce(sample)

    def _gives_up(self) -> bool:
        if not self.control.is_terminating:
            self.context.check_cancelled()
        return self.control.stop_and_save

    def _tokens_per_second(self, step: int, settings: ScratchSettings) -> float:
        seconds = time.monotonic() - self._begun - self._aside
        return (step - self._first_step) * settings.batch_tokens / seconds if self._begun and seconds > 0 else 0.0


def _settings_of(request: TrainRequest) -> ScratchSettings:
    if request.scratch is None:
        raise ValueError("not a training from scratch")
    return request.scratch


def _first_characters(texts: Sequence[str]) -> list[str]:
    chosen, taken = [], 0
    for text in texts:
        chosen.append(text[: _TOKENIZER_CHARACTERS - taken])
        taken += len(chosen[-1])
        if taken >= _TOKENIZER_CHARACTERS:
            break
    return chosen


def _tail(losses: Sequence[float], steps: int) -> float | None:
    tail = losses[-max(1, steps // 10) :]
    return sum(tail) / len(tail) if tail else None


def _seconds_of(work: Callable[[], None]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began
