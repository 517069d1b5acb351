"""The key of a trial: a trial with the same key need not be made twice.

It covers everything that decides the text: what answers (hashes of model and adapter, how they are loaded), how
(prompt, examples, decoding), what was found in the documents, and the block that the question was answered in, because
batching changes the order of sums and with it, rarely, a token. The arm's name is no part of it.
"""

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence

from workbench.compare.arm_types import Arm
from workbench.datasets.types import Example
from workbench.llm.grounded_prompt import grounded_system
from workbench.llm.types import GenerationConfig, LoadConfig
from workbench.rag.search_types import Hit


def arm_print(arm: Arm, model: str, adapter: str, load: LoadConfig) -> str:
    """Hash of everything of an arm that decides its answers, but for the seed. `model` and `adapter` are hashes."""
    decides: dict[str, object] = {
        "model": model,
        "adapter": adapter,
        "scale": arm.adapter_scale,
        "system": arm.system,
        "prompt": arm.prompt.model_dump(mode="json") if arm.prompt else None,
        "shots": [] if arm.prompt else [shot.model_dump() for shot in arm.shots],
        "shots_per_question": arm.shots_per_question,
        "grounded": [grounded_system(), arm.order, arm.passage_tokens] if arm.collection else [],
        "others": [other.model_dump(mode="json") for other in arm.others],
        "generation": arm.generation.model_dump(mode="json", exclude={"seed"}),
        "load": load.model_dump(mode="json"),
    }
    if arm.model.endpoint is not None:
        decides["context"] = arm.model.endpoint.context_length  # how many passages fit
    return _hash(decides)


def question_print(arm: Arm, example: Example, hits: Sequence[Hit]) -> str:
    """Hash of everything of a question that decides an arm's answer."""
    return _hash(
        {
            "question": example.question,
            "variables": example.variables if arm.prompt else {},
            "hits": [[hit.collection, hit.document, hit.page, hit.title, hit.text] for hit in hits],
        }
    )


def block_keys(arm: str, questions: Mapping[str, str], seed: int) -> dict[str, str]:
    """The keys of a block's trials by example id: of each question with all of its block, in their order."""
    together = _hash({"arm": arm, "block": list(questions.values()), "seed": seed})
    return {example_id: _hash({"block": together, "own": own}) for example_id, own in questions.items()}


def alone_key(arm: Arm, print_of_arm: str, timed: Sequence[Example]) -> str:
    """Hash of everything that decides how long an arm takes and what memory it needs, on this machine."""
    return _hash(
        {
            "arm": print_of_arm,
            "collections": [ref.model_dump(mode="json") for ref in (arm.collection, *arm.others) if ref],
            "retrieval": arm.retrieval.model_dump(mode="json") if arm.collection else None,
            "reranker": arm.reranker,
            "questions": [question_print(arm, example, ()) for example in timed],
            "machine": [platform.node(), platform.machine()],
        }
    )


def examples_print(examples: Sequence[Example]) -> tuple[str, ...]:
    """A short hash for each question with its variables: tells whether a block is the same."""
    return tuple(_hash({"question": each.question, "variables": each.variables})[:16] for each in examples)


def seeded(config: GenerationConfig, repeat: int) -> GenerationConfig:
    """The settings of one of several answers: the first has the seed itself, the others one derived from it."""
    if repeat == 0:
        return config
    digest = hashlib.sha256(f"{config.seed} {repeat}".encode()).digest()
    return config.model_copy(update={"seed": int.from_bytes(digest[:4], "big")})


def _hash(values: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
