"""What the Documents tab knows of its pages before they are built."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from PySide6.QtWidgets import QWidget

from workbench.ui.documents.state import DocumentsState


@dataclass(frozen=True, slots=True)
class PageSpec:
    """A page of the selected collection: built when it is shown for the first time.

    It may have `show_tab` (below), `take_paths` (ui.tabs.TakesPaths) and `open_case` (ui.tabs.OpensCases).
    """

    key: str
    """ "files": what `open_case(show=...)` and `DocumentsView.show_page` call it."""
    title: str
    icon: str
    build: Callable[[], QWidget]


@runtime_checkable
class ShowsTab(Protocol):
    """A page may have this method: it is told what the tab shows, the selected collection above all.

    Called when the page is built and after every change, also while another page is in front: compare with what is
    shown already before doing anything that costs.
    """

    def show_tab(self, state: DocumentsState) -> None: ...


@runtime_checkable
class NamesItself(Protocol):
    """A page may have this method: the words on its tab, such as "Files (12)"."""

    def title(self, state: DocumentsState) -> str: ...
