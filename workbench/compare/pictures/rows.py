"""Pictures of rows: a name, a dot with its interval on a common axis, and the numbers. Means, differences of pairs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workbench.compare.arm_types import ArmResult
from workbench.compare.pictures.description import (
    Anchor,
    Box,
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
)
from workbench.compare.pictures.facts import Facts
from workbench.compare.pictures.furniture import KeyItem, Say, key_line, level_interval, upright_grid
from workbench.compare.pictures.scales import Scale, difference_scale
from workbench.compare.pictures.text_width import shortened, text_width
from workbench.compare.verdict_types import PairResult
from workbench.compare.wording import percent, points
from workbench.scoring.types import MetricSummary

NAMES = 0.36
"""The largest share of the width that names get."""
_NARROWEST = 6
"""The least width of a plot, in heights of its font."""
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of such a picture."""

    name: str
    value: str
    """The numbers at the right; where there is no mean, why there is none."""
    tip: str
    mean: float | None = None
    low: float = 0.0
    high: float = 0.0
    is_strong: bool = False
    """Drawn filled, in the colour of what matters."""
    is_bold: bool = False
    arm: str = ""
    is_heading: bool = False
    """Names the rows below it."""


@dataclass(frozen=True, slots=True)
class Axis:
    """The axis that all rows share."""

    between: Callable[[float, float], Scale]
    """Makes it for its two ends in pixels."""
    say: Say
    zero: float | None = None
    """Where a stronger line stands."""
    band: tuple[float, float] | None = None
    """What is shaded."""


def share_axis() -> Axis:
    """From 0 to 100 %."""
    return Axis(lambda start, end: Scale(0.0, 1.0, start, end, SHARES), percent)


def draw_means(facts: Facts, room: Room) -> Picture | Nothing:
    """The mean of every arm with its 95 % interval."""
    if not any(facts.summary(arm) for arm in facts.arms):
        return Nothing("No answer has been scored yet.")
    rows = [_mean_row(facts, arm) for arm in facts.arms]
    key = (
        KeyItem("no other arm is shown to be better", Look.BEST, is_dot=True),
        KeyItem("other arms", Look.MARK, is_dot=True, is_hollow=True),
    )
    shown = key if any(row.is_strong for row in rows) else ()
    return draw_rows(rows, f"{facts.title}: mean and 95 % interval of every arm", room, share_axis(), shown)


def draw_differences(facts: Facts, room: Room) -> Picture | Nothing:
    """Every pair of arms on the same questions."""
    if len(facts.arms) < 2:
        return Nothing("There is one arm: nothing to compare it with. Add a second one in the set-up.")
    if not facts.pairs:
        return Nothing("The differences come with the verdict, when every arm has answered.")
    ends = [end for pair in facts.pairs for end in (pair.low, pair.high)]
    axis = Axis(lambda start, end: difference_scale(ends, start, end), _signed, 0.0, (-facts.margin, facts.margin))
    key = (
        KeyItem("more than chance", Look.BEST, is_dot=True),
        KeyItem("may be chance", Look.MARK, is_dot=True, is_hollow=True),
        KeyItem(f"closer than {points(facts.margin)}", Look.BAND),
    )
    title = "Difference of every pair of arms in points, with its 95 % interval"
    return draw_rows([_pair_row(pair, room) for pair in facts.pairs], title, room, axis, key)


def draw_rows(rows: Sequence[Row], title: str, room: Room, axis: Axis, key: Sequence[KeyItem] = ()) -> Picture:
    """The rows below each other; the picture becomes as high as they need."""
    font = room.font
    plot, step = _lay_out(rows, room)
    scale = axis.between(plot.x, plot.right)
    marks: list[Mark] = []
    if axis.band is not None:
        left, right = (scale.at(end) for end in axis.band)
        marks.append(Box(Frame(left, plot.y, right - left, plot.height), Look.BAND))
    marks += upright_grid(scale, plot, axis.say, font)
    if axis.zero is not None:
        marks.append(Line(scale.at(axis.zero), plot.y, scale.at(axis.zero), plot.bottom, Look.AXIS, 1.4))
    spots = []
    for number, row in enumerate(rows):
        y = plot.y + step * (number + 0.5)
        marks += _row_marks(row, y, plot, scale, room)
        if not row.is_heading:
            spots.append(Spot(Frame(0.0, y - step / 2, room.width, step), row.tip, row.arm))
    under, bottom = key_line(key, font * 0.9, plot.bottom + font * 3.2, room.width, font)
    said = ". ".join(row.tip for row in rows if row.tip)
    height = bottom if key else plot.bottom + font * 2.0
    return Picture(title, f"{title}. {said}.", room.width, height, plot, (*marks, *under), tuple(spots))


def interval_text(summary: MetricSummary) -> str:
    """ "84 % (75–91)"."""
    if summary.low is None or summary.high is None:
        return percent(summary.mean)
    return f"{percent(summary.mean)} ({100 * summary.low:.0f}–{100 * summary.high:.0f})"


def _lay_out(rows: Sequence[Row], room: Room) -> tuple[Frame, float]:
    """The plot between names and numbers, and the height of a row."""
    font, pad = room.font, room.font * 0.9
    widest = max(text_width(row.name, font, is_bold=row.is_heading or row.is_bold) for row in rows)
    names = min(room.width * NAMES, widest) + 2 * pad
    values = max((text_width(row.value, font) for row in rows if row.mean is not None), default=0.0) + 2 * pad
    names = max(font * 4, min(names, room.width - values - font * _NARROWEST))
    step = max(font * 2.1, min(font * 3.2, (room.height - font * 5.2) / len(rows)))
    return Frame(names, font * 0.5, max(font * _NARROWEST, room.width - names - values), step * len(rows)), step


def _row_marks(row: Row, y: float, plot: Frame, scale: Scale, room: Room) -> list[Mark]:
    font = room.font
    base, pad = y + font * 0.35, font * 0.9
    if row.is_heading:
        return _heading(row, y, plot, font)
    name = shortened(row.name, plot.x - 2 * pad, font, is_bold=row.is_bold)
    label = Label(plot.x - pad, base, name, Look.INK, font, Anchor.END, is_bold=row.is_bold)
    if row.mean is None:
        return [label, Label(plot.x + pad, base, row.value, Look.MUTED, font)]
    look = Look.BEST if row.is_strong else Look.MARK
    return [
        label,
        *level_interval(scale.at(row.low), scale.at(row.high), y, look),
        Dot(scale.at(row.mean), y, font * 0.42, look, is_hollow=not row.is_strong),
        Label(plot.right + pad, base, shortened(row.value, room.width - plot.right - pad, font), Look.INK, font),
    ]


def _heading(row: Row, y: float, plot: Frame, font: float) -> list[Mark]:
    """A name with its numbers behind it, over the grid."""
    pad = font * 0.9
    name = Label(
        pad, y + font * 0.35, shortened(row.name, plot.right * 0.5, font, is_bold=True), is_bold=True, size=font
    )
    after = name.frame.right + font * 0.4
    value = Label(after, name.y, shortened(row.value, plot.right + pad - after, font), Look.MUTED, font)
    over = Frame(plot.x - 1, y - font * 0.9, max(0.0, value.frame.right - plot.x + font), font * 1.6)
    return [Box(over, Look.GROUND), name, value] if over.width > font else [name, value]


def _mean_row(facts: Facts, arm: ArmResult) -> Row:
    summary = facts.summary(arm)
    if summary is None or summary.mean is None:
        return Row(arm.name, "not measured", f"{arm.name}: not measured", arm=arm.name)
    low = summary.mean if summary.low is None else summary.low
    high = summary.mean if summary.high is None else summary.high
    tip = (
        f"{arm.name}: {percent(summary.mean)}, 95 % interval {percent(low)} to {percent(high)}, {summary.count} answers"
    )
    is_best = facts.is_best(arm.name)
    return Row(arm.name, interval_text(summary), tip, summary.mean, low, high, is_best, is_best, arm.name)


def _pair_row(pair: PairResult, room: Room) -> Row:
    interval = f"{_signed(pair.low)} to {_signed(pair.high)}"
    tip = (
        f"{pair.second} against {pair.first}: {_signed(pair.difference)} points, 95 % interval {interval}, "
        f"p = {pair.corrected_p_value:.3f} corrected for all pairs, {pair.questions} questions"
    )
    return Row(
        name=" vs ".join(
            shortened(name, (room.width * NAMES - 3 * room.font) / 2, room.font) for name in (pair.second, pair.first)
        ),
        value=f"{_signed(pair.difference)} ({interval})",
        tip=tip,
        mean=pair.difference,
        low=pair.low,
        high=pair.high,
        is_strong=pair.is_separated,
        arm=pair.second,
    )


def _signed(difference: float) -> str:
    """A difference in points, without the word."""
    value = round(100 * difference)
    return f"+{value}" if value > 0 else f"−{-value}" if value < 0 else "0"
