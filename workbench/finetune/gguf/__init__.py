"""GGUF files written here: whole models from scratch, LoRA adapters, and base and adapter merged."""
