"""A comparison that is run again: exactly as it was, or with a sentence on what has changed since."""
