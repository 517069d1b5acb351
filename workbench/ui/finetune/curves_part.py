"""Loss curves over each other: which, over what. No Qt."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from workbench.finetune.curves import Axis, Curve, Measure, read_curve
from workbench.finetune.types import Adapter
from workbench.paths import WorkbenchPaths
from workbench.ui.finetune.board import Board, Surroundings
from workbench.ui.finetune.state import Page

FIRST = 4
"""So many of the newest are shown before anybody chose."""


class CurvesPart:
    """What the user does on the page of curves."""

    def __init__(self, board: Board, around: Surroundings) -> None:
        self._board, self._around = board, around

    def open(self) -> None:
        """Read the figures of every training and show the newest, or those that were chosen before."""
        self._board.show(page=Page.CURVES)
        self._change(is_reading=True)
        adapters = self._board.state.adapters
        self._around.in_background(partial(_read, adapters, self._around.paths), self._on_read)

    def leave(self) -> None:
        self._board.show(page=Page.ADAPTERS)

    def choose(self, name: str, is_wanted: bool) -> None:
        chosen = self._board.state.curves.chosen
        self._change(chosen=chosen | {name} if is_wanted else chosen - {name})

    def choose_axis(self, axis: Axis) -> None:
        self._change(axis=axis)

    def choose_measure(self, measure: Measure, is_wanted: bool) -> None:
        measures = self._board.state.curves.measures
        self._change(measures=measures | {measure} if is_wanted else measures - {measure})

    def _on_read(self, curves: tuple[Curve, ...]) -> None:
        names = [curve.name for curve in curves]
        kept = self._board.state.curves.chosen & set(names)
        without = tuple(a.name for a in self._board.state.adapters if a.name not in names)
        chosen = kept or frozenset(names[:FIRST])
        self._change(curves=curves, without=without, chosen=chosen, is_reading=False)
        if not self._board.state.curves.can_show_tokens:
            self._change(axis=Axis.STEPS)

    def _change(self, **changes: Any) -> None:
        self._board.show(curves=replace(self._board.state.curves, **changes))


def _read(adapters: Sequence[Adapter], paths: WorkbenchPaths) -> tuple[Curve, ...]:
    found = (read_curve(adapter, paths) for adapter in adapters)
    return tuple(curve for curve in found if curve is not None)
