"""The sizes of a base model that estimates need, read from its header in milliseconds."""

from dataclasses import dataclass
from pathlib import Path

from workbench.finetune.gguf.architectures import ARCHITECTURES, Architecture, architecture_of
from workbench.finetune.training_config import PROJECTIONS, TrainingConfig
from workbench.llm.gguf_header import read_header


@dataclass(frozen=True, slots=True)
class ModelSize:
    """Widths in numbers, not bytes."""

    parameters: int
    layers: int
    width: int
    inner: int
    vocabulary: int
    key_width: int
    """Width of k and v: smaller than `width` with grouped heads."""
    query_width: int = 0
    """Width of all heads together; 0: as `width`."""
    family: Architecture = ARCHITECTURES["llama"]
    file_bytes: int = 0
    """Of the GGUF file: llama.cpp maps it into memory beside the trainer."""

    @property
    def queries(self) -> int:
        return self.query_width or self.width

    @property
    def linear_parameters(self) -> int:
        """Weights of the linear layers, the output layer among them: what is multiplied, not looked up."""
        block = sum(self.inputs(name) * self.outputs(name) for name in PROJECTIONS)
        return self.layers * block + self.vocabulary * self.width

    def inputs(self, projection: str) -> int:
        """Width of what goes into a projection."""
        return {"o_proj": self.queries, "down_proj": self.inner}.get(projection, self.width)

    def outputs(self, projection: str) -> int:
        """Width of what comes out of a projection."""
        return {
            "q_proj": self.queries, "k_proj": self.key_width, "v_proj": self.key_width,
            "gate_proj": self.inner, "up_proj": self.inner,
        }.get(projection, self.width)  # fmt: skip

    def adapted(self, config: TrainingConfig) -> list[tuple[int, int]]:
        """(input, output) width of every linear layer of a block that gets an adapter.

        A layer that joins several projections holds all of them, asked for or not.
        """
        found = []
        for module in self.family.modules(config.targets):
            joined = [name for name in PROJECTIONS if self.family.fused.get(name, name) == module]
            found.append((self.inputs(joined[0]), sum(self.outputs(name) for name in joined)))
        return found

    def adapter_parameters(self, config: TrainingConfig) -> int:
        """Numbers of a LoRA adapter with these settings."""
        return self.layers * config.rank * sum(before + after for before, after in self.adapted(config))


def model_size(gguf: Path) -> ModelSize:
    """Sizes from the header."""
    header = read_header(gguf)
    heads = max(1, header.size("attention.head_count", 1))
    width = header.size("embedding_length")
    head_width = header.size("attention.key_length", width // heads)
    return ModelSize(
        parameters=header.parameters,
        layers=header.size("block_count"),
        width=width,
        inner=header.size("feed_forward_length", 4 * width),
        vocabulary=max((t.shape[1] for n, t in header.tensors.items() if n == "token_embd.weight"), default=32_000),
        key_width=head_width * header.size("attention.head_count_kv", heads),
        query_width=head_width * heads,
        family=architecture_of(header.architecture),
        file_bytes=gguf.stat().st_size,
    )
