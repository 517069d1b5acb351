"""The key of a trial: a trial with the same key need not be made twice."""

import hashlib
import json

from workbench.compare.types import Arm
from workbench.datasets.types import Example
from workbench.llm.types import LoadConfig
from workbench.rag.types import PassageOrder


def trial_key(arm: Arm, example: Example, model: str, adapter: str, load: LoadConfig) -> str:
    """Hash of everything that decides the answer of this arm to this question."""
    decides = {
        "model": model,
        "adapter": adapter,
        "scale": arm.adapter.scale if arm.adapter else 1.0,
        "system": arm.system,
        "shots": [shot.model_dump() for shot in arm.shots],
        "shots_per_question": arm.shots_per_question,
        "collection": arm.collection.model_dump(mode="json") if arm.collection else None,
        "retrieval": arm.retrieval.model_dump(mode="json") if arm.collection else None,
        "generation": arm.generation.model_dump(mode="json"),
        "load": load.model_dump(mode="json"),
        "question": example.question,
    }
    if arm.collection is not None and (arm.others or arm.passage_tokens or arm.order is not PassageOrder.BEST_FIRST):
        decides["others"] = [other.model_dump(mode="json") for other in arm.others]
        decides["passages"] = [arm.order.value, arm.passage_tokens]
    if arm.collection is not None and arm.retrieval.rerank:
        decides["reranker"] = arm.reranker
    if arm.model.endpoint is not None:
        decides["context"] = arm.model.endpoint.context_length  # how many passages fit
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()
