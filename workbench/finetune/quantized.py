"""A base held in 4 bits on a graphics card (QLoRA): linear layers are replaced, adapters are trained beside them."""

import importlib.util
from typing import Any

from workbench.errors import WorkbenchError

_KEPT = ("lm_head",)
"""Layers that stay as they are: rounding the output layer costs more than it saves."""


def why_no_qlora(has_cuda: bool) -> str:
    """Why this computer cannot train beside a base of 4 bits ("needs ..."); empty when it can."""
    if not has_cuda:
        return "needs a graphics card by NVIDIA"
    if importlib.util.find_spec("bitsandbytes") is None:
        return "needs the package bitsandbytes"
    return ""


def quantize_base(model: Any) -> Any:
    """The model with its linear layers in NF4 (Dettmers et al. 2023), on the graphics card.

    Raises WorkbenchError where the hardware or the package is missing.
    """
    import torch

    if reason := why_no_qlora(torch.cuda.is_available()):
        raise WorkbenchError(f"QLoRA {reason}.", hint="Choose LoRA: it does the same in more memory.", code="no_qlora")
    compute = torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    replace_linears(model, compute)
    model.is_loaded_in_4bit = True  # peft asks for it
    return model.to("cuda")


def replace_linears(model: Any, compute: Any) -> int:
    """Swap every linear layer but `_KEPT` for one of 4 bits with the same numbers; returns how many."""
    import bitsandbytes
    import torch

    found = [
        (parent, name, child)
        for parent in model.modules()
        for name, child in parent.named_children()
        if type(child) is torch.nn.Linear and name not in _KEPT
    ]
    for parent, name, linear in found:
        small = bitsandbytes.nn.Linear4bit(
            linear.in_features,
            linear.out_features,
            bias=linear.bias is not None,
            compute_dtype=compute,
            compress_statistics=True,
            quant_type="nf4",
        )
        small.weight = bitsandbytes.nn.Params4bit(
            linear.weight.data, requires_grad=False, compress_statistics=True, quant_type="nf4"
        )
        if linear.bias is not None:
            small.bias = torch.nn.Parameter(linear.bias.data, requires_grad=False)
        setattr(parent, name, small)
    return len(found)
