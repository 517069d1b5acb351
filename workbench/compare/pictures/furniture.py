"""What pictures have in common: grid lines with their numbers, bars of intervals, the key below."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workbench.compare.pictures.description import Anchor, Box, Dot, Frame, Label, Line, Look, Mark
from workbench.compare.pictures.scales import Scale, thinned
from workbench.compare.pictures.text_width import text_width

Say = Callable[[float], str]
_CAP = 4.0
"""Half the length of an interval's ends."""


@dataclass(frozen=True, slots=True)
class KeyItem:
    """What a mark means."""

    text: str
    look: Look
    is_dot: bool = False
    is_hollow: bool = False
    opacity: float = 1.0


def upright_grid(scale: Scale, plot: Frame, say: Say, font: float) -> list[Mark]:
    """Vertical lines with numbers below the plot."""
    size = font * 0.9
    ticks = thinned(scale.ticks, scale.at, lambda tick: text_width(say(tick), size) + size)
    marks: list[Mark] = [Line(scale.at(tick), plot.y, scale.at(tick), plot.bottom, Look.GRID) for tick in ticks]
    marks += [
        Label(scale.at(tick), plot.bottom + font * 1.5, say(tick), Look.MUTED, size, Anchor.MIDDLE) for tick in ticks
    ]
    return marks


def level_grid(scale: Scale, plot: Frame, say: Say, font: float) -> list[Mark]:
    """Horizontal lines with numbers left of the plot."""
    size = font * 0.9
    marks: list[Mark] = [Line(plot.x, scale.at(tick), plot.right, scale.at(tick), Look.GRID) for tick in scale.ticks]
    marks += [
        Label(plot.x - font * 0.5, scale.at(tick) + size * 0.35, say(tick), Look.MUTED, size, Anchor.END)
        for tick in scale.ticks
    ]
    return marks


def level_interval(low: float, high: float, y: float, look: Look) -> list[Mark]:
    """From left to right."""
    ends: list[Mark] = [Line(end, y - _CAP, end, y + _CAP, look, 1.6) for end in (low, high)]
    return [Line(low, y, high, y, look, 1.6), *ends]


def upright_interval(x: float, low: float, high: float, look: Look) -> list[Mark]:
    """From below to above."""
    ends: list[Mark] = [Line(x - _CAP, end, x + _CAP, end, look, 1.6) for end in (low, high)]
    return [Line(x, low, x, high, look, 1.6), *ends]


def key_line(items: Sequence[KeyItem], x: float, y: float, right: float, font: float) -> tuple[list[Mark], float]:
    """The key from `x` on, in as many lines as it needs up to `right`; and the y below it."""
    marks: list[Mark] = []
    size, mark, at = font * 0.9, font * 0.75, x
    for item in items:
        width = mark + font * 0.5 + text_width(item.text, size) + font * 1.2
        if at > x and at + width > right:
            at, y = x, y + font * 1.5
        if item.is_dot:
            marks.append(Dot(at + mark / 2, y - size * 0.35, mark / 2, item.look, is_hollow=item.is_hollow))
        else:
            marks.append(Box(Frame(at, y - size * 0.35 - mark / 2, mark, mark), item.look, item.opacity))
        marks.append(Label(at + mark + font * 0.5, y, item.text, Look.MUTED, size))
        at += width
    return marks, y + font * 0.6
