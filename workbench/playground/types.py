"""Prompt experiments: what was asked, of what exactly, and what came back."""

from pydantic import Field

from workbench.boundary import Boundary
from workbench.llm.types import ChatMessage, Completion, GenerationConfig


class Exchange(Boundary):
    """One prompt with its completion, its settings and the hashes of what answered."""

    schema_version: int = 1
    id: str
    created: str = ""
    """ISO 8601 in UTC."""
    model_name: str
    model_hash: str = ""
    """SHA-256 of the model file (see `llm.file_hash.fingerprint`); empty when the answer was stopped."""
    adapter_name: str = ""
    messages: tuple[ChatMessage, ...]
    """Everything that was sent: system prompt, earlier turns, the question."""
    config: GenerationConfig = Field(default_factory=GenerationConfig)
    completion: Completion

    @property
    def question(self) -> str:
        return self.messages[-1].content if self.messages else ""

    @property
    def adapter_hash(self) -> str:
        return self.completion.adapter_hash
