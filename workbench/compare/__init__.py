"""Which strategy answers best? Arms, trials, scores, the verdict and the reasons."""
