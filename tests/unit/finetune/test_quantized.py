"""QLoRA as far as a processor allows: which layers are swapped, with which numbers, and why it is not offered."""

import sys
import types
from typing import Any

import pytest

from workbench.finetune.quantized import replace_linears, why_no_qlora


def fake_bitsandbytes() -> types.ModuleType:
    """The two names that are used, which keep the numbers as they are."""
    import torch

    class Params4bit(torch.nn.Parameter):
        def __new__(cls, data: Any, requires_grad: bool = False, **_settings: Any) -> "Params4bit":
            made: Params4bit = torch.Tensor._make_subclass(cls, data, requires_grad)
            return made

    class Linear4bit(torch.nn.Linear):
        def __init__(self, inputs: int, outputs: int, bias: bool, **settings: Any) -> None:
            super().__init__(inputs, outputs, bias)
            self.settings = settings

    module = types.ModuleType("bitsandbytes")
    module.nn = types.SimpleNamespace(Linear4bit=Linear4bit, Params4bit=Params4bit)  # type: ignore[attr-defined]
    return module


def test_that_every_layer_but_the_last_is_swapped_and_computes_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    module = fake_bitsandbytes()
    monkeypatch.setitem(sys.modules, "bitsandbytes", module)
    torch.manual_seed(0)
    model = LlamaForCausalLM(
        LlamaConfig(vocab_size=64, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4)
    ).eval()
    ids = torch.tensor([[1, 2, 3, 4]])
    before = model(input_ids=ids).logits.detach()
    assert replace_linears(model, torch.bfloat16) == 14
    swapped = [m for m in model.modules() if isinstance(m, module.nn.Linear4bit)]
    assert len(swapped) == 14
    assert {layer.settings["quant_type"] for layer in swapped} == {"nf4"}
    assert not any(layer.weight.requires_grad for layer in swapped)
    assert type(model.lm_head) is torch.nn.Linear
    assert torch.equal(model(input_ids=ids).logits.detach(), before)


def test_that_it_is_not_offered_without_its_hardware(monkeypatch: pytest.MonkeyPatch) -> None:
    assert why_no_qlora(has_cuda=False) == "needs a graphics card by NVIDIA"
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert why_no_qlora(has_cuda=True) == "needs the package bitsandbytes"
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    assert why_no_qlora(has_cuda=True) == ""
