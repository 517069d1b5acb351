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
    """The page may have `open_case` (ui.tabs.OpensCases), `take_paths`, actions for the command palette, a head, and a
    first field."""


@runtime_checkable
class HasHead(Protocol):
    """A page may have this method: what stands beside the switch while it is shown (its buttons, not its content)."""

    def head(self) -> QWidget: ...


@runtime_checkable
class HasFirstField(Protocol):
    """A page may have this method: where whoever comes to it begins to type.

    (A focus proxy would say the same, but Qt's Tab key leaves out what stands between a nested page and its proxy.)
    """

    def first_field(self) -> QWidget: ...
