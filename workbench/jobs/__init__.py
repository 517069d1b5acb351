"""Background work: tasks run in worker processes, their events come back. Knows neither Qt nor machine learning."""
