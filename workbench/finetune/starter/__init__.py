"""The starter model: the text that is generated for it, and the recipe that makes its file."""
