"""Boxes on a page as it is read: x to the right, y down, in points; text upright whatever way the page lies."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """Its height on the page."""
        return (self.top + self.bottom) / 2

    def holds(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.top <= y <= self.bottom

    def shares_line_with(self, other: "Box") -> bool:
        """Whether both stand on one line: they overlap in height by more than half of the lower one."""
        shared = min(self.bottom, other.bottom) - max(self.top, other.top)
        return shared > 0.5 * min(self.height, other.height)


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box that holds all of them."""
    first, *rest = boxes
    left, top, right, bottom = first.left, first.top, first.right, first.bottom
    for box in rest:
        left, top = min(left, box.left), min(top, box.top)
        right, bottom = max(right, box.right), max(bottom, box.bottom)
    return Box(left, top, right, bottom)


def turned(
    left: float, bottom: float, right: float, top: float, angle: int, sheet: tuple[float, float, float, float]
) -> Box:
    """A box in PDF coordinates (y up) as it lies once text that runs at `angle` degrees counter-clockwise is upright.

    `sheet` is (left, bottom, right, top) of the page; `angle` a multiple of 90.
    """
    if angle == 90:
        return Box(bottom - sheet[1], left - sheet[0], top - sheet[1], right - sheet[0])
    if angle == 180:
        return Box(sheet[2] - right, bottom - sheet[1], sheet[2] - left, top - sheet[1])
    if angle == 270:
        return Box(sheet[3] - top, sheet[2] - right, sheet[3] - bottom, sheet[2] - left)
    return Box(left - sheet[0], sheet[3] - top, right - sheet[0], sheet[3] - bottom)


Interval = tuple[float, float]


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Overlapping intervals as one, from left to right."""
    found: list[Interval] = []
    for start, end in sorted(intervals):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def gaps(intervals: Iterable[Interval], start: float, end: float, narrowest: float) -> list[Interval]:
    """What is free between `start` and `end`, where it is at least so wide."""
    found: list[Interval] = []
    at = start
    for left, right in merged(intervals):
        if left - at >= narrowest:
            found.append((at, left))
        at = max(at, right)
    if end - at >= narrowest:
        found.append((at, end))
    return found


def common(some: Iterable[Interval], others: Iterable[Interval], narrowest: float) -> list[Interval]:
    """What is free in both, where it is at least so wide."""
    others = list(others)
    pairs = ((max(a[0], b[0]), min(a[1], b[1])) for a in some for b in others)
    return sorted((left, right) for left, right in pairs if right - left >= narrowest)
