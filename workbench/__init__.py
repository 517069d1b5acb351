"""LLM Workbench: prompt, retrieve, fine-tune, or combine? Find out on your own machine, with your own questions."""

from workbench.environment import silence_libraries

__version__ = "0.1.0"

# Before anything else of ours is imported: several libraries phone home when they are *imported*.
silence_libraries()
