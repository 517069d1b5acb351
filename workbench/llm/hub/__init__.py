"""Getting a model from the hub (huggingface.co or a mirror). Nothing here reaches the network before a person asked."""
