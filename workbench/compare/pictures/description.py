"""What a picture is made of: a handful of marks with places, and what they say when they are pointed at.

Everything is in pixels from the upper left corner. Colours are named by what they mean (`Look`); who draws the picture
knows them: the window, `svg.py`.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from workbench.compare.pictures.text_width import text_width


class Look(StrEnum):
    """What a mark means; becomes its colour."""

    GROUND = "ground"
    """What is behind the picture, for covering what shall not be seen through a text."""
    INK = "ink"
    MUTED = "muted"
    GRID = "grid"
    AXIS = "axis"
    BAND = "band"
    """A zone behind everything: differences too small to matter."""
    MARK = "mark"
    """An arm like any other."""
    BEST = "best"
    """An arm that no other beats; a difference that is not chance."""
    FRONTIER = "frontier"
    RIGHT = "right"
    PARTLY = "partly"
    WRONG = "wrong"
    NONE = "none"
    """No answer."""
    ON_RIGHT = "on-right"
    """Text on RIGHT; the next three likewise."""
    ON_PARTLY = "on-partly"
    ON_WRONG = "on-wrong"
    ON_NONE = "on-none"


class Anchor(StrEnum):
    """Which part of a text stands at its place."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def overlaps(self, other: "Frame") -> bool:
        """Whether they share more than an edge."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def holds(self, other: "Frame") -> bool:
        """Whether the other lies within, edges included."""
        return self.x <= other.x and other.right <= self.right and self.y <= other.y and other.bottom <= self.bottom

    def moved_down(self, by: float) -> "Frame":
        return replace(self, y=self.y + by)

    def grown(self, by: float) -> "Frame":
        return Frame(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)


@dataclass(frozen=True, slots=True)
class Line:
    x1: float
    y1: float
    x2: float
    y2: float
    look: Look
    width: float = 1.0
    is_dashed: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    radius: float
    look: Look
    is_hollow: bool = False
    """A ring: tells what the colour tells to those who do not see it."""


@dataclass(frozen=True, slots=True)
class Box:
    frame: Frame
    look: Look
    opacity: float = 1.0
    """0 to 1: how much of a graded score there is."""


@dataclass(frozen=True, slots=True)
class Label:
    x: float
    y: float
    """The line on which the letters stand."""
    text: str
    look: Look = Look.INK
    size: float = 13.0
    anchor: Anchor = Anchor.START
    is_bold: bool = False
    is_turned: bool = False
    """Written upwards."""

    @property
    def frame(self) -> Frame:
        """The room that the text takes, a little more in most fonts."""
        width, height = text_width(self.text, self.size, is_bold=self.is_bold), self.size * 1.2
        shift = {Anchor.START: 0.0, Anchor.MIDDLE: width / 2, Anchor.END: width}[self.anchor]
        if self.is_turned:
            return Frame(self.x - self.size * 0.95, self.y - width + shift, height, width)
        return Frame(self.x - shift, self.y - self.size * 0.95, width, height)


Mark: TypeAlias = Line | Dot | Box | Label


def moved_down(mark: Mark, by: float) -> Mark:
    """The same mark, lower."""
    match mark:
        case Line():
            return replace(mark, y1=mark.y1 + by, y2=mark.y2 + by)
        case Box():
            return replace(mark, frame=mark.frame.moved_down(by))
        case _:
            return replace(mark, y=mark.y + by)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that says something when it is pointed at, and selects an arm when it is clicked."""

    frame: Frame
    tip: str
    """The exact values, in words."""
    arm: str = ""
    example_id: str = ""
    """The question, where the place is one answer."""


@dataclass(frozen=True, slots=True)
class Picture:
    title: str
    description: str
    """The whole content in sentences, for those who do not see it."""
    width: float
    height: float
    plot: Frame
    """Where values are drawn, within the axes."""
    marks: tuple[Mark, ...]
    """From the back to the front."""
    spots: tuple[Spot, ...] = ()


@dataclass(frozen=True, slots=True)
class Nothing:
    """Why there is no picture."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Room:
    """How large a picture shall be. It becomes higher where its rows need more."""

    width: float = 760.0
    height: float = 460.0
    font: float = 13.0
    """Pixels of its texts."""
