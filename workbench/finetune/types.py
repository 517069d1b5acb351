"""Values of the training room: what to train, how it goes, what comes out."""

from enum import StrEnum

from pydantic import Field

from workbench.boundary import Boundary
from workbench.finetune.scratch.sizes import ScratchSettings
from workbench.finetune.training_config import (
    PROJECTIONS,
    LearningRateSchedule,
    Method,
    Objective,
    Precision,
    TrainedTurns,
    TrainingConfig,
)
from workbench.llm.types import ModelRef
from workbench.naming import row_numbers

__all__ = [
    "PROJECTIONS",
    "Adapter",
    "ExportFormat",
    "ExportReport",
    "ExportRequest",
    "LearningRateSchedule",
    "MadeModel",
    "MergedQuantization",
    "Method",
    "Objective",
    "Perplexity",
    "Precision",
    "RunCondition",
    "RunNote",
    "RunStatus",
    "StepMetrics",
    "TextGain",
    "TrainReport",
    "TrainRequest",
    "TrainedTurns",
    "TrainingConfig",
    "TrainingSample",
    "Verification",
]


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
    models_folder: str = ""
    """Where a finished model's folder appears, when the training makes no adapter."""
    general_path: str = ""
    """General rows to mix in (JSON lines of `TrainingRow`), where `config.general_share` asks for some."""
    general_hash: str = ""
    """SHA-256 of that file."""
    scratch: ScratchSettings | None = None
    """A model from scratch instead of a base that is changed; `base` is nothing then."""
    batch_parts: int = Field(1, ge=1)
    """Each batch is computed in so many parts: the same learning up to rounding, in less memory."""
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


class TrainingSample(Boundary):
    """What the model answers to one of the fixed prompts after some steps."""

    step: int
    """0: before anything was learned."""
    number: int
    """Which prompt, from 0."""
    prompt: str
    text: str
    expected: str = ""
    """The row's own answer, where the prompt is a row."""


class RunCondition(StrEnum):
    """What a training does between two steps."""

    TRAINING = "training"
    PAUSED = "paused"
    DISK_FULL = "disk_full"
    """Waits for space, and goes on by itself."""


class RunStatus(Boundary):
    """The training stands still, or goes on; told again to whoever comes later."""

    condition: RunCondition
    message: str = ""


class RunNote(Boundary):
    """Something that a person should know about the rows or the run: cut rows, a refused checkpoint."""

    message: str
    rows: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.message.removesuffix('.')} ({row_numbers(self.rows)})." if self.rows else self.message


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


class Perplexity(Boundary):
    """How surprised a model is by held-out text: exp of the mean loss, with a 95 % interval over its blocks."""

    value: float
    low: float
    high: float


class TextGain(Boundary):
    """What continued pre-training changed on text that was not trained."""

    before: Perplexity
    after: Perplexity
    ratio: Perplexity
    """after / before, paired block by block: below 1 is a gain."""
    blocks: int
    tokens: int


class MadeModel(Boundary):
    """A model that a training made: the card that lies in its folder."""

    schema_version: int = 1
    name: str
    folder: str
    """A transformers folder that holds the GGUF file too."""
    gguf_path: str
    gguf_hash: str
    base_name: str
    base_path: str
    base_hash: str
    dataset_name: str = ""
    dataset_hash: str = ""
    config: TrainingConfig = TrainingConfig()
    rows: int = 0
    """Rows, or blocks of text, that it was trained on."""
    steps: int = 0
    loss: float | None = None
    eval_loss: float | None = None
    gain: TextGain | None = None
    seconds: float = 0.0
    created: str = ""
    """ISO 8601 in UTC."""


class TrainReport(Boundary):
    """What a training gave back."""

    finished: bool
    """False after "stop and save": run it again to go on."""
    adapter: Adapter | None = None
    made: MadeModel | None = None
    """What full tuning and continued pre-training make instead of an adapter."""
    gain: TextGain | None = None
    best_step: int = 0
    """The step whose weights were kept by early stopping; 0: the last one's."""
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
    OLLAMA = "ollama"
    """A folder: the merged model and its Modelfile."""


class MergedQuantization(StrEnum):
    """How the weights of a merged model are stored."""

    F16 = "f16"
    Q8_0 = "q8_0"
    Q6_K = "q6_k"
    Q5_K_M = "q5_k_m"
    Q4_K_M = "q4_k_m"


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


class AnswerProof(Boundary):
    """What the exported file answered to test prompts in llama.cpp, against the trained model in PEFT."""

    prompts: int
    held_out: bool
    """Whether the prompts are rows that were not trained; else trained rows, or general prompts without a score."""
    same_answers: int
    """Prompts whose whole answer is the trained model's own, token by token."""
    tokens: int
    same_tokens: float
    """Share of the answers' tokens that the trained model would have chosen at that place too."""
    metric: str = ""
    """What the answers are scored by; empty: the prompts have no right answer."""
    score: float | None = None
    """Of the exported file, 0 to 1."""
    trained_score: float | None = None
    """Of the trained model, over the same prompts."""


class ExportRequest(Boundary):
    adapter: Adapter
    format: ExportFormat
    out: str
    quantization: MergedQuantization | None = None
    """Of a merged model; None: as the base, else q8_0."""
    rows_path: str = ""
    """The rows of the adapter's data set, for test prompts; empty, or gone: general prompts."""


class ExportReport(Boundary):
    path: str
    format: ExportFormat
    sha256: str
    """Of the file; of the manifest for a folder."""
    size_bytes: int
    verification: Verification | None = None
    answers: AnswerProof | None = None
    """None only in reports of older versions."""
    quantization: str = ""
    """Of a merged model: how its weights are stored."""
    notes: tuple[str, ...] = ()
    """What a person should know: a chat template that could not be translated."""
