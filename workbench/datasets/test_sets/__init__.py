"""Named sets of test questions: what they hold, where they come from, and the versions that comparisons used."""
