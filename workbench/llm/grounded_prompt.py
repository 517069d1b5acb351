"""The one form in which passages and a question are put to a model.

Retrieval answers with it, training rows with retrieved chunks are made with it, and the starter model learned it: the
three must never drift apart, which is why it lives below all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from workbench import resources
from workbench.llm.types import ChatMessage, Role

REFUSAL = "The documents do not say."


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document as the model sees it. `title` is the document or heading path and may be empty."""

    title: str
    text: str


def grounded_system() -> str:
    """The instruction that goes before the sources."""
    return resources.text("prompts/grounded_system.md").strip()


def grounded_question(question: str, passages: Sequence[Passage]) -> str:
    """The user's turn: sources numbered from 1, then the question."""
    blocks = [
        f"[{number}] {passage.title}\n{passage.text}" if passage.title else f"[{number}] {passage.text}"
        for number, passage in enumerate(passages, 1)
    ]
    return "\n\n".join([*blocks, f"Question: {question}"])


def grounded_messages(
    question: str, passages: Sequence[Passage], *, examples: Sequence[ChatMessage] = (), system: str = ""
) -> tuple[ChatMessage, ...]:
    """System instruction, optional few-shot turns, then the grounded question."""
    return (
        ChatMessage(role=Role.SYSTEM, content=system or grounded_system()),
        *examples,
        ChatMessage(role=Role.USER, content=grounded_question(question, passages)),
    )


def is_refusal(answer: str) -> bool:
    """Whether an answer says that the documents do not say."""
    words = " ".join(answer.casefold().split())
    return "documents do not say" in words or "documents don't say" in words
