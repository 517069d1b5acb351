"""Before and after: what an adapter gained on a test set, and what it forgot."""
