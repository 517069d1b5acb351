"""How an arm answers: from its system prompt, examples and passages to the messages that its model reads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from workbench.compare.types import Arm
from workbench.datasets.types import Example
from workbench.embedding import Embedder
from workbench.llm.types import ChatEngine, ChatMessage, GenerationRequest, LoadConfig, ModelRef, Role
from workbench.playground.few_shot import ShotChooser, as_turns
from workbench.rag.types import CollectionRef, Hit, RetrievalConfig


class Searcher(Protocol):
    """An opened collection."""

    def search(self, query: str, config: RetrievalConfig) -> list[Hit]: ...
    def similarities(self, text: str, others: Sequence[str]) -> list[float]:
        """Cosine similarity of a text to each of the others."""
        ...


class Tools(Protocol):
    """What a run needs of the rooms below: real ones in a worker, scripted ones in tests."""

    def open_engine(self, model: ModelRef, load: LoadConfig) -> ChatEngine: ...
    def open_searcher(self, collection: CollectionRef, reranker: str) -> Searcher: ...
    def model_hash(self, model: ModelRef) -> str: ...
    def template_hash(self, model: ModelRef) -> str: ...
    def adapter_hash(self, arm: Arm) -> str: ...
    def open_embedder(self, name: str = "") -> Embedder:
        """By name or folder; the starter for an empty name."""
        ...


class RealTools:
    """The engines, indexes and files of this machine."""

    def open_engine(self, model: ModelRef, load: LoadConfig) -> ChatEngine:
        from workbench.llm.engines import open_engine

        return open_engine(model, load)

    def open_searcher(self, collection: CollectionRef, reranker: str) -> Searcher:
        from workbench.rag.retrieval import open_retriever

        return open_retriever(collection, reranker)

    def model_hash(self, model: ModelRef) -> str:
        from workbench.llm.fingerprints import model_hash

        return model_hash(model)

    def template_hash(self, model: ModelRef) -> str:
        from workbench.llm.fingerprints import template_hash

        return template_hash(model)

    def open_embedder(self, name: str = "") -> Embedder:
        from workbench.embedding import find_embedder, load_embedder

        return load_embedder(find_embedder(name))

    def adapter_hash(self, arm: Arm) -> str:
        from workbench.llm.fingerprints import checked_adapter_hash

        return checked_adapter_hash(arm.adapter, arm.adapter_hash)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request for the model, and what it was built from."""

    request: GenerationRequest
    hits: tuple[Hit, ...] = ()
    used_hits: tuple[Hit, ...] = ()


class ArmPreparer:
    """Builds the requests of one arm."""

    def __init__(self, arm: Arm, engine: ChatEngine, find_hits: Callable[[Example], Sequence[Hit]]) -> None:
        self._arm = arm
        self._engine = engine
        self._find_hits = find_hits
        self._fixed_turns = as_turns(arm.shots) if not arm.shots_per_question else ()
        self._chooser = ShotChooser(arm.shots) if arm.shots_per_question else None

    def prepare(self, example: Example) -> Prepared:
        """The request for one question. Raises WorkbenchError when it cannot be built (a prompt that never fits)."""
        if self._arm.collection is None:
            return Prepared(self._request(example, self._plain_messages(example)))
        from workbench.rag.grounding import build_messages

        hits = tuple(self._find_hits(example))
        grounded = build_messages(
            example.question,
            hits,
            self._engine,
            max_answer_tokens=self._arm.generation.max_tokens,
            examples=self._turns(example),
            system=self._arm.system,
            order=self._arm.order,
            passage_tokens=self._arm.passage_tokens,
        )
        return Prepared(self._request(example, grounded.messages), hits, tuple(grounded.used_hits))

    def _plain_messages(self, example: Example) -> tuple[ChatMessage, ...]:
        system = (ChatMessage(role=Role.SYSTEM, content=self._arm.system),) if self._arm.system else ()
        return (*system, *self._turns(example), ChatMessage(role=Role.USER, content=example.question))

    def _turns(self, example: Example) -> tuple[ChatMessage, ...]:
        if self._chooser is None:
            return self._fixed_turns
        return as_turns(self._chooser.choose(example.question, self._arm.shots_per_question))

    def _request(self, example: Example, messages: Sequence[ChatMessage]) -> GenerationRequest:
        return GenerationRequest(
            id=example.id, messages=tuple(messages), config=self._arm.generation, adapter=self._arm.adapter
        )
