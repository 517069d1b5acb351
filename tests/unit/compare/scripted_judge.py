"""A judge that follows a script, and an embedder of words: for scores by models without a model."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tests.unit.compare.scripted import Answerer, ScriptedEngine, ScriptedTools, hash_of
from workbench.compare.judge.types import ResolvedJudge
from workbench.errors import WorkbenchError
from workbench.llm.types import GenerationRequest, LoadConfig, ModelRef
from workbench.scoring.judge_settings import JudgeSettings

JUDGE_MODEL = ModelRef(name="judge", path="/models/judge.gguf", size_bytes=9)
_BLOCK = re.compile(r"<(\w+)-([0-9a-f]{6})>\n(.*?)\n</\1-\2>", re.DOTALL)


def blocks_of(prompt: str) -> dict[str, str]:
    """What stands between the tags of a judge's prompt, by their names."""
    return {name: text for name, _, text in _BLOCK.findall(prompt)}


def judge(**settings: object) -> ResolvedJudge:
    return ResolvedJudge(model=JUDGE_MODEL, settings=JudgeSettings.model_validate({"model": "judge", **settings}))


def graded(score: object, reason: str = "so it is") -> str:
    shown = f'"{score}"' if isinstance(score, str) else score
    return f'{{"reason": "{reason}", "score": {shown}}}'


def fair_grader(request: GenerationRequest) -> str:
    """5 where the answer is a right one, 1 elsewhere."""
    found = blocks_of(request.messages[-1].content)
    return graded(5 if found["answer"].strip() in found["references"].split("\n") else 1)


def fair_chooser(request: GenerationRequest) -> str:
    """Prefers the right answer, wherever it stands."""
    found = blocks_of(request.messages[-1].content)
    right = [name for name in ("first", "second") if found[name].strip() in found["references"].split("\n")]
    better = right[0] if len(right) == 1 else "tie"
    return f'{{"reason": "it is right", "better": "{better}"}}'


class WordEmbedder:
    """Texts with the same words have the same vector; texts without a common word are at right angles (nearly)."""

    max_tokens = 256
    dimension = 512
    content_hash = "words"

    def __init__(self) -> None:
        self.texts: list[str] = []

    def embed_documents(
        self, texts: Sequence[str], check: Callable[[], None] = lambda: None
    ) -> npt.NDArray[np.float32]:
        self.texts += texts
        return np.stack([self._vector(text) for text in texts]) if texts else np.zeros((0, 512), dtype=np.float32)

    def embed_query(self, text: str) -> npt.NDArray[np.float32]:
        return self._vector(text)

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def _vector(self, text: str) -> npt.NDArray[np.float32]:
        vector = np.zeros(512, dtype=np.float32)
        for word in re.findall(r"\w+", text.casefold()):
            vector[int.from_bytes(hashlib.sha256(word.encode()).digest()[:2], "big") % 512] += 1
        return vector / max(float(np.linalg.norm(vector)), 1e-9)


@dataclass
class JudgeTools(ScriptedTools):
    """`ScriptedTools` with a judge beside the model that answers."""

    judges: Answerer = fair_grader
    judge_engines: list[ScriptedEngine] = field(default_factory=list)
    embedder: WordEmbedder = field(default_factory=WordEmbedder)
    embedder_problem: str = ""

    def open_engine(self, model: ModelRef, load: LoadConfig) -> ScriptedEngine:
        if model.path != JUDGE_MODEL.path or model.path in self.refused:
            return super().open_engine(model, load)
        self.judge_engines.append(ScriptedEngine(self.judges))
        return self.judge_engines[-1]

    def open_embedder(self, name: str = "") -> WordEmbedder:
        if self.embedder_problem:
            raise WorkbenchError(self.embedder_problem)
        return self.embedder

    def model_hash(self, model: ModelRef) -> str:
        if model.path in self.refused and model.path == JUDGE_MODEL.path:
            raise self.refused[model.path]
        return hash_of(model.path)

    @property
    def asked(self) -> list[str]:
        """Every prompt that the judge has read."""
        return [
            request.messages[-1].content
            for engine in self.judge_engines
            for batch in engine.batches
            for request in batch
        ]
