"""A model that answers from a table, and an index that finds what it is told to: for comparisons without a model."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workbench.compare.answering import Searcher
from workbench.compare.arm_types import Arm
from workbench.datasets.types import Example
from workbench.embedding import Embedder, EmbedderRef
from workbench.errors import WorkbenchError
from workbench.llm.types import (
    AdapterRef,
    ChatMessage,
    Completion,
    FinishReason,
    GenerationRequest,
    LoadConfig,
    MemoryUse,
    ModelRef,
    Role,
    Usage,
)
from workbench.rag.search_types import Hit, RetrievalConfig
from workbench.rag.types import CollectionRef

Answerer = Callable[[GenerationRequest], str]
MODEL = ModelRef(name="tiny", path="/models/tiny.gguf", size_bytes=1_000_000)
COLLECTION = CollectionRef(
    name="handbook", folder="/collections/handbook", embedder=EmbedderRef(name="mini", path="/mini", content_hash="e")
)


def hash_of(path: str) -> str:
    return hashlib.sha256(path.encode()).hexdigest()


def arm(name: str, *, adapter: str = "", collection: bool = False, **more: object) -> Arm:
    values: dict[str, object] = {"name": name, "model": MODEL, **more}
    if adapter:
        values |= {"adapter": AdapterRef(path=adapter), "adapter_name": Path(adapter).stem, "adapter_bytes": 5}
        values |= {"adapter_hash": hash_of(adapter)}
    if collection:
        values |= {"collection": COLLECTION}
    return Arm.model_validate(values)


def numbered(count: int) -> tuple[Example, ...]:
    """Questions "What is 3 plus one?" with their answers; each names a document of its own as source."""
    return tuple(
        Example(id=f"q{n}", question=f"What is {n} plus one?", answers=(str(n + 1),), sources=(f"doc{n}.md",))
        for n in range(count)
    )


def asked_number(request: GenerationRequest) -> int:
    """The n of the question, wherever it stands in the last message."""
    return int(request.messages[-1].content.rsplit("What is ", 1)[1].split()[0])


@dataclass
class ScriptedEngine:
    """Answers by a function of the request; remembers what it was asked."""

    answer: Answerer
    batches: list[list[GenerationRequest]] = field(default_factory=list)
    streamed: list[GenerationRequest] = field(default_factory=list)
    closed: bool = False
    context_length: int = 4096
    contexts: set[str] = field(default_factory=set)

    def stream(
        self, request: GenerationRequest, on_text: Callable[[str], None], is_cancelled: Callable[[], bool]
    ) -> Completion:
        self.streamed.append(request)
        self.contexts.add(request.adapter.path if request.adapter else "")
        completion = self._complete(request)
        if completion.problem:
            raise WorkbenchError(completion.problem)
        on_text(completion.text)
        return completion

    def complete_all(
        self,
        requests: Sequence[GenerationRequest],
        on_done: Callable[[Completion], None],
        is_cancelled: Callable[[], bool],
        *,
        exact: bool = False,
    ) -> list[Completion]:
        self.batches.append(list(requests))
        completions = []
        for request in requests:
            completion = self._complete(request)
            on_done(completion)
            completions.append(completion)
        return completions

    def _complete(self, request: GenerationRequest) -> Completion:
        prompt = "\n".join(f"<{message.role}> {message.content}" for message in request.messages)
        try:
            text, problem, reason = self.answer(request), "", FinishReason.STOP
        except WorkbenchError as error:
            text, problem, reason = "", str(error), FinishReason.ERROR
        return Completion(
            id=request.id,
            text=text,
            finish_reason=reason,
            usage=Usage(prompt_tokens=len(prompt.split()), generated_tokens=len(text.split())),
            adapter_hash=hash_of(request.adapter.path) if request.adapter else "",
            adapter_scale=request.adapter.scale if request.adapter else 1.0,
            final_prompt=prompt,
            problem=problem,
        )

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        return sum(len(message.content.split()) for message in messages)

    def count_text_tokens(self, text: str) -> int:
        return len(text.split())

    def memory(self) -> MemoryUse:
        return MemoryUse(weights=100, kv_cache=10 * len(self.contexts), compute=3 * len(self.contexts))

    def close(self) -> None:
        self.closed = True


@dataclass
class ScriptedSearcher:
    """Finds, for question n, a passage of doc<n>.md that holds the answer, and one that does not."""

    searches: list[str] = field(default_factory=list)

    def search(self, query: str, config: RetrievalConfig) -> list[Hit]:
        self.searches.append(query)
        n = int(query.split()[2])
        return [_hit(f"doc{n}.md", f"{n} plus one is {n + 1}."), _hit("other.md", "Nothing of interest.")][
            : config.top_k
        ]

    def similarities(self, text: str, others: Sequence[str]) -> list[float]:
        return [float(text == other) for other in others]


def _hit(document: str, text: str) -> Hit:
    return Hit(document=document, page=1, start=0, end=len(text), score=0.5, text=text, chunk_id=f"{document}-0")


@dataclass
class ScriptedTools:
    """`Tools` around one engine function; counts what was opened."""

    answer: Answerer
    engines: list[ScriptedEngine] = field(default_factory=list)
    searcher: ScriptedSearcher = field(default_factory=ScriptedSearcher)
    refused: Mapping[str, WorkbenchError] = field(default_factory=dict)
    """Models that cannot be loaded, adapters that are gone: by path."""

    def open_engine(self, model: ModelRef, load: LoadConfig) -> ScriptedEngine:
        if model.path in self.refused:
            raise self.refused[model.path]
        self.engines.append(ScriptedEngine(self.answer))
        return self.engines[-1]

    def open_searcher(self, collection: CollectionRef, reranker: str) -> Searcher:
        return self.searcher

    def open_embedder(self, name: str = "") -> Embedder:
        raise WorkbenchError("There is no embedder in this test.")

    def model_hash(self, model: ModelRef) -> str:
        return hash_of(model.path)

    def template_hash(self, model: ModelRef) -> str:
        return hash_of("template")

    def adapter_hash(self, arm: Arm) -> str:
        if arm.adapter is None:
            return ""
        if arm.adapter.path in self.refused:
            raise self.refused[arm.adapter.path]
        return arm.adapter_hash


def knows_with_passages(request: GenerationRequest) -> str:
    """A model that reads well and knows nothing: right only when a passage holds the answer."""
    n = asked_number(request)
    content = request.messages[-1].content
    return f"{n + 1} [1]" if f"{n} plus one is" in content else "a guess"


def always_right(request: GenerationRequest) -> str:
    assert request.messages[-1].role is Role.USER
    return str(asked_number(request) + 1)
