"""The optimizer of training from scratch: Muon for the matrices inside, AdamW for everything else.

Muon (K. Jordan, 2024) makes each matrix's step orthogonal, which learns more from the same text; scaled as in
"Muon is scalable for LLM training" (2025) so that AdamW's learning rates fit.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

_QUINTIC = (3.4445, -4.7750, 2.0315)


def orthogonal(steps: "torch.Tensor") -> "torch.Tensor":
    """A stack of matrices with their singular values pushed towards 1 (Newton-Schulz, five rounds)."""
    a, b, c = _QUINTIC
    x: torch.Tensor = steps.bfloat16()
    tall = x.shape[-2] > x.shape[-1]
    if tall:
        x = x.mT
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(5):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x.mT if tall else x).float()


class MuonAdamW:
    """Both optimizers behind one `step`; a learning rate is a factor of each one's own rate."""

    def __init__(self, model: "torch.nn.Module", *, rate: float, decay: float = 0.05) -> None:
        import torch

        inside = {n: p for n, p in model.named_parameters() if p.ndim == 2 and "embed" not in n and "lm_head" not in n}
        others = [p for n, p in model.named_parameters() if n not in inside]
        self._rate, self._decay = rate, decay
        self._groups: dict[tuple[int, ...], list[Any]] = {}
        for weights in inside.values():
            self._groups.setdefault(tuple(weights.shape), []).append(weights)
        self._momentum = {shape: torch.zeros(len(g), *shape) for shape, g in self._groups.items()}
        self._adam = torch.optim.AdamW(others, lr=rate, betas=(0.9, 0.98), weight_decay=0.0)

    def step(self, factor: float) -> None:
        """One update with `factor` (0 to 1) of the learning rates; gradients are cleared."""
        import torch

        for group in self._adam.param_groups:
            group["lr"] = self._rate * factor
        self._adam.step()
        self._adam.zero_grad(set_to_none=True)
        with torch.no_grad():
            for shape, weights in self._groups.items():
                self._step_group(shape, weights, self._rate * factor)

    def _step_group(self, shape: tuple[int, ...], weights: list[Any], rate: float) -> None:
        import torch

        gradients = torch.stack([w.grad for w in weights])
        momentum = self._momentum[shape]
        momentum.lerp_(gradients, 0.05)
        steps = orthogonal(gradients.lerp(momentum, 0.95))
        for weight, step in zip(weights, steps, strict=True):
            weight.mul_(1 - rate * self._decay).add_(step, alpha=-rate * 0.2 * max(shape) ** 0.5)
            weight.grad = None

    def state_dict(self) -> dict[str, Any]:
        """What a continued training needs."""
        return {"adam": self._adam.state_dict(), "momentum": self._momentum}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue where `state_dict` was taken."""
        self._adam.load_state_dict(state["adam"])
        self._momentum = state["momentum"]
