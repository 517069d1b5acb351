"""Tuning the embedder of a collection on questions with known sources, and saying whether that helped."""
