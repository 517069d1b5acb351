"""Local language models: find them, read their headers, load them, talk to them."""
