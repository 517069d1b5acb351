"""A `Background` as in the program, and who writes to the database on the window's thread."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import sqlalchemy as sa
from pytestqt.qtbot import QtBot

T = TypeVar("T")


class Threads:
    """`Background` as in the program: a thread for each piece of work."""

    def __init__(self) -> None:
        self.done: list[Callable[[], None]] = []
        self.running: list[threading.Thread] = []

    def __call__(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        def run() -> None:
            result = work()
            self.done.append(lambda: then(result))

        thread = threading.Thread(target=run, name="in-background", daemon=True)
        self.running.append(thread)
        thread.start()

    def deliver(self) -> None:
        while self.done:
            self.done.pop(0)()

    @property
    def is_idle(self) -> bool:
        return not self.done and not any(thread.is_alive() for thread in self.running)

    def settle(self, qtbot: QtBot) -> None:
        """Wait until all is done and told."""

        def is_settled() -> bool:
            self.deliver()
            return self.is_idle

        qtbot.waitUntil(is_settled)


@contextmanager
def written_here() -> Iterator[list[str]]:
    """Statements that change the database on this thread."""
    here, found = threading.current_thread(), list[str]()

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if threading.current_thread() is here and statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            found.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
