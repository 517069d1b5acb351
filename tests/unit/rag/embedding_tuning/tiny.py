"""A sentence-transformers folder of a few megabytes that tests can train in no time."""

import shutil
from pathlib import Path

from workbench.embedding import EmbedderRef, read_embedder, starter_embedder

_TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")


def write_tiny_embedder(folder: Path) -> EmbedderRef:
    """Random weights from a seed, the starter's tokenizer and modules."""
    import torch
    from transformers import BertConfig, BertModel

    base = Path(starter_embedder().path)
    torch.manual_seed(7)
    config = BertConfig(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
    BertModel(config).save_pretrained(str(folder))
    for name in ("modules.json", "sentence_bert_config.json", "config_sentence_transformers.json", *_TOKENIZER):
        shutil.copyfile(base / name, folder / name)
    (folder / "1_Pooling").mkdir()
    pooling = (base / "1_Pooling" / "config.json").read_text(encoding="utf-8").replace("384", "32")
    (folder / "1_Pooling" / "config.json").write_text(pooling, encoding="utf-8")
    return read_embedder(folder, name="tiny")
