"""Scores that need a model, and how far they are to be trusted."""
