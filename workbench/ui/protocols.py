"""What presenters need of the window, without Qt."""

from typing import Protocol


class Messages(Protocol):
    """The message bar: the one door for messages that belong to no field."""

    def info(self, text: str) -> None: ...
    def warning(self, text: str, hint: str = "", details: str = "") -> None: ...
    def error(self, text: str, hint: str = "", details: str = "") -> None: ...


class Navigator(Protocol):
    """Opens another tab with something in hand."""

    def open_tab(self, tab: str, **case: str) -> None:
        """`tab` is "playground", "documents", ...; `case` names what to show there, like adapter="house-style"."""
        ...
