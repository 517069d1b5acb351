"""Two comparisons over each other: what changed in answers, scores, verdicts and set-up."""
