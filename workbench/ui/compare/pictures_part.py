"""Which picture is looked at, and where it is written. No Qt."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from workbench.compare.pictures.drawing import PictureKind
from workbench.ui.compare.board import Board
from workbench.ui.compare.filling import Filled, fill
from workbench.ui.protocols import Background, Messages

Write = Callable[[Path, Callable[[Path], object]], None]


class PicturesPart:
    """Methods are named after what the user did."""

    def __init__(self, board: Board, messages: Messages, write: Write, in_background: Background) -> None:
        """`write` writes a file by a function and says how that went."""
        self._board = board
        self._messages = messages
        self._write = write
        self._in_background = in_background

    def choose_picture(self, kind: str) -> None:
        self._board.show(looking=replace(self._board.state.looking, kind=PictureKind(kind)))

    def choose_metric(self, metric: str) -> None:
        """The score that pictures and the table of answers show; it changes no verdict."""
        results, looking = self._board.state.results, replace(self._board.state.looking, metric=metric)
        if results is None:
            self._board.show(looking=looking)
        else:
            self._in_background(partial(fill, results, looking), partial(self._show_metric, metric))

    def mark_arm(self, arm: str) -> None:
        """Mark an arm in all pictures; once more: mark none."""
        self._board.show(looking=self._board.state.looking.with_arm(arm))

    def look_at_arm(self, arm: str) -> None:
        """Mark this arm in all pictures; empty: none."""
        if arm != self._board.state.looking.arm:
            self._board.show(looking=replace(self._board.state.looking, arm=arm))

    def _show_metric(self, metric: str, filled: Filled) -> None:
        looking = replace(self._board.state.looking, metric=metric)
        is_shown = self._board.state.results is filled.results  # else more answers came, or others, meanwhile
        self._board.show(looking=looking, filled=filled if is_shown else None)

    def save(self, path: str, content: bytes) -> None:
        self._write(Path(path), lambda target: _write_bytes(target, content))

    def say_copied(self) -> None:
        self._messages.info("The picture is on the clipboard.")


def _write_bytes(target: Path, content: bytes) -> None:
    target.write_bytes(content)
