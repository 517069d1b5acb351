"""Values of the training room: what to train, how it goes, what comes out."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from workbench.boundary import Boundary
from workbench.llm.types import ModelRef

PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
"""The seven linear layers of a llama block, by their transformers names."""


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
    """How an adapter is trained. The same configuration, rows, base and seed give the same bytes on one machine."""

    schema_version: int = 1
    method: str = Field(
        "lora", pattern="^lora$", title="Method", description="LoRA: small matrices beside the frozen base."
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
        0.0, ge=0, le=1, title="Weight decay", description="Pulls adapter weights towards zero."
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
    trained_turns: TrainedTurns = Field(
        TrainedTurns.LAST, title="Learned turns", description="Only the last answer, or every answer of a conversation."
    )
    validation_share: float = Field(
        0.0,
        ge=0,
        le=0.5,
        title="Held-out rows",
        description="Share of rows that is not trained but measured each epoch.",
    )
    precision: Precision = Field(
        Precision.AUTO,
        title="Precision",
        description="bfloat16 is faster and takes less memory where the hardware has it; auto decides by that.",
    )
    checkpoint_seconds: float = Field(
        60.0,
        ge=0,
        le=86400,
        title="Save every",
        description="Seconds of work that a crash may cost at most; 0 saves each step.",
    )
    seed: int = Field(0, ge=0, le=2**32 - 1, title="Seed", description="The same seed repeats the same training.")

    @model_validator(mode="after")
    def _targets_are_known_layers(self) -> Self:
        unknown = set(self.targets) - set(PROJECTIONS)
        if unknown or not self.targets:
            raise ValueError(f"targets must be some of {', '.join(PROJECTIONS)}")
        return self


class TrainRequest(Boundary):
    """Everything that a training needs: it opens no database and looks nothing up."""

    name: str
    """The adapter's name; becomes a folder name."""
    base: ModelRef
    rows_path: str
    """JSON lines of `TrainingRow`."""
    rows_hash: str
    """SHA-256 of that file: a file edited since is refused."""
    dataset_name: str = ""
    config: TrainingConfig = TrainingConfig()
    adapters_folder: str
    """Where the finished adapter's folder appears."""
    work_folder: str = ""
    """Where checkpoints lie; empty: the run folder of the job."""
    restart: bool = False
    """Forget an unfinished training of this name instead of going on with it."""


class StepMetrics(Boundary):
    """How one optimizer step went."""

    step: int
    total: int
    epoch: float = 0.0
    loss: float
    """Mean cross-entropy of the trained tokens of this step, in nats."""
    eval_loss: float | None = None
    """The same over the held-out rows, where they were measured after this step."""
    learning_rate: float = 0.0
    tokens_per_second: float = 0.0
    """Tokens that went through the model, prompts included, padding not."""
    tokens: int = 0
    """Of all steps up to this one together: makes curves of trainings with other batches comparable."""
    eta_seconds: float = 0.0
    memory_bytes: int = 0
    """Resident memory of the training process."""


class RunNote(Boundary):
    """Something that a person should know about the rows or the run: cut rows, a refused checkpoint."""

    message: str
    rows: tuple[int, ...] = ()


class Adapter(Boundary):
    """A finished adapter and where it comes from: the card that lies in its folder and the row in the database."""

    schema_version: int = 1
    name: str
    folder: str
    gguf_path: str
    """The LoRA adapter that llama.cpp applies."""
    gguf_hash: str
    """SHA-256 of that file: what a `Completion` names as `adapter_hash`."""
    peft_hash: str = ""
    """SHA-256 of adapter_model.safetensors."""
    base_name: str
    base_path: str
    base_hash: str
    """SHA-256 of the base model's file."""
    method: str = "lora"
    rank: int
    rows: int
    """Rows it was trained on."""
    dataset_name: str = ""
    dataset_hash: str = ""
    config: TrainingConfig = TrainingConfig()
    steps: int = 0
    loss: float | None = None
    """Mean loss of the last tenth of the steps."""
    eval_loss: float | None = None
    seconds: float = 0.0
    created: str = ""
    """ISO 8601 in UTC."""
    versions: dict[str, str] = Field(default_factory=dict)
    """Of the program and of the libraries that it was trained with, by name; empty for one from elsewhere."""
    notes: str = ""
    """What the user wrote about it: kept in the database, not in the sealed folder."""
    origin: str = ""
    """Where one that was not trained here was imported from; empty: trained here."""


class TrainReport(Boundary):
    """What a training gave back."""

    finished: bool
    """False after "stop and save": run it again to go on."""
    adapter: Adapter | None = None
    steps: int
    total_steps: int
    loss: float | None = None
    eval_loss: float | None = None
    seconds: float = 0.0
    tokens_per_second: float = 0.0
    resumed_from: int = 0
    """The step of the checkpoint that it went on from; 0: from the start."""
    notes: tuple[RunNote, ...] = ()


class ExportFormat(StrEnum):
    PEFT = "peft"
    GGUF_LORA = "gguf-lora"
    GGUF_MERGED = "gguf-merged"


class MergedQuantization(StrEnum):
    """How the weights of a merged model are stored."""

    F16 = "f16"
    Q8_0 = "q8_0"


class Verification(Boundary):
    """How far the exported file's answers are from the trained adapter's, over a few prompts."""

    prompts: int
    positions: int
    same_argmax: float
    """Share of positions at which both choose the same token."""
    max_difference: float
    """Largest difference of any logit."""
    rms_difference: float
    """Root mean square difference over all logits: what is judged."""
    tolerance: float
    """The largest `rms_difference` that is accepted."""
    reference_difference: float
    """The rms difference of base against base, both without adapter: what the two engines differ by themselves."""
    effect: float
    """The rms difference that the adapter itself makes: an adapter that does nothing proves nothing."""


class ExportRequest(Boundary):
    adapter: Adapter
    format: ExportFormat
    out: str
    quantization: MergedQuantization | None = None
    """Of a merged model; None: as the base, else q8_0."""


class ExportReport(Boundary):
    path: str
    format: ExportFormat
    sha256: str
    """Of the file; of the manifest for a folder."""
    size_bytes: int
    verification: Verification | None = None
