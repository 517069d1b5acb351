"""Every setting of a training, each with its range and its sentence."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from workbench.boundary import Boundary

PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
"""The seven linear layers of a llama block, by their transformers names."""


class Objective(StrEnum):
    """What is learned from the rows."""

    INSTRUCTIONS = "instructions"
    """To answer: loss on the assistant's turns."""
    TEXT = "text"
    """To go on with a text (continued pre-training): loss on every token."""


class Method(StrEnum):
    """Which weights are changed."""

    LORA = "lora"
    """Small matrices beside the frozen base."""
    QLORA = "qlora"
    """The same beside a base that is held in 4 bits."""
    FULL = "full"
    """Every weight of the base."""


class TrainedTurns(StrEnum):
    """Which of the assistant's turns carry loss."""

    LAST = "last"
    ALL = "all"


class LearningRateSchedule(StrEnum):
    COSINE = "cosine"
    LINEAR = "linear"
    CONSTANT = "constant"


class Precision(StrEnum):
    """In which numbers a step is computed; weights and their changes stay float32."""

    AUTO = "auto"
    """bfloat16 where the hardware multiplies it, else float32."""
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


class TrainingConfig(Boundary):
    """How a model is trained. The same configuration, rows, base and seed give the same bytes on one machine."""

    schema_version: int = 1
    objective: Objective = Field(
        Objective.INSTRUCTIONS, title="Goal", description="To answer as in the rows, or to go on with their text."
    )
    method: Method = Field(
        Method.LORA,
        title="Method",
        description="LoRA: small matrices beside the frozen base. Full: every weight, for small models. "
        "QLoRA: LoRA on a base held in 4 bits, on a graphics card.",
    )
    epochs: int = Field(3, ge=1, le=1000, title="Epochs", description="Passes over the training rows.")
    batch_size: int = Field(
        8, ge=1, le=1024, title="Batch size", description="Rows per forward pass. Less needs less memory."
    )
    gradient_accumulation: int = Field(
        1, ge=1, le=1024, title="Accumulation", description="Batches per optimizer step: a bigger batch in less memory."
    )
    learning_rate: float = Field(
        2e-3, gt=0, le=10, title="Learning rate", description="Small models want more (2e-3), 1B and up less (2e-4)."
    )
    schedule: LearningRateSchedule = Field(
        LearningRateSchedule.COSINE, title="Schedule", description="How the learning rate falls to zero."
    )
    warmup_share: float = Field(
        0.05, ge=0, le=0.5, title="Warm-up", description="Share of the steps in which the learning rate rises."
    )
    weight_decay: float = Field(
        0.0, ge=0, le=1, title="Weight decay", description="Pulls the trained weights towards zero."
    )
    max_gradient_norm: float = Field(
        1.0, gt=0, le=100, title="Gradient limit", description="Longer gradients are shortened."
    )
    rank: int = Field(
        16, ge=1, le=1024, title="Rank", description="Width of the adapter: more can learn more, and forget more."
    )
    alpha: float = Field(32.0, gt=0, le=4096, title="Alpha", description="The adapter is scaled by alpha / rank.")
    dropout: float = Field(
        0.0, ge=0, lt=1, title="Dropout", description="Share of adapter inputs that are zeroed in training."
    )
    targets: tuple[str, ...] = Field(PROJECTIONS, title="Layers", description="Linear layers that get an adapter.")
    max_length: int = Field(
        0,
        ge=0,
        le=131072,
        title="Longest row",
        description="In tokens; longer rows are cut at the front. 0: what fits the model.",
    )
    packing: bool = Field(
        False,
        title="Packing",
        description="Several short rows share one line, without seeing each other: no padding is computed. A batch "
        "then holds more rows, so there are fewer steps.",
    )
    trained_turns: TrainedTurns = Field(
        TrainedTurns.LAST, title="Learned turns", description="Only the last answer, or every answer of a conversation."
    )
    general_share: float = Field(
        0.0,
        ge=0,
        le=0.9,
        title="General rows",
        description="Share of everyday questions and answers mixed in, so that the model forgets less of the rest.",
    )
    validation_share: float = Field(
        0.0,
        ge=0,
        le=0.5,
        title="Held-out rows",
        description="Share of rows that is not trained but measured.",
    )
    evaluate_every: int = Field(
        0,
        ge=0,
        le=1_000_000,
        title="Evaluate every",
        description="Steps between measurements of the held-out rows. 0: after each pass.",
    )
    patience: int = Field(
        0,
        ge=0,
        le=1000,
        title="Early stopping",
        description="Stops after so many measurements without a better held-out loss; the best state is kept. "
        "0: never.",
    )
    samples_every: int = Field(
        0,
        ge=0,
        le=1_000_000,
        title="Samples every",
        description="Steps after which the model answers the sample prompts, to see what it has learned. 0: never.",
    )
    sample_prompts: tuple[str, ...] = Field(
        (),
        max_length=8,
        title="Sample prompts",
        description="One a line; empty: the first held-out rows, or the first rows where none are held out.",
    )
    sample_tokens: int = Field(48, ge=1, le=1024, title="Sample length", description="Longest sample, in tokens.")
    precision: Precision = Field(
        Precision.AUTO,
        title="Precision",
        description="bfloat16 is faster and takes less memory where the hardware has it; auto decides by that.",
    )
    gradient_checkpointing: bool = Field(
        False,
        title="Gradient checkpointing",
        description="Computes parts of each step twice instead of keeping them: the same result in less memory, about "
        "a third slower.",
    )
    checkpoint_seconds: float = Field(
        60.0,
        ge=0,
        le=86400,
        title="Save every",
        description="Seconds of work that a crash may cost at most; 0 saves each step.",
    )
    seed: int = Field(0, ge=0, le=2**32 - 1, title="Seed", description="The same seed repeats the same training.")

    @property
    def makes_adapter(self) -> bool:
        """Whether what comes out is an adapter; else it is a model of its own."""
        return self.objective is Objective.INSTRUCTIONS and self.method is not Method.FULL

    @model_validator(mode="after")
    def _targets_are_known_layers(self) -> Self:
        unknown = set(self.targets) - set(PROJECTIONS)
        if unknown or not self.targets:
            raise ValueError(f"targets must be some of {', '.join(PROJECTIONS)}")
        return self


def trouble_with(config: TrainingConfig) -> str:
    """Settings that contradict each other, as a sentence; empty when they agree."""
    if config.patience and not config.validation_share:
        return "Early stopping looks at held-out rows: set their share above 0, or early stopping to 0."
    if config.general_share and config.objective is Objective.TEXT:
        return "General rows are questions and answers; they cannot be mixed into raw text."
    return ""
