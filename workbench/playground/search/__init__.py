"""Looks for a better prompt within a budget, and says how good it is on questions that it was not chosen on."""
