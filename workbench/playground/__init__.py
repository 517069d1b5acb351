"""Prompt experiments: prompts, their versions and their runs."""
