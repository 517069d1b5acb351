"""How the scores of each arm are spread: shares of right and wrong answers, or a histogram of graded scores."""

from collections import Counter
from collections.abc import Mapping, Sequence

from workbench.compare.pictures.description import (
    Anchor,
    Box,
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
from workbench.compare.pictures.facts import Facts, Outcome
from workbench.compare.pictures.furniture import KeyItem, key_line, upright_grid
from workbench.compare.pictures.rows import SHARES
from workbench.compare.pictures.scales import Scale
from workbench.compare.pictures.text_width import shortened, text_width
from workbench.compare.wording import percent

LOOKS: Mapping[Outcome, tuple[Look, Look]] = {
    Outcome.RIGHT: (Look.RIGHT, Look.ON_RIGHT),
    Outcome.PARTLY: (Look.PARTLY, Look.ON_PARTLY),
    Outcome.WRONG: (Look.WRONG, Look.ON_WRONG),
    Outcome.NONE: (Look.NONE, Look.ON_NONE),
}
"""The fill of an outcome, and the text on it."""
BINS = 10


def draw_distribution(facts: Facts, room: Room) -> Picture | Nothing:
    """A histogram where answers are graded, stacked shares where they are right or wrong."""
    if not any(facts.values.values()):
        return Nothing("No answer has been scored yet.")
    return _draw_histograms(facts, room) if facts.is_graded else _draw_shares(facts, room)


def count_outcomes(facts: Facts, arm: str) -> Counter[Outcome]:
    """How many questions ended how; those that could not be judged are not counted."""
    return Counter(facts.outcomes[arm].values())


def _draw_shares(facts: Facts, room: Room) -> Picture:
    font = room.font
    plot, step = lay_out([arm.name for arm in facts.arms], room, least=2.4, most=3.6)
    scale = Scale(0.0, 1.0, plot.x, plot.right, SHARES)
    marks, spots = upright_grid(scale, plot, percent, font), []
    for number, arm in enumerate(facts.arms):
        y = plot.y + step * (number + 0.5)
        marks.append(name_label(arm.name, y, plot, font))
        counts = count_outcomes(facts, arm.name)
        bar = Frame(plot.x, y - step * 0.36, plot.width, step * 0.72)
        drawn, said = stacked(counts, bar, font)
        marks += drawn
        spots.append(Spot(Frame(0.0, y - step / 2, room.width, step), f"{arm.name}: {said}", arm.name))
    items = [
        KeyItem(str(outcome), LOOKS[outcome][0])
        for outcome in Outcome
        if any(count_outcomes(facts, arm.name)[outcome] for arm in facts.arms)
    ]
    title = f"{facts.title}: shares of right and wrong answers"
    return _framed(title, marks, spots, items, plot, room)


def stacked(counts: Mapping[Outcome, int], bar: Frame, font: float) -> tuple[list[Mark], str]:
    """One bar of all outcomes with their shares where there is room, and the counts in words."""
    total = sum(counts.values())
    if total == 0:
        return [Label(bar.x + font * 0.6, bar.y + bar.height / 2 + font * 0.35, "not measured", Look.MUTED, font)], (
            "not measured"
        )
    marks: list[Mark] = []
    left = bar.x
    for outcome in Outcome:
        share = counts.get(outcome, 0) / total
        if share == 0:
            continue
        fill, on = LOOKS[outcome]
        width = share * bar.width
        marks.append(Box(Frame(left, bar.y, max(0.5, width - 1.0), bar.height), fill))
        text = percent(share)
        if text_width(text, font * 0.9) + font * 0.6 <= width:
            middle = left + width / 2
            marks.append(Label(middle, bar.y + bar.height / 2 + font * 0.33, text, on, font * 0.9, Anchor.MIDDLE))
        left += width
    said = ", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome if counts.get(outcome))
    return marks, f"{said} of {total}"


def _draw_histograms(facts: Facts, room: Room) -> Picture:
    font = room.font
    plot, step = lay_out([arm.name for arm in facts.arms], room, least=4.2, most=7.0)
    scale = Scale(0.0, 1.0, plot.x, plot.right, SHARES)
    binned = {arm.name: bin_scores(list(facts.values[arm.name].values())) for arm in facts.arms}
    highest = max((max(counts) / sum(counts) for counts in binned.values() if sum(counts)), default=1.0)
    marks, spots = upright_grid(scale, plot, percent, font), []
    for number, arm in enumerate(facts.arms):
        counts, lane = binned[arm.name], Frame(plot.x, plot.y + step * number, plot.width, step)
        marks.append(name_label(arm.name, lane.y + step * 0.6, plot, font))
        marks.append(Line(plot.x, lane.bottom - 2, plot.right, lane.bottom - 2, Look.AXIS, 0.8))
        drawn, bars = _histogram(arm.name, counts, lane, highest)
        marks += drawn
        summary = facts.summary(arm)
        said = f"mean {percent(summary.mean)} of {sum(counts)} answers" if summary else "not measured"
        spots.append(Spot(Frame(0.0, lane.y, plot.x, step), f"{arm.name}: {said}", arm.name))
        spots += bars
        if summary is not None and summary.mean is not None:
            x = scale.at(summary.mean)
            marks.append(Line(x, lane.y + step * 0.08, x, lane.bottom - 2, Look.INK, 2.0))
    items = [KeyItem("share of the answers with this score", Look.RIGHT), KeyItem("mean", Look.INK)]
    return _framed(f"{facts.title}: how the scores are spread", marks, spots, items, plot, room)


def bin_scores(values: Sequence[float]) -> list[int]:
    """How many scores fall into each tenth; 1 belongs to the last."""
    counts = [0] * BINS
    for value in values:
        counts[min(BINS - 1, int(value * BINS + 1e-9))] += 1
    return counts


def _histogram(arm: str, counts: Sequence[int], lane: Frame, highest: float) -> tuple[list[Mark], list[Spot]]:
    marks: list[Mark] = []
    spots = []
    total, width = sum(counts), lane.width / BINS
    for number, count in enumerate(counts):
        left = lane.x + number * width
        if count:
            height = count / total / highest * (lane.height * 0.82)
            marks.append(Box(Frame(left + 1, lane.bottom - 2 - height, width - 2, height), Look.RIGHT))
        tip = f"{arm}: {count} of {total} answers score {10 * number} to {10 * number + 10} %"
        spots.append(Spot(Frame(left, lane.y, width, lane.height), tip, arm))
    return marks, spots


def lay_out(names: Sequence[str], room: Room, *, least: float, most: float) -> tuple[Frame, float]:
    """A plot right of the names, and the height of a row: between `least` and `most` heights of the font."""
    font = room.font
    widest = min(room.width * 0.3, max(text_width(name, font) for name in names))
    left, right = widest + font * 1.8, font * 2.2
    step = max(font * least, min(font * most, (room.height - font * 5.2) / len(names)))
    return Frame(left, font * 0.5, max(font * 10, room.width - left - right), step * len(names)), step


def name_label(name: str, y: float, plot: Frame, font: float) -> Label:
    """The name of a row, left of the plot."""
    text = shortened(name, plot.x - font * 1.8, font)
    return Label(plot.x - font * 0.9, y + font * 0.35, text, Look.INK, font, Anchor.END)


def _framed(
    title: str, marks: Sequence[Mark], spots: Sequence[Spot], items: Sequence[KeyItem], plot: Frame, room: Room
) -> Picture:
    key, bottom = key_line(items, plot.x, plot.bottom + room.font * 3.2, room.width, room.font)
    said = ". ".join(spot.tip for spot in spots)
    return Picture(title, f"{title}. {said}.", room.width, bottom, plot, (*marks, *key), tuple(spots))
