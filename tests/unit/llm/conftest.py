"""Engines with tiny models, closed after the test."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.llm_models import write_saying_gguf, write_tiny_gguf
from tests.unit.llm.asking import SAID, Opener
from workbench.llm.engines import open_engine
from workbench.llm.library import describe_gguf
from workbench.llm.llamacpp_engine import LlamaCppEngine
from workbench.llm.types import LoadConfig


@pytest.fixture
def opened() -> Iterator[Opener]:
    engines: list[LlamaCppEngine] = []

    def open_(path: Path, **load: Any) -> LlamaCppEngine:
        settings = {"context_length": 256, "threads": 1, "parallel_sequences": 4} | load
        engine = open_engine(describe_gguf(path), LoadConfig(**settings))
        assert isinstance(engine, LlamaCppEngine)
        engines.append(engine)
        return engine

    yield open_
    for engine in engines:
        engine.close()


@pytest.fixture
def tiny(tmp_path: Path, opened: Opener) -> LlamaCppEngine:
    return opened(write_tiny_gguf(tmp_path / "tiny.gguf", ends=False))


@pytest.fixture
def saying(tmp_path: Path, opened: Opener) -> LlamaCppEngine:
    return opened(write_saying_gguf(tmp_path / "saying.gguf", SAID))
