"""A server on this computer, and engines for it."""

from collections.abc import Iterator

import pytest

from tests.openai_server import OpenAiServer, serving
from tests.unit.llm.endpoints.asking import Engines


@pytest.fixture
def server() -> Iterator[OpenAiServer]:
    with serving() as server:
        yield server


@pytest.fixture
def engine_for(server: OpenAiServer) -> Iterator[Engines]:
    engines = Engines(server)
    yield engines
    for engine in engines.made:
        engine.close()
