"""A short list of good small models, for people who do not know what to search for. Needs no network.

`resources/hub/models.json` holds facts only, as their publishers state them. What the hub lists when a download begins
wins over them.
"""

from functools import cache

from pydantic import TypeAdapter

from workbench import resources
from workbench.boundary import Boundary
from workbench.llm.types import ModelRef


class Recommended(Boundary):
    """One model of the list."""

    title: str
    repository: str
    file: str
    quantization: str
    size_bytes: int
    parameters: int
    licence: str
    """All of the list allow any use, also in business."""
    architecture: str
    context_length: int
    block_count: int
    embedding_length: int
    head_count: int
    head_count_kv: int
    key_length: int
    good_for: str
    """One sentence."""

    @property
    def model(self) -> ModelRef:
        """As its header will say it: for the question whether it fits into the memory."""
        return ModelRef(
            name=self.title,
            path="",
            architecture=self.architecture,
            parameters=self.parameters,
            quantization=self.quantization,
            context_length=self.context_length,
            size_bytes=self.size_bytes,
            embedding_length=self.embedding_length,
            block_count=self.block_count,
            head_count=self.head_count,
            head_count_kv=self.head_count_kv,
            key_length=self.key_length,
            licence=self.licence,
        )


@cache
def recommended() -> tuple[Recommended, ...]:
    """Smallest first."""
    models = TypeAdapter(tuple[Recommended, ...]).validate_json(resources.text("hub/models.json"))
    return tuple(sorted(models, key=lambda model: model.size_bytes))
