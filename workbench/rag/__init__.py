"""Answers from documents: files -> pages -> chunks -> index -> hits -> grounded answer with citations."""
