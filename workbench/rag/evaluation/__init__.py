"""How good retrieval is: questions with known sources, measures with intervals, settings compared side by side."""
