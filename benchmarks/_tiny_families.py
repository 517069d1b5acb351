"""Tiny models of random weights of every family that can be trained, as transformers folders."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

SEED_TEXT = "The kettle has a warranty of three years, the lamp one of two; both cost less than ninety euros. "
VOCABULARY = 600
_COMMON = {
    "hidden_size": 128,
    "intermediate_size": 256,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 1024,
    "tie_word_embeddings": False,
}
# Gemma's scaling of attention is not in a GGUF header; both engines take it from the width of a head as the published
# models have it.
_GEMMA = {"head_dim": 256, "query_pre_attn_scalar": 256, "sliding_window": 512, "tie_word_embeddings": True}
FAMILIES: Mapping[str, Mapping[str, Any]] = {
    "llama": {},
    "mistral": {"sliding_window": None},
    "qwen2": {},
    "qwen3": {"head_dim": 32},
    "phi3": {"pad_token_id": 0, "bos_token_id": 0, "eos_token_id": 1},
    "gemma2": _GEMMA,
    "gemma3_text": _GEMMA,
}
"""By `model_type`: what differs from the common shape."""


def write_family(kind: str, folder: Path, *, seed: int = 0, tokenizer: Callable[[Path], int] | None = None) -> Any:
    """A model of random weights in `folder`; returns the loaded model.

    `tokenizer` writes its files there and tells how many tokens it has; by default a byte-level one.
    """
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    folder.mkdir(parents=True)
    torch.manual_seed(seed)
    vocabulary = (tokenizer or write_tokenizer)(folder)
    config = AutoConfig.for_model(kind, **{**_COMMON, **FAMILIES[kind]}, vocab_size=vocabulary)
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if weights.ndim == 2:
                is_plain_embedding = "embed" in name and not kind.startswith("gemma")  # gemma scales its own
                weights.normal_(0, 1.0 if is_plain_embedding else weights.shape[1] ** -0.5)
            else:
                weights.add_(0.1 * torch.randn_like(weights))
                if kind.startswith("gemma") and ".post_" in name:
                    weights.add_(3.0)  # or the tied embedding would make every token predict itself
    model.save_pretrained(str(folder))
    return model


def write_tokenizer(folder: Path) -> int:
    """A byte-level BPE tokenizer as Qwen's is built; returns its size."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    pattern = (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|"
        r"\s+(?!\S)|\s+"
    )
    fast = Tokenizer(models.BPE())
    fast.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    fast.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=["<|pad|>", "<|end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    fast.train_from_iterator([SEED_TEXT] * 40, trainer)
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=fast, eos_token="<|end|>", pad_token="<|pad|>", bos_token="<|pad|>"
    )
    wrapped.save_pretrained(str(folder))
    return int(fast.get_vocab_size())
