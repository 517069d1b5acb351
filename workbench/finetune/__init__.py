"""Local training: LoRA adapters, small models from scratch, and their way to llama.cpp."""
