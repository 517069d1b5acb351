"""What the Fine-tune tab shows of a training before its start: what is chosen, and what that needs. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from workbench.finetune.gguf.architectures import ARCHITECTURES
from workbench.finetune.preflight import Preflight
from workbench.finetune.preflight_wording import preflight_in_words
from workbench.finetune.running import order_warning
from workbench.finetune.scratch.sizes import ScratchEstimate, ScratchSettings
from workbench.finetune.types import Method, TrainingConfig
from workbench.llm.types import ModelKind, ModelRef
from workbench.naming import duration_in_words
from workbench.ui.finetune.presets import Goal, Preset
from workbench.ui.finetune.preview_state import PreviewState
from workbench.ui.sizes import in_words as size_in_words
from workbench.ui.trouble import Trouble

_DEFAULTS = TrainingConfig()
_SCRATCH = ScratchSettings()
_OF_ADAPTERS = frozenset({"rank", "alpha", "dropout", "targets"})
_OF_ROWS = frozenset({"packing", "trained_turns", "general_share"})
_OF_SCRATCH = frozenset(
    {
        "learning_rate", "validation_share", "evaluate_every", "samples_every", "sample_prompts", "sample_tokens",
        "checkpoint_seconds", "seed",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SweepLine:
    """One setting of a sweep, as it is typed."""

    setting: str = ""
    values: str = ""


@dataclass(frozen=True, slots=True)
class SetupState:
    """What shall be trained."""

    goal: Goal = Goal.INSTRUCTIONS
    method: Method = Method.LORA
    why_no_qlora: str = ""
    collections: tuple[str, ...] = ()
    """Names of the collections whose text can be learned."""
    is_gathering: bool = False
    """Text is being read."""
    scratch: ScratchSettings = _SCRATCH
    scratch_estimate: ScratchEstimate | None = None
    is_sweep: bool = False
    sweep: tuple[SweepLine, ...] = (SweepLine(),)
    sweep_trouble: str = ""
    sweep_count: int = 0
    """How many trainings the sweep comes to."""
    bases: tuple[ModelRef, ...] = ()
    is_scanning: bool = False
    base: str = ""
    """Name of the chosen base."""
    dataset: str = ""
    name: str = ""
    is_own_name: bool = False
    """Typed, not suggested: stays when another data set is chosen."""
    name_trouble: str = ""
    preset: Preset = Preset.BALANCED
    config: TrainingConfig = _DEFAULTS
    config_trouble: str = ""
    is_expert: bool = False
    wants_estimate: bool = False
    """Something changed since the last estimate."""
    preview: PreviewState = field(default_factory=PreviewState)
    is_estimating: bool = False
    is_timing: bool = False
    """Memory and disk are known; a few batches are computed to measure the time."""
    preflight: Preflight | None = None
    trouble: Trouble | None = None
    """What went wrong with the estimate, with text that was added, or with packing."""
    refusal: Trouble | None = None
    """Why the training would end at once; known from the estimate, the preview or the data set itself."""
    goes_on: bool = False
    """An unfinished training of this name exists."""
    restart: bool = False

    @property
    def chosen_base(self) -> ModelRef | None:
        return next((base for base in self.bases if base.name == self.base), None)

    @property
    def base_trouble(self) -> str:
        base = self.chosen_base
        return why_not_tunable(base) if base is not None else ""

    @property
    def order_warning(self) -> str:
        """What speaks against learning raw text on this base."""
        base = self.chosen_base
        return order_warning(base) if base is not None and self.goal is Goal.TEXT else ""

    @property
    def hidden_settings(self) -> frozenset[str]:
        """Settings that mean nothing for what is trained."""
        if self.goal is Goal.SCRATCH:
            return frozenset(TrainingConfig.model_fields) - _OF_SCRATCH
        hidden = _OF_ROWS if self.goal is Goal.TEXT else frozenset[str]()
        return hidden | (_OF_ADAPTERS if self.method is Method.FULL else frozenset())

    @property
    def can_start(self) -> bool:
        has_base = self.goal is Goal.SCRATCH or (self.chosen_base is not None and not self.base_trouble)
        ready = has_base and bool(self.dataset) and bool(self.name.strip()) and self.refusal is None
        is_sound = not (self.name_trouble or self.config_trouble or (self.is_sweep and self.sweep_trouble))
        return ready and is_sound and not (self.is_sweep and not self.sweep_count)

    @property
    def preflight_in_words(self) -> str:
        """The line above the start button."""
        if self.is_gathering:
            return "Reading the text…"
        if self.is_estimating or (self.wants_estimate and self.can_start):
            return "Estimating memory and time…"
        if self.scratch_estimate is not None:
            return scratch_in_words(self.scratch_estimate)
        return preflight_in_words(self.preflight, self.is_timing) if self.preflight is not None else ""


def why_not_tunable(base: ModelRef) -> str:
    """The reason in a sentence why this model cannot be the base of a training; empty when it can."""
    if base.problem:
        return base.problem
    if base.kind is not ModelKind.CHAT:
        return f"{base.name} is no chat model but {_article(base.kind.value)}."
    if base.architecture and base.file_format == "gguf" and base.architecture not in ARCHITECTURES:
        families = ", ".join(ARCHITECTURES)
        return f"{base.name} is of the family “{base.architecture}”; those that can be tuned are {families}."
    return ""


def found_again(model: ModelRef, listing: Sequence[ModelRef]) -> ModelRef | None:
    """This model in another listing, whatever it is called there: by its place, or by its bytes where it was moved."""
    here = next((each for each in listing if each.path == model.path), None)
    moved = (each for each in listing if model.content_key and each.content_key == model.content_key)
    return here or next(moved, None)


def scratch_in_words(found: ScratchEstimate) -> str:
    """ "6.1 M weights, about 12 min for 5 M tokens (the text 3 times) at 7,000 tokens a second." """
    passes = f"{found.passes:.1f}" if found.passes < 100 else f"{found.passes:,.0f}"
    return (
        f"{count_in_words(found.parameters)} weights, about {duration_in_words(found.seconds)} for "
        f"{count_in_words(found.tokens)} tokens (the text {passes} times) at {found.tokens_per_second:,.0f} "
        f"tokens a second. Needs about {size_in_words(found.memory_bytes)} of memory."
    )


def big_in_words(found: ScratchEstimate) -> str:
    """What bigger models would take, a line each."""
    lines = [
        f"{count_in_words(big.parameters)} weights on {count_in_words(big.tokens)} tokens: "
        f"{_long_in_words(big.seconds_here)} here, {_long_in_words(big.card_seconds)} on one data-centre "
        f"graphics card, at least {size_in_words(big.memory_bytes)} of memory."
        for big in found.big
    ]
    speed = f"This computer does {found.operations_per_second / 1e9:,.0f} billion operations a second at this."
    return "\n".join(["What a bigger one would take:", *lines, speed])


def count_in_words(number: float) -> str:
    """ "6.1 M", "20 B": millions and billions, two digits."""
    for unit, size in (("T", 1e12), ("B", 1e9), ("M", 1e6)):
        if number >= size:
            return f"{number / size:,.3g} {unit}"
    return f"{number:,.0f}"


def _long_in_words(seconds: float) -> str:
    days = seconds / 86400
    if days < 2:
        return duration_in_words(seconds)
    return f"{days:,.0f} days" if days < 730 else f"{days / 365:,.0f} years"


def _article(noun: str) -> str:
    return f"an {noun}" if noun[:1] in "aeiou" else f"a {noun}"
