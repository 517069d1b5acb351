"""How much the editor takes. No Qt."""

HISTORY_STEPS = 300
HISTORY_CHARACTERS = 20_000_000
"""Texts that the steps of undo keep alive, together."""
LONGEST_BLOCK = 400_000
"""Characters of one block; about 100,000 tokens, and what a text field of Qt still scrolls well."""
LONGEST_VALUE = 400_000
"""Characters of one variable's value."""
MOST_SHOTS = 1000
"""Rows of a data set that examples are chosen from; every version of the prompt holds them."""
