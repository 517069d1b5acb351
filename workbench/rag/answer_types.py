"""Values of answering: the question with its passages, the prompt they make, the answer and what it cites."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from workbench.boundary import Boundary
from workbench.llm.types import AdapterRef, ChatMessage, Completion, GenerationConfig, LoadConfig, ModelRef
from workbench.rag.search_types import Hit, Question, RetrievalConfig
from workbench.rag.types import CollectionRef


class PassageOrder(StrEnum):
    """The order in which the chosen passages stand in the prompt."""

    BEST_FIRST = "best first"
    BEST_LAST = "best last"
    """The best one next to the question."""
    EDGES = "best at both ends"
    """Models read the middle of a long prompt worst (Liu et al., "Lost in the middle", 2023)."""


class Citation(Boundary):
    """The place that one mark [n] of an answer points to."""

    number: int
    collection: str = ""
    document: str
    page: int
    start: int
    end: int
    text: str


class AskRequest(Boundary):
    collection: CollectionRef
    others: tuple[CollectionRef, ...] = ()
    """Further collections that are asked at once, each with its own embedder."""
    questions: tuple[Question, ...]
    model: ModelRef
    load: LoadConfig = LoadConfig()
    config: GenerationConfig = GenerationConfig()
    adapter: AdapterRef | None = None
    retrieval: RetrievalConfig = RetrievalConfig()
    reranker: str = ""
    examples: tuple[ChatMessage, ...] = ()
    system: str = ""
    """Replaces the program's own instruction before the sources."""
    order: PassageOrder = PassageOrder.BEST_FIRST
    passage_tokens: int = Field(0, ge=0)
    """Tokens that the passages may take together; 0: what the context leaves."""
    history: tuple[ChatMessage, ...] = ()
    """Earlier questions and answers: the question is then rewritten to stand alone, and the rewriting is told."""

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        if len({question.id for question in self.questions}) != len(self.questions):
            raise ValueError("two questions have the same id")
        return self


class StandaloneQuestion(Boundary):
    """What a follow-up question was understood to ask."""

    id: str
    asked: str
    text: str
    """What is searched and answered; as asked where the model did not rewrite it."""
    remark: str = ""


class PassageInPrompt(Boundary):
    """A passage that the model saw, or one that had no room."""

    number: int = 0
    """Its mark; 0 when it was left out."""
    collection: str = ""
    document: str
    page: int
    tokens: int
    """What it adds to the prompt; of one that was left out: what it would have added."""


class AnswerPrompt(Boundary):
    """Exactly what the model is given for a question, and what each part of it takes."""

    id: str
    messages: tuple[ChatMessage, ...]
    tokens: int
    """The whole prompt with the marks of the chat template."""
    instruction_tokens: int
    """The instruction before the sources, and examples."""
    question_tokens: int
    """The question with the marks of the chat template."""
    passages: tuple[PassageInPrompt, ...]
    """In the order in which the model sees them."""
    left_out: tuple[PassageInPrompt, ...] = ()
    """Passages that were found and had no room."""
    context_length: int
    """Tokens that prompt and answer may have together."""
    answer_tokens: int
    """Kept free for the answer."""
    passage_tokens: int = 0
    """What the passages were allowed to take; 0: what the context left."""


class Claim(Boundary):
    """A sentence of an answer that names sources, and whether they say so."""

    text: str
    numbers: tuple[int, ...]
    """Its marks."""
    supported: bool
    reason: str = ""
    """Why it counts as unsupported; empty when it is supported."""
    score: float = 0.0
    """Share of its words and numbers that stand in the cited passages, or the likeness to their nearest sentence."""


class Answer(Boundary):
    """An answer from documents."""

    id: str
    answer: str
    """As the model wrote it, marks [n] included; a mark to nowhere names the passage that bears its sentence out, where
    there is one, and `remark` says so."""
    answerable: bool
    """False when it says that the documents do not say."""
    citations: tuple[Citation, ...] = ()
    dangling: tuple[int, ...] = ()
    """Marks that point to no passage."""
    claims: tuple[Claim, ...] = ()
    """The sentences with marks, each checked against what it cites."""
    uncited: tuple[str, ...] = ()
    """Statements without a mark: nothing says where they come from."""
    hits: tuple[Hit, ...] = ()
    """What was retrieved, best first."""
    used: int = 0
    """How many of the hits the model saw."""
    remark: str = ""
    problem: str = ""
    completion: Completion | None = None


class AskReport(Boundary):
    questions: int
    seconds: float = 0.0
