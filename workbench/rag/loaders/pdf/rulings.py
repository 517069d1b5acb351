"""Tables that are drawn with lines: grids found from the strokes and rectangles of a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from workbench.rag.loaders.pdf.geometry import Box, turned

# More strokes than this are a drawing, no table.
_MAX_STROKES = 4_000
_MAX_RULES = 300
_THICKEST = 4.0
_NEAR = 3.0


@dataclass(frozen=True)
class Grid:
    """A drawn table: the positions of its lines."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    down: tuple[Box, ...]
    """The vertical lines."""

    @property
    def box(self) -> Box:
        return Box(self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])

    def row(self, y: float) -> int:
        return min(max(sum(edge <= y for edge in self.ys) - 1, 0), len(self.ys) - 2)

    def walls(self, row: int) -> list[float]:
        """The vertical lines that are drawn beside this row, the table's own sides included."""
        middle = (self.ys[row] + self.ys[row + 1]) / 2
        drawn = [line for line in self.down if line.top - 1 <= middle <= line.bottom + 1]
        inner = [x for x in self.xs[1:-1] if any(abs((line.left + line.right) / 2 - x) <= _NEAR for line in drawn)]
        return [self.xs[0], *inner, self.xs[-1]]

    def column(self, row: int, x: float) -> int:
        """The first column of the cell that is there: a cell may span several."""
        left = max((wall for wall in self.walls(row)[:-1] if wall <= x), default=self.xs[0])
        return self.xs.index(left)


def find_strokes(sheet: Any, angle: int, frame: tuple[float, float, float, float]) -> list[Box]:
    """Every drawn line of a page, none where there are so many that it is a drawing. `frame`: (left, bottom, right,
    top)."""
    strokes = _strokes(sheet, angle, frame)
    return strokes if len(strokes) <= _MAX_STROKES else []


def find_rules(strokes: Sequence[Box]) -> list[Box]:
    """The horizontal lines from top to bottom; none where there are too many to part rows of text."""
    rules = sorted((box for box in strokes if box.height <= _THICKEST < box.width), key=lambda box: box.middle)
    return rules if len(rules) <= _MAX_RULES else []


def rules_above(box: Box, rules: Sequence[Box]) -> int:
    """How many of them stand above some text and run over all of its width."""
    spanning = (r for r in rules if r.left - _NEAR <= box.left and box.right <= r.right + _NEAR)
    return len(_edges([rule.middle for rule in spanning if rule.middle < box.middle]))


def find_grids(strokes: Sequence[Box]) -> list[Grid]:
    """The grids of at least two rows and two columns, from top to bottom."""
    across = [box for box in strokes if box.height <= _THICKEST < box.width]
    down = [box for box in strokes if box.width <= _THICKEST < box.height]
    grids = [_grid(*group) for group in _crossing(across, down)]
    return sorted((grid for grid in grids if grid is not None), key=lambda grid: grid.ys[0])


def _strokes(sheet: Any, angle: int, frame: tuple[float, float, float, float]) -> list[Box]:
    """Thin boxes, and the four sides of every other rectangle."""
    import pypdfium2.raw as raw

    found: list[Box] = []
    objects = sheet.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=2)
    for path in islice(objects, _MAX_STROKES + 1):
        left, bottom, right, top = path.get_bounds()
        box = turned(left, bottom, right, top, angle, frame)
        if min(box.width, box.height) <= _THICKEST:
            found.append(box)
        elif raw.FPDFPath_CountSegments(path) <= 6:
            found += [
                Box(box.left, box.top, box.right, box.top),
                Box(box.left, box.bottom, box.right, box.bottom),
                Box(box.left, box.top, box.left, box.bottom),
                Box(box.right, box.top, box.right, box.bottom),
            ]
    return found


def _crossing(across: list[Box], down: list[Box]) -> list[tuple[list[Box], list[Box]]]:
    """Horizontal and vertical lines that hang together."""
    parents = list(range(len(across) + len(down)))

    def root(number: int) -> int:
        while parents[number] != number:
            parents[number] = parents[parents[number]]
            number = parents[number]
        return number

    by_left = sorted(range(len(down)), key=lambda number: down[number].left)
    lefts = [down[number].left for number in by_left]
    for number, line in enumerate(across):
        for position in range(_first_from(lefts, line.left - _NEAR), len(by_left)):
            other = down[by_left[position]]
            if other.left > line.right + _NEAR:
                break
            if other.top - _NEAR <= line.middle <= other.bottom + _NEAR:
                parents[root(number)] = root(len(across) + by_left[position])
    groups: dict[int, tuple[list[Box], list[Box]]] = {}
    for number, box in enumerate([*across, *down]):
        groups.setdefault(root(number), ([], []))[number >= len(across)].append(box)
    return list(groups.values())


def _first_from(values: Sequence[float], least: float) -> int:
    from bisect import bisect_left

    return bisect_left(values, least)


def _grid(across: list[Box], down: list[Box]) -> Grid | None:
    ys = _edges([box.middle for box in across])
    xs = _edges([(box.left + box.right) / 2 for box in down])
    if len(xs) < 3 or len(ys) < 3:
        return None
    return Grid(tuple(xs), tuple(ys), tuple(down))


def _edges(values: list[float]) -> list[float]:
    """Positions that are nearly the same as one."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _NEAR:
            found.append(value)
    return found
