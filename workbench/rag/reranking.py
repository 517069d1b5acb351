"""A local cross-encoder reads question and chunk together: slower and better than any index."""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.rag.search_types import Hit


def list_rerankers(folders: Iterable[Path]) -> list[Path]:
    """Every cross-encoder below these folders, by folder and name. Walks folders: not for the window's thread."""
    found = [
        config.parent
        for folder in folders
        for config in (sorted(folder.glob("**/config.json")) if folder.is_dir() else [])
        if is_reranker(config.parent)
    ]
    return list(dict.fromkeys(found))


def find_reranker(folders: Iterable[Path]) -> Path:
    """The first cross-encoder below these folders. Raises WorkbenchError when there is none."""
    for found in list_rerankers(folders):
        return found
    raise WorkbenchError(
        "No local cross-encoder was found, so hits cannot be reranked.",
        hint="Put one (a sentence-transformers CrossEncoder with model.safetensors, like ms-marco-MiniLM-L6-v2) "
        "into a models folder, or search without reranking.",
        code="no_reranker",
    )


def is_reranker(folder: Path) -> bool:
    """Whether the folder holds a sequence classifier with one output, in safetensors, without code of its own."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if not isinstance(config, dict) or "auto_map" in config or not (folder / "model.safetensors").is_file():
        return False
    kinds = [str(name) for name in config.get("architectures") or []]
    labels = config.get("id2label")
    one_output = not isinstance(labels, dict) or len(labels) == 1
    return one_output and any(kind.endswith("ForSequenceClassification") for kind in kinds)


class CrossEncoderReranker:
    """Scores every hit with a cross-encoder; its score becomes the hit's."""

    def __init__(self, folder: Path) -> None:
        from sentence_transformers import CrossEncoder

        if not is_reranker(folder):
            raise WorkbenchError(
                f"{folder.name} is no cross-encoder that can be used.",
                hint="It needs config.json of a sequence classifier with one output, and model.safetensors.",
                code="no_reranker",
            )
        self._network: Any = CrossEncoder(str(folder), trust_remote_code=False, local_files_only=True)

    def rerank(self, question: str, hits: Sequence[Hit]) -> list[Hit]:
        if not hits:
            return []
        pairs = [(question, f"{hit.title}\n{hit.text}") for hit in hits]
        scores = [float(score) for score in self._network.predict(pairs, show_progress_bar=False)]
        scored = [
            hit.model_copy(update={"score": score, "scores": hit.scores | {"rerank": score}})
            for hit, score in zip(hits, scores, strict=True)
        ]
        return sorted(scored, key=lambda hit: (-hit.score, hit.chunk_id))


@cache
def open_reranker(folder: Path) -> CrossEncoderReranker:
    """The loaded cross-encoder, kept for the life of the process."""
    return CrossEncoderReranker(folder)
