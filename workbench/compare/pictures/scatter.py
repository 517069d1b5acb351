"""Quality against what it costs: a dot per arm with its intervals, the efficient ones joined."""

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.compare.pictures.description import (
    Anchor,
    Dot,
    Frame,
    Label,
    Line,
    Look,
    Mark,
    Nothing,
    Picture,
    Room,
    Spot,
    moved_down,
)
from workbench.compare.pictures.furniture import KeyItem, Say, key_line, level_grid, level_interval, upright_grid
from workbench.compare.pictures.furniture import upright_interval as upright
from workbench.compare.pictures.placing import Named, place_names
from workbench.compare.pictures.scales import Scale, share_scale, spread_scale
from workbench.compare.pictures.text_width import shortened, text_width
from workbench.compare.wording import percent

_EARLIER = " (earlier)"
_EARLIER_NOTE = "(earlier): measured in an earlier run; the computer may have been busier then, or less."


@dataclass(frozen=True, slots=True)
class Point:
    """One arm."""

    arm: str
    x: float
    """What it costs, 0 or more."""
    y: float
    """Its quality, 0 to 1."""
    y_low: float
    y_high: float
    x_low: float | None = None
    x_high: float | None = None
    is_best: bool = False
    is_earlier: bool = False
    """`x` goes by times of an earlier run."""


@dataclass(frozen=True, slots=True)
class Against:
    """What is on the horizontal axis."""

    title: str
    """Of the picture."""
    axis: str
    """Of the axis, with its unit."""
    quality: str
    """Of the vertical axis."""
    say: Say
    is_share: bool = False
    """0 to 1 and the more the better: there is no frontier then."""
    note: str = ""
    """What else one should know, below the picture."""


def draw_scatter(points: Sequence[Point], against: Against, missing: Sequence[str], room: Room) -> Picture | Nothing:
    """All arms that have both values; `missing` are named below."""
    if not points:
        return Nothing(f"{against.title}: nothing has been measured yet.")
    efficient = [] if against.is_share or len(points) < 2 else find_frontier(points)
    notes = [against.note] if against.note else []
    notes += [_EARLIER_NOTE] if any(point.is_earlier for point in points) else []
    notes += [f"Not measured: {', '.join(missing)}."] if missing else []
    below, taken = _below(points, efficient, notes, room)
    plot = _plot(room, taken)
    across = _across(points, against, plot, room.font)
    upwards = share_scale([v for p in points for v in (p.y_low, p.y_high)], plot.bottom, plot.y)
    drawn, dots = _arms(points, efficient, across, upwards, plot, room.font)
    spots = [
        Spot(Frame(d.x, d.y, 0, 0).grown(d.radius + 5), _tip(p, against, efficient), p.arm)
        for p, d in zip(points, dots, strict=True)
    ]
    marks = [*_axes(across, upwards, plot, against, room.font), *drawn, *(moved_down(m, plot.bottom) for m in below)]
    described = " ".join([f"{against.title}.", *(f"{spot.tip}." for spot in spots), *notes])
    return Picture(against.title, described, room.width, plot.bottom + taken, plot, tuple(marks), tuple(spots))


def _arms(
    points: Sequence[Point], efficient: Sequence[Point], across: Scale, upwards: Scale, plot: Frame, font: float
) -> tuple[list[Mark], list[Dot]]:
    """The dots with their intervals, names and the frontier; and the dots alone."""
    places = spread_out([across.at(point.x) for point in points], font * 0.6)
    dots = [
        Dot(x, upwards.at(p.y), font * 0.48, _look(p), is_hollow=not p.is_best)
        for p, x in zip(points, places, strict=True)
    ]
    lines = _staircase(efficient, across, upwards, plot)
    for point, x in zip(points, places, strict=True):
        lines += _bars(point, x, across, upwards)
    named = [
        Named(dot.x, dot.y, dot.radius, _name(p, plot.width * 0.32, font), p.is_best)
        for p, dot in zip(points, dots, strict=True)
    ]
    marks: list[Mark] = [*lines, *dots]
    obstacles = [_room_of(line) for line in lines if isinstance(line, Line)]
    for label, leader in place_names(named, plot.grown(-2), obstacles, font):
        marks += [leader, label] if leader else [label]
    return marks, dots


def find_frontier(points: Sequence[Point]) -> list[Point]:
    """The arms of which no other is at least as good and as cheap, and better in one; the cheapest first."""
    return sorted((p for p in points if not any(_dominates(other, p) for other in points)), key=lambda p: (p.x, p.arm))


def spread_out(places: Sequence[float], least: float) -> list[float]:
    """The places, those closer than `least` pixels moved apart around their middle: bars on each other hide."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    moved = list(places)
    group: list[int] = []
    for index in [*order, None]:
        if group and (index is None or places[index] - places[group[-1]] >= least):
            middle = sum(places[i] for i in group) / len(group)
            for number, i in enumerate(group):
                moved[i] = middle + (number - (len(group) - 1) / 2) * least
            group = []
        if index is not None:
            group.append(index)
    return moved


def _dominates(one: Point, other: Point) -> bool:
    return one.x <= other.x and one.y >= other.y and (one.x < other.x or one.y > other.y)


def _name(point: Point, width: float, font: float) -> str:
    """Beside the dot; however long it is, that the time is an earlier one stays readable."""
    after = _EARLIER if point.is_earlier else ""
    return shortened(point.arm, width - text_width(after, font), font, is_bold=point.is_best) + after


def _left(room: Room) -> float:
    return room.font * 4.6


def _plot(room: Room, below: float) -> Frame:
    """What the axes and the lines below leave of the room."""
    left, top, right, font = _left(room), room.font * 0.8, room.font * 1.4, room.font
    return Frame(left, top, max(font * 12, room.width - left - right), max(font * 10, room.height - top - below))


def _across(points: Sequence[Point], against: Against, plot: Frame, font: float) -> Scale:
    pad = font * 1.2
    values = [v for p in points for v in (p.x, p.x_low, p.x_high) if v is not None]
    if against.is_share:
        return share_scale(values, plot.x + pad, plot.right - pad)
    return spread_scale(values, plot.x + (0.0 if min(values) > 0 else pad), plot.right - pad, zero_room=font * 3)


def _look(point: Point) -> Look:
    return Look.BEST if point.is_best else Look.MARK


def _bars(point: Point, x: float, across: Scale, upwards: Scale) -> list[Mark]:
    y, look = upwards.at(point.y), _look(point)
    marks = upright(x, upwards.at(point.y_low), upwards.at(point.y_high), look)
    if point.x_low is not None and point.x_high is not None:
        marks += level_interval(across.at(point.x_low), across.at(point.x_high), y, look)
    return marks


def _axes(across: Scale, upwards: Scale, plot: Frame, against: Against, font: float) -> list[Mark]:
    marks = [*upright_grid(across, plot, against.say, font), *level_grid(upwards, plot, percent, font)]
    if across.zero is not None:
        marks.append(
            Label(across.zero, plot.bottom + font * 1.5, against.say(0.0), Look.MUTED, font * 0.9, Anchor.MIDDLE)
        )
        marks.append(Line(across.start, plot.y, across.start, plot.bottom, Look.GRID, is_dashed=True))
    scale = ", logarithmic" if across.is_log else ""
    middle = plot.x + plot.width / 2
    return [
        *marks,
        Line(plot.x, plot.bottom, plot.right, plot.bottom, Look.AXIS),
        Line(plot.x, plot.y, plot.x, plot.bottom, Look.AXIS),
        Label(middle, plot.bottom + font * 3.0, against.axis + scale, Look.INK, font, Anchor.MIDDLE),
        Label(font * 1.1, plot.y + plot.height / 2, against.quality, Look.INK, font, Anchor.MIDDLE, is_turned=True),
    ]


def _staircase(efficient: Sequence[Point], across: Scale, upwards: Scale, plot: Frame) -> list[Mark]:
    """The best quality that can be had for each price."""
    marks: list[Mark] = []
    for point, following in zip(efficient, (*efficient[1:], None), strict=False):
        y = upwards.at(point.y)
        right = across.at(following.x) if following else plot.right
        marks.append(Line(across.at(point.x), y, right, y, Look.FRONTIER, 1.4, is_dashed=True))
        if following:
            marks.append(Line(right, y, right, upwards.at(following.y), Look.FRONTIER, 1.4, is_dashed=True))
    return marks


def _below(
    points: Sequence[Point], efficient: Sequence[Point], notes: Sequence[str], room: Room
) -> tuple[list[Mark], float]:
    """The key and the notes as far below the plot as they belong, and the height that is taken there."""
    font, left = room.font, _left(room)
    items = []
    if any(point.is_best for point in points):
        items.append(KeyItem("no other arm is shown to be better", Look.BEST, is_dot=True))
        if not all(point.is_best for point in points):
            items.append(KeyItem("other arms", Look.MARK, is_dot=True, is_hollow=True))
    if efficient:
        items.append(KeyItem("efficient: nothing better costs less", Look.FRONTIER))
    marks, bottom = key_line(items, left, font * 4.8, room.width, font)
    for note in notes:
        bottom += font * 1.2
        marks.append(Label(left, bottom, shortened(note, room.width - left, font * 0.9), Look.MUTED, font * 0.9))
    return marks, bottom + font * 0.5


def _room_of(line: Line) -> Frame:
    return Frame(min(line.x1, line.x2), min(line.y1, line.y2), abs(line.x2 - line.x1), abs(line.y2 - line.y1)).grown(
        1.5
    )


def _tip(point: Point, against: Against, efficient: Sequence[Point]) -> str:
    tip = f"{point.arm}: {against.quality} {percent(point.y)} ({100 * point.y_low:.0f}–{100 * point.y_high:.0f})"
    tip += f", {against.axis.lower()} {against.say(point.x)}"
    if point.x_low is not None and point.x_high is not None:
        tip += f" ({against.say(point.x_low)} to {against.say(point.x_high)})"
    tip += ", measured in an earlier run" if point.is_earlier else ""
    return tip + (", efficient" if point in efficient else "")
