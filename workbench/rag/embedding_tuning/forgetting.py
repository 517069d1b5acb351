"""Where the work of tunings is kept (`workbench.rag.unrecorded` has it go when a document is purged)."""

FOLDER = "tunings"
"""In the data folder: one folder per tuning that is not yet recorded."""
REQUEST = "request.json"
