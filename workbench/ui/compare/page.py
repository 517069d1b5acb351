"""What the Compare tab knows of its pages, in the set-up and in the results."""

from typing import Protocol

from PySide6.QtWidgets import QWidget

from workbench.ui.compare.state import CompareState


class ComparePage(Protocol):
    """A page: a widget that shows what it needs of the tab's state."""

    @property
    def widget(self) -> QWidget:
        """What is put on the tab."""
        ...

    def show_state(self, state: CompareState) -> None:
        """Called after every change, also while another page is in front: compare before doing what costs."""
        ...
