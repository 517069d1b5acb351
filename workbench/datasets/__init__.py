"""Rows of examples for training and evaluation: read, mapped, checked, split."""
