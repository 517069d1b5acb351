"""One history for everything that is written and chosen in the editor: texts and settings. No Qt."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from workbench.ui.playground.editor.limits import HISTORY_CHARACTERS, HISTORY_STEPS

T = TypeVar("T")

PAUSE_SECONDS = 1.0
"""Typing that goes on after a longer pause is a new step."""
LONGEST_STEP_SECONDS = 8.0
"""Typing without a pause is cut into steps of this length, so that one undo does not take a whole paragraph away."""


@dataclass(slots=True)
class _Step(Generic[T]):
    before: T
    key: str
    size: int
    began: float
    last: float


@dataclass(slots=True)
class History(Generic[T]):
    """States to go back to. The present state is not in it: the owner has that one."""

    clock: Callable[[], float] = time.monotonic
    _undo: list[_Step[T]] = field(default_factory=list)
    _redo: list[_Step[T]] = field(default_factory=list)
    _characters: int = 0

    @property
    def can_undo(self) -> bool:
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        return bool(self._redo)

    def note(self, before: T, key: str = "", size: int = 0) -> None:
        """A change is about to be made to `before`.

        Changes with the same non-empty key that follow each other quickly are one step. `size` is how many characters
        the step keeps alive: the oldest steps go when all of them together keep too many.
        """
        now = self.clock()
        self._redo.clear()
        last = self._undo[-1] if self._undo else None
        if last is not None and key and last.key == key and self._continues(last, now):
            last.last = now
            return
        self._undo.append(_Step(before, key, size, now, now))
        self._characters += size
        while len(self._undo) > HISTORY_STEPS or (self._characters > HISTORY_CHARACTERS and len(self._undo) > 1):
            self._characters -= self._undo.pop(0).size

    def undo(self, present: T) -> T | None:
        """The state before the last step; None when there is none."""
        return self._move(self._undo, self._redo, present)

    def redo(self, present: T) -> T | None:
        """The state that was undone last; None when there is none."""
        return self._move(self._redo, self._undo, present)

    def clear(self) -> None:
        """Nothing can be undone any more."""
        self._undo.clear()
        self._redo.clear()
        self._characters = 0

    def end_step(self) -> None:
        """What comes next is a step of its own, however soon it comes."""
        if self._undo:
            self._undo[-1].key = ""

    def _continues(self, step: _Step[T], now: float) -> bool:
        return now - step.last <= PAUSE_SECONDS and now - step.began <= LONGEST_STEP_SECONDS

    def _move(self, source: list[_Step[T]], target: list[_Step[T]], present: T) -> T | None:
        if not source:
            return None
        step = source.pop()
        target.append(_Step(present, "", step.size, 0.0, 0.0))
        return step.before
