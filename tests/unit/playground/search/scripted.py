"""Searches on models that answer from a function: the whole way of a search without a model."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.datasets.types import Example
from workbench.jobs.context import RecordingContext
from workbench.llm.scripted_engine import ScriptedEngine
from workbench.llm.types import ChatEngine, GenerationRequest, LoadConfig, ModelRef, Role
from workbench.playground.search.conducting import conduct
from workbench.playground.search.types import SearchBudget, SearchReport, SearchRequest
from workbench.playground.types import Prompt, PromptBlock
from workbench.scoring.types import MetricChoice

MODEL = ModelRef(name="tiny", path="/models/tiny.gguf")
WRITER = ModelRef(name="writer", path="/models/writer.gguf")
Script = Callable[[GenerationRequest], str]


def prompt(system: str = "Answer the question.") -> Prompt:
    return Prompt(
        blocks=(PromptBlock(role=Role.SYSTEM, text=system), PromptBlock(role=Role.USER, text="{{ question }}"))
    )


def questions(count: int) -> tuple[Example, ...]:
    return tuple(Example(id=f"q{n}", question=f"Which colour has number {n}?", answers=("red",)) for n in range(count))


def system_of(request: GenerationRequest) -> str:
    return next((message.content for message in request.messages if message.role is Role.SYSTEM), "")


def chance(*parts: object) -> float:
    """A number in 0..1 that is always the same for the same parts."""
    digest = hashlib.sha256("\0".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def right_with(share_of: Callable[[str], float]) -> Script:
    """Right on a share of the questions that depends on the system prompt."""

    def answer(request: GenerationRequest) -> str:
        system, question = system_of(request), request.messages[-1].content
        return "red" if chance(question, system) < share_of(system) else "blue"

    return answer


class ScriptedTools:
    """`Tools` with one scripted engine for each model; keeps them."""

    def __init__(self, script: Script, writer: Script | None = None) -> None:
        self._scripts = {MODEL.path: script, WRITER.path: writer or script}
        self.engines: dict[str, ScriptedEngine] = {}
        self.hash = "hash"

    def open_engine(self, model: ModelRef, load: LoadConfig) -> ChatEngine:
        self.engines[model.path] = ScriptedEngine(self._scripts[model.path])
        return self.engines[model.path]

    def model_hash(self, model: ModelRef) -> str:
        return self.hash

    @property
    def asked(self) -> int:
        return len(self.engines[MODEL.path].asked)


def request(folder: Path, **changes: Any) -> SearchRequest:
    values: dict[str, Any] = {
        "name": "colours",
        "start": prompt(),
        "model": MODEL,
        "examples": questions(120),
        "metric": MetricChoice(name="exact_match"),
        "budget": SearchBudget(generations=900),
        "folder": str(folder),
        "formats": False,
        "shots_from_questions": False,
    }
    return SearchRequest.model_validate(values | changes)


def run(request: SearchRequest, tools: ScriptedTools) -> tuple[SearchReport, RecordingContext]:
    context = RecordingContext()
    return conduct(context, request, tools), context
