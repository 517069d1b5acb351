"""Pure functions: metrics (one idea per file) and statistics."""
