"""How the tests of the engine ask it."""

from collections.abc import Callable
from typing import Any

from workbench.llm.llamacpp_engine import LlamaCppEngine
from workbench.llm.types import AdapterRef, ChatMessage, Completion, GenerationConfig, GenerationRequest, Role

Opener = Callable[..., LlamaCppEngine]
SAID = "Hel€ 😀wörd"


def ask(text: str = "hello", *, adapter: AdapterRef | None = None, id: str = "", **config: Any) -> GenerationRequest:
    settings = GenerationConfig(**({"max_tokens": 24} | config))
    return GenerationRequest(
        id=id, messages=(ChatMessage(role=Role.USER, content=text),), config=settings, adapter=adapter
    )


def answer(engine: LlamaCppEngine, request: GenerationRequest) -> Completion:
    return engine.stream(request, lambda _: None, lambda: False)


def answers(engine: LlamaCppEngine, requests: list[GenerationRequest]) -> list[Completion]:
    return engine.complete_all(requests, lambda _: None, lambda: False)
