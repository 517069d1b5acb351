"""Names beside dots, so that none lies on another, on a dot or on an interval."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import hypot

from workbench.compare.pictures.description import Anchor, Frame, Label, Line, Look

_GAP = 5.0
_RINGS = 14
"""How many steps a name moves away from its dot before every place of the plot is tried."""


@dataclass(frozen=True, slots=True)
class Named:
    """A dot that gets a name."""

    x: float
    y: float
    radius: float
    text: str
    is_bold: bool = False


def place_names(
    dots: Sequence[Named], plot: Frame, obstacles: Sequence[Frame], size: float
) -> list[tuple[Label, Line | None]]:
    """A label for every dot, in their order, within `plot`; with a line to its dot where it had to stand apart.

    A dot for which there is no free place at all gets its name where it disturbs least.
    """
    taken = [*obstacles, *(Frame(d.x - d.radius, d.y - d.radius, 2 * d.radius, 2 * d.radius) for d in dots)]
    placed: dict[int, tuple[Label, Line | None]] = {}
    # Those with the fewest free places near them choose first.
    order = sorted(range(len(dots)), key=lambda i: sum(_is_free(c, plot, taken) for c in _near(dots[i], size)))
    for index in order:
        others = [taken[len(obstacles) + i] for i in range(len(dots)) if i != index]
        label = _find_place(dots[index], plot, taken, [*others, *(named.frame for named, _ in placed.values())], size)
        taken.append(label.frame)
        placed[index] = (label, _leader(dots[index], label.frame))
    return [placed[index] for index in range(len(dots))]


def _find_place(dot: Named, plot: Frame, taken: Sequence[Frame], names: Sequence[Frame], size: float) -> Label:
    """`names` are the other dots and names placed so far, which a line to this one must not cross."""
    for label in (*_near(dot, size), *_rings(dot, size)):
        if _is_free(label, plot, taken) and _reaches(dot, label.frame, names):
            return label
    everywhere = sorted(_everywhere(dot, plot, size), key=lambda label: _distance(dot, label.frame))
    free = next((label for label in everywhere if _is_free(label, plot, taken)), None)
    return free or min(everywhere, key=lambda label: sum(label.frame.overlaps(other) for other in taken))


def _is_free(label: Label, plot: Frame, taken: Sequence[Frame]) -> bool:
    frame = label.frame
    return plot.holds(frame) and not any(frame.overlaps(other) for other in taken)


def _near(dot: Named, size: float) -> list[Label]:
    """Right, left, above, below, and the four corners."""
    aside, up, down = dot.radius + _GAP, dot.radius + _GAP, dot.radius + _GAP + size * 0.8
    middle = size * 0.35
    places = [
        (aside, middle, Anchor.START),
        (-aside, middle, Anchor.END),
        (0.0, -up, Anchor.MIDDLE),
        (0.0, down, Anchor.MIDDLE),
        (aside * 0.8, -up * 0.8, Anchor.START),
        (aside * 0.8, down * 0.95, Anchor.START),
        (-aside * 0.8, -up * 0.8, Anchor.END),
        (-aside * 0.8, down * 0.95, Anchor.END),
    ]
    return [_label(dot, dot.x + x, dot.y + y, size, anchor) for x, y, anchor in places]


def _rings(dot: Named, size: float) -> Iterator[Label]:
    for ring in range(1, _RINGS + 1):
        far = dot.radius + _GAP + ring * size * 0.7
        for x, y in ((1, -1), (1, 1), (-1, -1), (-1, 1), (1, 0), (-1, 0), (0, -1), (0, 1)):
            anchor = (Anchor.END, Anchor.MIDDLE, Anchor.START)[x + 1]
            yield _label(dot, dot.x + far * x, dot.y + far * y + size * 0.35, size, anchor)


def _everywhere(dot: Named, plot: Frame, size: float) -> list[Label]:
    columns, rows = max(1, int(plot.width / (size * 2))), max(1, int(plot.height / (size * 1.3)))
    return [
        _label(dot, plot.x + column * size * 2, plot.y + size + row * size * 1.3, size, Anchor.START)
        for row in range(rows)
        for column in range(columns)
    ]


def _label(dot: Named, x: float, y: float, size: float, anchor: Anchor) -> Label:
    return Label(x, y, dot.text, Look.INK, size, anchor, is_bold=dot.is_bold)


def _leader(dot: Named, frame: Frame) -> Line | None:
    """A thin line from the dot's edge to the name, where the name is not right beside it."""
    distance = _distance(dot, frame)
    if distance <= dot.radius + _GAP + 2:
        return None
    x, y = _nearest(dot, frame)
    share = (dot.radius + 1) / distance
    return Line(dot.x + (x - dot.x) * share, dot.y + (y - dot.y) * share, x, y, Look.MUTED, 0.8)


def _reaches(dot: Named, frame: Frame, others: Sequence[Frame]) -> bool:
    """Whether the line from the dot to its name is none, or crosses none of these."""
    line = _leader(dot, frame)
    return line is None or not any(_crosses(line, other) for other in others)


def _crosses(line: Line, frame: Frame) -> bool:
    """By points along the line, a pixel or two apart: names are larger."""
    steps = max(2, int(hypot(line.x2 - line.x1, line.y2 - line.y1) / 2))
    return any(
        frame.x <= line.x1 + (line.x2 - line.x1) * n / steps <= frame.right
        and frame.y <= line.y1 + (line.y2 - line.y1) * n / steps <= frame.bottom
        for n in range(steps + 1)
    )


def _distance(dot: Named, frame: Frame) -> float:
    x, y = _nearest(dot, frame)
    return hypot(x - dot.x, y - dot.y)


def _nearest(dot: Named, frame: Frame) -> tuple[float, float]:
    return min(max(dot.x, frame.x), frame.right), min(max(dot.y, frame.y), frame.bottom)
