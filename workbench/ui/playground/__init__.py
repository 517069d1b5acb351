"""The Playground tab: write prompts, try them on models side by side, run them over many inputs, search better ones."""

from collections.abc import Sequence

from workbench.ui.playground.page import PageSpec
from workbench.ui.playground.tab import PlaygroundTab


def build(pages: Sequence[PageSpec]) -> PlaygroundTab:
    """The tab with these pages, in this order; the first is shown first."""
    return PlaygroundTab(pages)
