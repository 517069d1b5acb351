"""What the Playground knows of its pages before they are built."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from PySide6.QtWidgets import QWidget


@dataclass(frozen=True, slots=True)
class PageSpec:
    """A page: built when it is shown for the first time."""

    key: str
    """ "grid": what `open_case(page=...)` calls it."""
    title: str
    build: Callable[[], QWidget]
    """The page may have `open_case` (ui.tabs.OpensCases), `take_paths`, actions for the command palette, and a head."""


@runtime_checkable
class HasHead(Protocol):
    """A page may have this method: what stands beside the switch while it is shown (its buttons, not its content)."""

    def head(self) -> QWidget: ...
