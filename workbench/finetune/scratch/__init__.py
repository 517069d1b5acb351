"""A small llama-architecture model from scratch: its shape, tokenizer, optimizer and training loop."""
