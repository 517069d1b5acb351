"""Pictures of a comparison: each is described once and drawn in the window, in the report and in files."""
