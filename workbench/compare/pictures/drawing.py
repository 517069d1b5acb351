"""The pictures by their names: what there is to choose from, and one way to draw any of them."""

from collections.abc import Callable, Container, Mapping
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType

from workbench.compare.arm_types import ArmResult
from workbench.compare.pictures.costs import cost_axis, cost_by_arm, priced_earlier, timed_earlier
from workbench.compare.pictures.description import Label, Look, Nothing, Picture, Room, moved_down
from workbench.compare.pictures.distributions import draw_distribution
from workbench.compare.pictures.facts import Facts
from workbench.compare.pictures.heat_map import draw_heat_map
from workbench.compare.pictures.retrieval import draw_recall, draw_retrieval
from workbench.compare.pictures.rows import draw_differences, draw_means
from workbench.compare.pictures.scatter import Against, Point, draw_scatter
from workbench.compare.pictures.text_width import shortened
from workbench.compare.wording import seconds, size


class PictureKind(StrEnum):
    """What can be looked at."""

    MEANS = "means"
    DIFFERENCES = "differences"
    LATENCY = "latency"
    MEMORY = "memory"
    COST = "cost"
    DISTRIBUTION = "distribution"
    RETRIEVAL = "retrieval"
    RECALL = "recall"
    HEAT_MAP = "heat-map"


TITLES: Mapping[PictureKind, str] = MappingProxyType(
    {
        PictureKind.MEANS: "Quality of every arm",
        PictureKind.DIFFERENCES: "Differences between arms",
        PictureKind.LATENCY: "Quality against latency",
        PictureKind.MEMORY: "Quality against memory",
        PictureKind.COST: "Quality against cost",
        PictureKind.DISTRIBUTION: "How scores are spread",
        PictureKind.RETRIEVAL: "Right answers by what was found",
        PictureKind.RECALL: "Quality against retrieval",
        PictureKind.HEAT_MAP: "Every question at a look",
    }
)


def draw(kind: PictureKind, facts: Facts, room: Room | None = None) -> Picture | Nothing:
    """The picture in this room, or why there is none."""
    if not facts.arms or not facts.examples:
        return Nothing("There is nothing to draw: the comparison has no arms or no questions.")
    room = room or Room()
    above = room.font * 2.2
    drawn = _DRAW[kind](facts, replace(room, height=room.height - above))
    return drawn if isinstance(drawn, Nothing) else _with_title(drawn, room.font, above)


def _with_title(picture: Picture, font: float, above: float) -> Picture:
    """The picture below its title."""
    size = font * 1.1
    title = shortened(picture.title, picture.width - 2 * font, size, is_bold=True)
    return replace(
        picture,
        height=picture.height + above,
        plot=picture.plot.moved_down(above),
        marks=(
            Label(font * 0.9, font * 1.4, title, Look.INK, size, is_bold=True),
            *(moved_down(mark, above) for mark in picture.marks),
        ),
        spots=tuple(replace(spot, frame=spot.frame.moved_down(above)) for spot in picture.spots),
    )


def _draw_latency(facts: Facts, room: Room) -> Picture | Nothing:
    against = Against("Quality against latency", "Time for an answer", facts.title, _seconds)
    return _against(facts, room, against, lambda arm: arm.timing.latency_seconds, timed_earlier(facts))


def _draw_memory(facts: Facts, room: Room) -> Picture | Nothing:
    against = Against("Quality against memory", "Memory", facts.title, _size)
    return _against(facts, room, against, lambda arm: float(arm.memory_bytes) or None, ())


def _draw_cost(facts: Facts, room: Room) -> Picture | Nothing:
    costs = cost_by_arm(facts)
    return _against(facts, room, cost_axis(facts), lambda arm: costs.get(arm.name), priced_earlier(facts))


def _against(
    facts: Facts, room: Room, against: Against, price: Callable[[ArmResult], float | None], earlier: Container[str]
) -> Picture | Nothing:
    """`earlier`: the arms whose price goes by times of an earlier run."""
    points, missing = [], []
    for arm in facts.arms:
        point = _point(facts, arm, price(arm), is_latency=against.say is _seconds, earlier=earlier)
        if point is None:
            missing.append(arm.name)
        else:
            points.append(point)
    return draw_scatter(points, against, missing, room)


def _point(facts: Facts, arm: ArmResult, x: float | None, *, is_latency: bool, earlier: Container[str]) -> Point | None:
    summary = facts.summary(arm)
    if x is None or summary is None or summary.mean is None:
        return None
    return Point(
        arm=arm.name,
        x=x,
        y=summary.mean,
        y_low=summary.mean if summary.low is None else summary.low,
        y_high=summary.mean if summary.high is None else summary.high,
        x_low=arm.timing.latency_low if is_latency else None,
        x_high=arm.timing.latency_high if is_latency else None,
        is_best=facts.is_best(arm.name),
        is_earlier=arm.name in earlier,
    )


def _seconds(value: float) -> str:
    return seconds(value).replace(".0 ", " ") if value else "0 s"


def _size(value: float) -> str:
    return size(round(value)).replace(".0 ", " ") if value else "0"


_DRAW: Mapping[PictureKind, Callable[[Facts, Room], Picture | Nothing]] = MappingProxyType(
    {
        PictureKind.MEANS: draw_means,
        PictureKind.DIFFERENCES: draw_differences,
        PictureKind.LATENCY: _draw_latency,
        PictureKind.MEMORY: _draw_memory,
        PictureKind.COST: _draw_cost,
        PictureKind.DISTRIBUTION: draw_distribution,
        PictureKind.RETRIEVAL: draw_retrieval,
        PictureKind.RECALL: draw_recall,
        PictureKind.HEAT_MAP: draw_heat_map,
    }
)
