"""A progress line on stderr, only when that is a terminal."""

import shutil
import sys
import time
from types import TracebackType
from typing import Self

from workbench.cli.output import printable

_BAR = 24


class ProgressLine:
    """One line that is redrawn at most ten times a second and leaves nothing behind."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._shown = False
        self._next = 0.0
        self._is_terminal = sys.stderr.isatty()

    def show(self, done: float, total: float, label: str) -> None:
        now = time.monotonic()
        if not self._is_terminal or now < self._next:
            return
        self._next = now + 0.1
        share = min(done / total, 1.0) if total > 0 else 0.0
        bar = "█" * round(share * _BAR) + "░" * (_BAR - round(share * _BAR)) if total > 0 else "…"
        text = printable(f"{self._title}  {bar} {share:4.0%}  {label}" if total > 0 else f"{self._title} {bar} {label}")
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write("\r\x1b[2K" + text[:width])
        sys.stderr.flush()
        self._shown = True

    def note(self, text: str) -> None:
        """A line that stays, above the bar."""
        self.clear()
        print(printable(text), file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
            self._shown = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()
