"""A small decoder of the llama architecture with the parameter names of transformers' LlamaForCausalLM.

Own code instead of transformers' class because it is faster on a few CPU cores: the output layer runs only where the
loss is, and there is no cache, mask or hook on the way.
"""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class ModelShape:
    """The size of a model from scratch."""

    layers: int = 6
    width: int = 256
    """Length of a token's vector; a multiple of 32 (Q8_0 stores blocks of 32)."""
    heads: int = 8
    inner: int = 704
    """Width of the feed-forward layers; a multiple of 32."""
    vocabulary: int = 2048
    context: int = 2048
    """Longest text in tokens that the model is meant for."""
    rope_theta: float = 10000.0
    norm_epsilon: float = 1e-5

    @property
    def head_width(self) -> int:
        return self.width // self.heads

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def build_model(shape: ModelShape, seed: int) -> "torch.nn.Module":
    """A freshly initialised model; `forward(ids, targets)` returns the mean loss where targets are not -100."""
    import torch
    from torch import nn
    from torch.nn import functional

    # mypy sees Any in what torch's modules return when they are called: hence the ignored returns below.

    class RmsNorm(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.ones(shape.width))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return functional.rms_norm(x, (shape.width,), self.weight.to(x.dtype), shape.norm_epsilon)

    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.q_proj = nn.Linear(shape.width, shape.width, bias=False)
            self.k_proj = nn.Linear(shape.width, shape.width, bias=False)
            self.v_proj = nn.Linear(shape.width, shape.width, bias=False)
            self.o_proj = nn.Linear(shape.width, shape.width, bias=False)

        def forward(self, x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
            batch, length, _ = x.shape
            split = (batch, length, shape.heads, shape.head_width)
            q, k, v = (f(x).view(split).transpose(1, 2) for f in (self.q_proj, self.k_proj, self.v_proj))
            mixed = functional.scaled_dot_product_attention(_turn(q, cos, sin), _turn(k, cos, sin), v, is_causal=True)
            return self.o_proj(mixed.transpose(1, 2).reshape(batch, length, shape.width))  # type: ignore[no-any-return]

    class FeedForward(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.gate_proj = nn.Linear(shape.width, shape.inner, bias=False)
            self.up_proj = nn.Linear(shape.width, shape.inner, bias=False)
            self.down_proj = nn.Linear(shape.inner, shape.width, bias=False)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.down_proj(functional.silu(self.gate_proj(x)) * self.up_proj(x))  # type: ignore[no-any-return]

    class Layer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.input_layernorm, self.self_attn = RmsNorm(), Attention()
            self.post_attention_layernorm, self.mlp = RmsNorm(), FeedForward()

        def forward(self, x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
            x = x + self.self_attn(self.input_layernorm(x), cos, sin)
            return x + self.mlp(self.post_attention_layernorm(x))  # type: ignore[no-any-return]

    class Body(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed_tokens = nn.Embedding(shape.vocabulary, shape.width)
            self.layers = nn.ModuleList(Layer() for _ in range(shape.layers))
            self.norm = RmsNorm()

    class SmallLlama(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = Body()
            self.lm_head = nn.Linear(shape.width, shape.vocabulary, bias=False)

        def hidden(self, ids: torch.Tensor) -> torch.Tensor:
            cos, sin = _angles(ids.shape[1], shape)
            x = self.model.embed_tokens(ids)
            if torch.is_autocast_enabled("cpu"):
                cos, sin = cos.bfloat16(), sin.bfloat16()
            for layer in self.model.layers:
                x = layer(x, cos, sin)
            return self.model.norm(x)  # type: ignore[no-any-return]

        def forward(self, ids: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
            learned = targets != -100
            logits = self.lm_head(self.hidden(ids)[learned])
            return functional.cross_entropy(logits.float(), targets[learned])

        def logits(self, ids: torch.Tensor) -> torch.Tensor:
            return self.lm_head(self.hidden(ids))  # type: ignore[no-any-return]

    torch.manual_seed(seed)
    model = SmallLlama()
    _initialise(model, shape)
    return model


def _turn(x: "torch.Tensor", cos: "torch.Tensor", sin: "torch.Tensor") -> "torch.Tensor":
    """Rotary positions, halves layout as in transformers."""
    import torch

    half = x.shape[-1] // 2
    return x * cos + torch.cat((-x[..., half:], x[..., :half]), dim=-1) * sin


def _angles(length: int, shape: ModelShape) -> tuple["torch.Tensor", "torch.Tensor"]:
    import torch

    steps = torch.arange(0, shape.head_width, 2, dtype=torch.float32) / shape.head_width
    angles = torch.outer(torch.arange(length, dtype=torch.float32), shape.rope_theta**-steps)
    angles = torch.cat((angles, angles), dim=-1)
    return angles.cos(), angles.sin()


def _initialise(model: "torch.nn.Module", shape: ModelShape) -> None:
    from torch import nn

    for name, weights in model.named_parameters():
        if weights.ndim != 2:
            continue
        deviation = 0.02 if "embed" in name or "lm_head" in name else shape.width**-0.5 * 0.6
        if name.endswith(("o_proj.weight", "down_proj.weight")):
            deviation *= (2 * shape.layers) ** -0.5
        nn.init.normal_(weights, std=deviation)
