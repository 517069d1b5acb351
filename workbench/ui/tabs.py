"""What the window knows of a tab before it is built."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from PySide6.QtWidgets import QWidget


@dataclass(frozen=True, slots=True)
class TabSpec:
    """A tab: built when it is shown for the first time."""

    key: str
    """ "documents": what `Navigator.open_tab` and the saved state call it."""
    title: str
    icon: str
    build: Callable[[], QWidget]
    is_early: bool = False
    """Can be built before the database is open."""


@runtime_checkable
class TakesPaths(Protocol):
    """A tab's widget may have this method: what it does with files and folders that were dropped on the window."""

    def take_paths(self, paths: list[str]) -> None: ...


@runtime_checkable
class OpensCases(Protocol):
    """A tab's widget may have this method: how another tab opens it with something in hand."""

    def open_case(self, case: dict[str, str]) -> None: ...
