"""How the tests of the engine ask a server on this computer."""

from typing import Any

import pytest

from tests.openai_server import OpenAiServer
from workbench.errors import WorkbenchError
from workbench.llm.endpoints.connection import Patience
from workbench.llm.endpoints.endpoint_engine import EndpointEngine
from workbench.llm.endpoints.types import Endpoint
from workbench.llm.types import ChatMessage, Completion, GenerationConfig, GenerationRequest, Role

KEY = "sk-canary-4711"
QUICK = Patience(
    connect_seconds=5, first_seconds=20, silence_seconds=20, first_wait_seconds=0.01, longest_wait_seconds=1.5
)


class Engines:
    """Makes engines for one server and closes them."""

    def __init__(self, server: OpenAiServer) -> None:
        self._server = server
        self.made: list[EndpointEngine] = []

    def __call__(self, key: str = "", patience: Patience = QUICK, **values: Any) -> EndpointEngine:
        endpoint = Endpoint.of(**({"name": "far", "base_url": self._server.url, "model": "small"} | values))
        self.made.append(EndpointEngine(endpoint, key, patience))
        return self.made[-1]


def ask(text: str = "one two three", id: str = "", **config: Any) -> GenerationRequest:
    return GenerationRequest(
        id=id, messages=(ChatMessage(role=Role.USER, content=text),), config=GenerationConfig(**config)
    )


def answer(engine: EndpointEngine, request: GenerationRequest) -> tuple[Completion, list[str]]:
    pieces: list[str] = []
    return engine.stream(request, pieces.append, lambda: False), pieces


def problem_of(engine: EndpointEngine, request: GenerationRequest | None = None) -> tuple[WorkbenchError, list[str]]:
    pieces: list[str] = []
    with pytest.raises(WorkbenchError) as caught:
        engine.stream(request or ask(), pieces.append, lambda: False)
    return caught.value, pieces
