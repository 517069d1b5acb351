"""How an arm answers: from its system prompt, examples and passages to the messages that its model reads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from workbench.compare.arm_types import Arm
from workbench.compare.fingerprints import seeded
from workbench.compare.saved_prompts import values_of
from workbench.datasets.types import Example
from workbench.embedding import Embedder
from workbench.llm.grounded_prompt import Passage, grounded_messages
from workbench.llm.types import ChatEngine, ChatMessage, GenerationRequest, LoadConfig, ModelRef, Role
from workbench.playground.assembling import as_request, assemble
from workbench.playground.few_shot import ShotChooser, as_turns
from workbench.playground.template import PromptRenderer
from workbench.playground.types import Prompt
from workbench.rag.search_types import Hit, RetrievalConfig
from workbench.rag.types import CollectionRef


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

    def __init__(
        self,
        arm: Arm,
        engine: ChatEngine,
        find_hits: Callable[[Example], Sequence[Hit]],
        renderer: PromptRenderer | None = None,
    ) -> None:
        """`renderer` is needed by arms with a saved prompt only; it stays open."""
        self._arm = arm
        self._engine = engine
        self._find_hits = find_hits
        self._renderer = renderer
        self._fixed_turns = as_turns(arm.shots) if not arm.shots_per_question else ()
        self._chooser = ShotChooser(arm.shots) if arm.shots_per_question and arm.prompt is None else None

    def prepare(self, example: Example, repeat: int = 0) -> Prepared:
        """The request for one question. Raises WorkbenchError when it cannot be built (a prompt that never fits)."""
        compose = self._composer(example)
        if self._arm.collection is None:
            return Prepared(self._request(example, compose(()), repeat))
        from workbench.rag.grounding import fit_passages

        hits = tuple(self._find_hits(example))
        grounded = fit_passages(
            compose,
            hits,
            self._engine,
            max_answer_tokens=self._arm.generation.max_tokens,
            order=self._arm.order,
            passage_tokens=self._arm.passage_tokens,
        )
        return Prepared(self._request(example, grounded.messages, repeat), hits, tuple(grounded.used_hits))

    def _composer(self, example: Example) -> Callable[[Sequence[Passage]], tuple[ChatMessage, ...]]:
        """From passages to the messages of this question."""
        if self._arm.prompt is not None:
            return partial(self._saved_messages, self._arm.prompt, example)
        return partial(self._plain_messages if self._arm.collection is None else self._grounded_messages, example)

    def _plain_messages(self, example: Example, _: Sequence[Passage]) -> tuple[ChatMessage, ...]:
        system = (ChatMessage(role=Role.SYSTEM, content=self._arm.system),) if self._arm.system else ()
        return (*system, *self._turns(example), ChatMessage(role=Role.USER, content=example.question))

    def _grounded_messages(self, example: Example, passages: Sequence[Passage]) -> tuple[ChatMessage, ...]:
        return grounded_messages(example.question, passages, examples=self._turns(example), system=self._arm.system)

    def _saved_messages(self, prompt: Prompt, example: Example, passages: Sequence[Passage]) -> tuple[ChatMessage, ...]:
        assert self._renderer is not None, "an arm with a saved prompt needs a renderer"
        return assemble(self._renderer, prompt, values_of(example), passages=passages)

    def _turns(self, example: Example) -> tuple[ChatMessage, ...]:
        if self._chooser is None:
            return self._fixed_turns
        return as_turns(self._chooser.choose(example.question, self._arm.shots_per_question))

    def _request(self, example: Example, messages: Sequence[ChatMessage], repeat: int) -> GenerationRequest:
        config = seeded(self._arm.generation, repeat)
        if self._arm.prompt is not None:  # a last message by the assistant is the beginning of the answer
            asked = as_request(self._arm.prompt, messages, id=example.id, adapter=self._arm.adapter)
            return asked.model_copy(update={"config": config})
        return GenerationRequest(id=example.id, messages=tuple(messages), config=config, adapter=self._arm.adapter)
