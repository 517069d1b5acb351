"""A model from scratch as other programs read it: config, weights and tokenizer of transformers."""

from pathlib import Path
from typing import TYPE_CHECKING

from workbench.finetune.base_model import quiet_libraries
from workbench.finetune.scratch.model import ModelShape
from workbench.finetune.scratch.tokenizer import END

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer


def write_transformers(
    folder: Path, state: "dict[str, torch.Tensor]", shape: ModelShape, tokenizer: "Tokenizer"
) -> None:
    """The same weights as transformers reads them."""
    from safetensors.torch import save_file
    from transformers import LlamaConfig, PreTrainedTokenizerFast

    config = LlamaConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.width,
        intermediate_size=shape.inner,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.heads,
        max_position_embeddings=shape.context,
        rms_norm_eps=shape.norm_epsilon,
        rope_parameters={"rope_type": "default", "rope_theta": shape.rope_theta},
        tie_word_embeddings=False,
        bos_token_id=None,
        eos_token_id=tokenizer.token_to_id(END),
        architectures=["LlamaForCausalLM"],
    )
    with quiet_libraries():
        config.save_pretrained(str(folder))
        PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=END).save_pretrained(str(folder))
    weights = {name: values.detach().contiguous() for name, values in state.items()}
    save_file(weights, str(folder / "model.safetensors"), metadata={"format": "pt"})
