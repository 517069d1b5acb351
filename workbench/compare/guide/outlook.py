"""What this computer can do for the guide's proposals. Rough: the exact figures stand in Fine-tune before the start."""

from dataclasses import dataclass

from workbench.compare.guide.answers import Answers, Situation
from workbench.compare.standard_arms import best_model
from workbench.compare.stock import Stock, misfit
from workbench.finetune.preflight import FLOPS_PER_THREAD, LIBRARIES_BYTES, RESERVE
from workbench.llm.computer import Computer
from workbench.llm.in_words import size_in_words
from workbench.llm.types import ModelRef

_CARD_FLOPS = 10e12
"""Floating-point operations a second that a training gets out of a small graphics card (a third of 30e12)."""
_BYTES_ON_CARD, _BYTES_OFF_CARD = 2.8, 5.0
"""For each weight while a LoRA is trained: half or whole numbers, and what a step keeps (see finetune.step_memory)."""
_TOKENS_PER_ROW, _PASSES = 200, 3
_OPERATIONS = 6
"""For each weight and token: two forward, four backward (Kaplan et al., "Scaling laws", 2020)."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """Tuning one model on some rows, here."""

    memory_bytes: int
    seconds: float
    fits: bool
    on_card: bool

    def __str__(self) -> str:
        where = "on the graphics card" if self.on_card else "on the processor"
        return f"about {_duration(self.seconds)} {where}, {size_in_words(self.memory_bytes)}"


def outlook(model: ModelRef, rows: int, computer: Computer) -> Outlook | None:
    """None where the model's size is not known."""
    if not model.parameters or model.endpoint is not None:
        return None
    card = computer.graphics
    on_card = card is not None and model.parameters * _BYTES_ON_CARD <= RESERVE * card.free_bytes
    each = _BYTES_ON_CARD if on_card else _BYTES_OFF_CARD
    memory = int(model.parameters * each + (0 if on_card else LIBRARIES_BYTES))
    speed = _CARD_FLOPS if on_card else FLOPS_PER_THREAD * max(1, computer.cores)
    tokens = max(rows, 1) * _TOKENS_PER_ROW * _PASSES
    return Outlook(
        memory_bytes=memory,
        seconds=_OPERATIONS * model.parameters * tokens / speed,
        fits=on_card or memory <= RESERVE * computer.memory_free_bytes,
        on_card=on_card,
    )


def situation_of(answers: Answers, stock: Stock, computer: Computer | None) -> Situation:
    """The answers beside what is here."""
    model, _ = best_model(stock)
    seen = outlook(model, answers.examples, computer) if model is not None and computer is not None else None
    fitting = [one for one in stock.local if computer is None or computer.fits(one)]
    others = [one for one in fitting if model is None or one.name != model.name]
    away = [one for one in stock.models if one.endpoint is not None]
    if model is not None and model.endpoint is not None:
        away = [one for one in away if one.name != model.name]
    return Situation(
        answers=answers,
        has_adapter=any(model is not None and not misfit(adapter, model) for adapter in stock.adapters),
        fits_training=seen is None or seen.fits,
        training=str(seen) if seen is not None else "",
        other_models=len(others),
        server_models=len(away),
        has_card=computer is not None and computer.graphics is not None,
    )


def _duration(seconds: float) -> str:
    if seconds < 90:
        return "a minute"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} minutes"
    if seconds < 36 * 3600:
        return f"{seconds / 3600:.0f} hours"
    return f"{seconds / 86400:,.0f} days"
