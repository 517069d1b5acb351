"""Values of the language-model room. They cross process boundaries, hence `Boundary`."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, Protocol, Self

from pydantic import Field

from workbench.boundary import Boundary
from workbench.llm.endpoints.types import Endpoint
from workbench.settings import LlmSettings


class Role(StrEnum):
    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class ChatMessage(Boundary):
    role: Role
    content: str


class ModelKind(StrEnum):
    CHAT = "chat"
    """A language model that answers: base or merged."""
    ADAPTER = "adapter"
    PROJECTOR = "projector"
    EMBEDDER = "embedder"


class ModelRef(Boundary):
    """A language model: what the header of its file says, never its tensors; or one on a server (`endpoint`)."""

    name: str
    """What people type and see; unique in a listing."""
    path: str
    """The GGUF file (first shard) or the transformers folder; "endpoint:NAME" of one on a server."""
    kind: ModelKind = ModelKind.CHAT
    file_format: str = "gguf"
    """"gguf", "transformers" or "endpoint"."""
    architecture: str = ""
    parameters: int = 0
    quantization: str = ""
    context_length: int = 0
    """Longest context the model was trained for, in tokens."""
    size_bytes: int = 0
    embedding_length: int = 0
    block_count: int = 0
    head_count: int = 0
    head_count_kv: int = 0
    key_length: int = 0
    """Numbers per attention head, where the header states it; otherwise width / heads."""
    has_chat_template: bool = False
    licence: str = ""
    base_name: str = ""
    """Of an adapter: the model that it changes, as its header says."""
    parts: int = 1
    """Files that it is split into."""
    content_key: str = ""
    """A hash of samples of its bytes: the same wherever the file lies; empty when nothing could be read."""
    source: str = ""
    """Where it was found: "starter", "own folder", "Hugging Face cache", "LM Studio", ..."""
    problem: str = ""
    """Why it cannot be used, in a sentence; empty when nothing is wrong."""
    endpoint: Endpoint | None = None
    """The server that it answers on; None for a model on this computer."""


class AdapterRef(Boundary):
    """A GGUF LoRA adapter to apply."""

    path: str
    scale: float = Field(1.0, ge=-10.0, le=10.0, allow_inf_nan=False)
    """How strongly: 1 as it was trained, 0 not at all, below 0 away from what it learned."""


class GenerationConfig(Boundary):
    """How an answer is decoded."""

    max_tokens: int = Field(256, ge=1, le=131072, title="Longest answer", description="In tokens.")
    temperature: float = Field(
        0.0, ge=0.0, le=5.0, title="Temperature", description="0 always takes the likeliest token."
    )
    top_k: int = Field(40, ge=0, le=1_000_000, title="Top-k", description="Only the k likeliest tokens; 0 is off.")
    top_p: float = Field(0.95, gt=0.0, le=1.0, title="Top-p", description="Likeliest tokens up to this probability.")
    min_p: float = Field(
        0.05, ge=0.0, le=1.0, title="Min-p", description="Drops tokens less likely than this share of the best."
    )
    repeat_penalty: float = Field(
        1.0, ge=0.1, le=5.0, title="Repeat penalty", description="Above 1 discourages repetition."
    )
    frequency_penalty: float = Field(
        0.0, ge=-2.0, le=2.0, title="Frequency penalty", description="Above 0 discourages a token each time it comes."
    )
    presence_penalty: float = Field(
        0.0, ge=-2.0, le=2.0, title="Presence penalty", description="Above 0 discourages a token that came before."
    )
    seed: int = Field(0, ge=0, le=2**32 - 1, title="Seed", description="The same seed repeats the same answer.")
    stop: tuple[str, ...] = Field((), title="Stop strings", description="The answer ends before any of these.")
    # Without a title: set by those who call the engine, not by hand.
    logit_bias: dict[int, float] = Field(default_factory=dict)
    """Token id -> what is added to its logit; -inf or -100 and below forbids it."""
    json_schema: str = ""
    """A JSON schema that the answer must follow, as JSON; empty is off."""
    grammar: str = ""
    """A GBNF grammar (rule `root`) that the answer must follow; empty is off. Not together with `json_schema`."""
    logprobs: int = Field(0, ge=0, le=20)
    """How many of the likeliest tokens are told at each step; 0 tells no probabilities at all."""


class GenerationRequest(Boundary):
    """One prompt for one model: messages go through the model's chat template, `prompt` goes in as it is."""

    id: str = ""
    messages: tuple[ChatMessage, ...] = ()
    prompt: str = ""
    prefix: str = ""
    """The beginning of the answer, which the model goes on with; not repeated in the completion's text."""
    config: GenerationConfig = GenerationConfig()
    adapter: AdapterRef | None = None


class FinishReason(StrEnum):
    STOP = "stop"
    LENGTH = "length"
    CANCELLED = "cancelled"
    ERROR = "error"


class Usage(Boundary):
    prompt_tokens: int = 0
    cached_tokens: int = 0
    """Prompt tokens whose computation was shared or kept."""
    generated_tokens: int = 0
    is_estimate: bool = False
    """Counted from the length of the text, because the server did not tell."""


class TokenLogprob(Boundary):
    """One generated token and how likely it was before sampling settings and constraints."""

    text: str
    """Its bytes as text; an unfinished character shows as U+FFFD."""
    logprob: float
    """Natural logarithm of its probability."""
    top: tuple[tuple[str, float], ...] = ()
    """The likeliest tokens with their logprobs, most likely first."""


class Completion(Boundary):
    """A generated text and how it came about."""

    id: str = ""
    text: str
    finish_reason: FinishReason
    usage: Usage = Usage()
    adapter_hash: str = ""
    """SHA-256 of the adapter file that was active; empty when the bare model answered."""
    adapter_scale: float = 1.0
    """How strongly it was applied; 1 without one."""
    seconds_to_first_token: float = 0.0
    seconds: float = 0.0
    final_prompt: str = ""
    """The exact text after the chat template."""
    logprobs: tuple[TokenLogprob, ...] = ()
    """Token by token, when the request asked for them."""
    problem: str = ""
    """Set with FinishReason.ERROR: the sentence for people."""
    cost: float | None = None
    """US dollars, by the price that the user gave the server; None where there is no price."""

    @property
    def tokens_per_second(self) -> float:
        """Speed of decoding after the first token; 0 when there was too little to measure."""
        lasted = self.seconds - self.seconds_to_first_token
        count = self.usage.generated_tokens - 1
        return count / lasted if count > 0 and lasted > 0 else 0.0


class KvType(StrEnum):
    """How keys and values of the context are stored; the quantised ones need flash attention."""

    F16 = "f16"
    Q8_0 = "q8_0"
    Q4_0 = "q4_0"


class LoadChanges(Boundary):
    """What is remembered for one model; None where the preferences (or llama.cpp) decide."""

    context_length: int | None = Field(None, ge=64)
    threads: int | None = Field(None, ge=0)
    gpu_layers: int | None = Field(None, ge=-1)
    flash_attention: bool | None = None
    kv_type: KvType | None = None
    mmap: bool | None = None
    batch: int | None = Field(None, ge=32, le=4096)

    def with_changes(self, **wanted: Any) -> Self:
        """This, with fields changed. Raises pydantic's ValidationError for values that cannot be.

        A quantised cache needs flash attention: what is changed now wins over what was remembered.
        """
        values = self.model_dump() | wanted
        if values["kv_type"] not in (None, KvType.F16) and values["flash_attention"] is False:
            if "kv_type" in wanted and "flash_attention" not in wanted:
                values["flash_attention"] = None
            elif "kv_type" not in wanted:
                values["kv_type"] = None
        return type(self).model_validate(values)


class LoadConfig(Boundary):
    """How a model is loaded."""

    context_length: int = Field(2048, ge=64)
    threads: int = Field(0, ge=0)
    gpu_layers: int = Field(-1, ge=-1)
    parallel_sequences: int = Field(8, ge=1, le=64)
    flash_attention: bool | None = None
    """None lets llama.cpp decide."""
    kv_type: KvType = KvType.F16
    mmap: bool = True
    """Large files are mapped instead of read."""
    batch: int = Field(512, ge=32, le=4096)
    """Tokens that one call computes at most."""

    @classmethod
    def from_settings(cls, llm: LlmSettings, changes: LoadChanges | None = None) -> Self:
        """As the preferences say, changed by what is remembered of the model: the one place where this is decided."""
        known = llm.model_dump(include={"context_length", "threads", "gpu_layers", "parallel_sequences"})
        return cls(**known).changed_by(changes or LoadChanges())

    def changed_by(self, changes: LoadChanges) -> Self:
        """This, with what `changes` says instead."""
        return self.model_copy(update=changes.model_dump(exclude_none=True))


class RememberedModel(Boundary):
    """What the user decided about a model."""

    display_name: str = ""
    """Empty: as its file is called."""
    is_hidden: bool = False
    """Removed from the list; its file was not touched."""
    load: LoadChanges = LoadChanges()


class MemoryUse(Boundary):
    """Bytes that a loaded model occupies, by part."""

    weights: int = 0
    kv_cache: int = 0
    compute: int = 0
    adapters: int = 0
    on_devices: int = 0
    """How much of these lies on graphics cards, as llama.cpp reports it; no further part."""

    @property
    def total(self) -> int:
        return self.weights + self.kv_cache + self.compute + self.adapters


class IdleMemory(Boundary):
    """What models that are loaded but not used would give back."""

    memory_bytes: int = 0
    """Of the processor's memory."""
    card_bytes: int = 0
    """Of the graphics cards."""


class ModelUnloaded(Boundary):
    """A model that was loaded for earlier questions had to make room in the memory."""

    name: str
    for_name: str
    """The model that needed it."""


class ChatEngine(Protocol):
    """A loaded model. Methods may be called from several threads: concurrent answers share one batch."""

    def stream(
        self, request: GenerationRequest, on_text: Callable[[str], None], is_cancelled: Callable[[], bool]
    ) -> Completion:
        """Answer one request, handing over the text as it comes. Raises WorkbenchError (prompt too long, ...)."""
        ...

    def complete_all(
        self,
        requests: Sequence[GenerationRequest],
        on_done: Callable[[Completion], None],
        is_cancelled: Callable[[], bool],
        *,
        exact: bool = False,
    ) -> list[Completion]:
        """Answer a fixed list, in its order, batched from the list alone in a context of its own: repeatable.

        `exact` decodes each request alone, from nothing: its text then does not depend on the others in the list
        either. Batching changes the order of sums, so that a token may differ where two are almost equally likely.
        A request that fails gets FinishReason.ERROR and its `problem`; the others go on.
        """
        ...

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        """Length of the final prompt, in tokens."""
        ...

    def count_text_tokens(self, text: str) -> int: ...

    @property
    def context_length(self) -> int: ...

    def memory(self) -> MemoryUse: ...

    def close(self) -> None: ...
