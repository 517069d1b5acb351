"""Grids without a model: sums, asked by prompts that differ, answered by a function."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workbench.datasets.types import Example
from workbench.errors import WorkbenchError
from workbench.llm.scripted_engine import ScriptedEngine
from workbench.llm.types import Completion, GenerationRequest, LoadConfig, ModelRef, Role
from workbench.playground.grid.types import Answerer, Combination, GridRequest, GridRow, SettingsVariant
from workbench.playground.types import Prompt, PromptBlock, PromptVersion
from workbench.scoring.types import MetricChoice

TINY = ModelRef(name="tiny", path="/models/tiny.gguf")
SMALL = ModelRef(name="small", path="/models/small.gguf")


def version(number: int, question: str = "{{ question }}", *, system: str = "", **more: object) -> PromptVersion:
    prompt = Prompt.model_validate(
        {"blocks": (PromptBlock(role=Role.SYSTEM, text=system), PromptBlock(role=Role.USER, text=question)), **more}
    )
    digest = hashlib.sha256(prompt.model_dump_json().encode()).hexdigest()
    return PromptVersion(id=f"v{number}", prompt_name="sums", number=number, content_hash=digest, prompt=prompt)


def combination(
    name: str = "a", found: PromptVersion | None = None, model: ModelRef = TINY, **changes: object
) -> Combination:
    return Combination(
        name=name,
        version=found or version(1),
        answerer=Answerer(model=model),
        settings=SettingsVariant(changes=changes),
    )


def rows(count: int, **variables: str) -> tuple[GridRow, ...]:
    """Questions "What is 3 plus one?" with their answers."""
    return tuple(
        GridRow(
            example=Example(id=f"q{n}", question=f"What is {n} plus one?", answers=(str(n + 1),), variables=variables)
        )
        for n in range(count)
    )


def grid(folder: Path, *combinations: Combination, count: int = 40, **more: object) -> GridRequest:
    return GridRequest.model_validate(
        {
            "name": "sums",
            "rows": rows(count),
            "combinations": combinations or (combination(),),
            "metrics": (MetricChoice(name="exact_match"),),
            "folder": str(folder),
            **more,
        }
    )


def asked_number(request: GenerationRequest) -> int:
    return int(request.messages[-1].content.rsplit("What is ", 1)[1].split()[0])


def always_right(request: GenerationRequest) -> str:
    return str(asked_number(request) + 1)


class CountingEngine(ScriptedEngine):
    """Keeps its batches: which rows were asked together."""

    def __init__(self, script: Callable[[GenerationRequest], str]) -> None:
        super().__init__(script)
        self.batches: list[list[str]] = []

    def complete_all(
        self,
        requests: Sequence[GenerationRequest],
        on_done: Callable[[Completion], None],
        is_cancelled: Callable[[], bool],
        *,
        exact: bool = False,
    ) -> list[Completion]:
        self.batches.append([request.id for request in requests])
        return super().complete_all(requests, on_done, is_cancelled, exact=exact)


@dataclass
class ScriptedTools:
    """`Tools` around one function; counts what was opened."""

    answer: Callable[[GenerationRequest], str] = always_right
    engines: list[CountingEngine] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    refused: Mapping[str, WorkbenchError] = field(default_factory=dict)
    """Models that cannot be loaded, by name."""
    hashes: Mapping[str, str] = field(default_factory=dict)

    def open_engine(self, model: ModelRef, load: LoadConfig) -> CountingEngine:
        self.opened.append(model.name)
        if model.name in self.refused:
            raise self.refused[model.name]
        self.engines.append(CountingEngine(self.answer))
        return self.engines[-1]

    def model_hash(self, model: ModelRef) -> str:
        return self.hashes.get(model.name, f"hash of {model.name}")

    def adapter_hash(self, answerer: Answerer) -> str:
        return answerer.adapter_hash

    @property
    def asked(self) -> int:
        return sum(len(engine.asked) for engine in self.engines)
