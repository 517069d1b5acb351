"""What retrieval has to do with right answers: questions by where their source was found, and how many are right."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from workbench.compare.arm_types import ArmResult
from workbench.compare.pictures.description import Nothing, Picture, Room
from workbench.compare.pictures.facts import Facts
from workbench.compare.pictures.rows import Row, draw_rows, share_axis
from workbench.compare.pictures.scatter import Against, Point, draw_scatter
from workbench.compare.wording import percent
from workbench.scoring.statistics import mean_interval, proportion_interval

NO_COLLECTION = "No arm of this comparison retrieves from documents."
_NO_SOURCES = "No question was answered yet that names its source or its answer, so nobody knows what should be found."


class Found(StrEnum):
    """Where the source of a question stands among the retrieved passages."""

    FIRST = "found first"
    SECOND = "found second or third"
    LATER = "found further down"
    NOT = "not found"


def found_at(rank: int | None) -> Found:
    """The class of a rank from 1."""
    match rank:
        case None:
            return Found.NOT
        case 1:
            return Found.FIRST
        case 2 | 3:
            return Found.SECOND
        case _:
            return Found.LATER


def scores_by_place(facts: Facts, arm: str) -> Mapping[Found, list[float]]:
    """The scores of an arm's answers by where the source was found; questions without any answer are left out."""
    found: dict[Found, list[float]] = {place: [] for place in Found}
    values = facts.values[arm]
    for example_id, rank in facts.ranks[arm].items():
        if example_id in values:
            found[found_at(rank)].append(values[example_id])
    return found


def draw_retrieval(facts: Facts, room: Room) -> Picture | Nothing:
    """For every arm with a collection: the mean score where the source was found first, later, or not at all."""
    arms = _retrieving(facts)
    if not arms:
        return Nothing(NO_COLLECTION)
    by_arm = {arm.name: scores_by_place(facts, arm.name) for arm in arms}
    if not any(values for places in by_arm.values() for values in places.values()):
        return Nothing(_NO_SOURCES)
    rows = [row for arm in arms for row in _rows(arm.name, by_arm[arm.name])]
    return draw_rows(rows, f"{facts.title} by where retrieval found the source", room, share_axis())


def draw_recall(facts: Facts, room: Room) -> Picture | Nothing:
    """Every arm with a collection: how often the source was found, and how good the answers are."""
    arms = _retrieving(facts)
    if not arms:
        return Nothing(NO_COLLECTION)
    points, missing = [], []
    for arm in arms:
        point = _recall_point(facts, arm)
        if point is None:
            missing.append(arm.name)
        else:
            points.append(point)
    against = Against(
        title="Quality against retrieval",
        axis="Questions whose source was found",
        quality=facts.title,
        say=percent,
        is_share=True,
    )
    return draw_scatter(points, against, missing, room) if points else Nothing(_NO_SOURCES)


def _retrieving(facts: Facts) -> list[ArmResult]:
    return [arm for arm in facts.arms if arm.collection]


def _rows(arm: str, places: Mapping[Found, Sequence[float]]) -> list[Row]:
    total = sum(len(values) for values in places.values())
    if total == 0:
        return [Row(arm, "not measured", f"{arm}: not measured", is_heading=True)]
    found = total - len(places[Found.NOT])
    heading = f"source found for {found} of {total} questions ({percent(found / total)})"
    rows = [Row(arm, heading, f"{arm}: {heading}", is_heading=True)]
    return rows + [_row(arm, place, values, total) for place, values in places.items() if values]


def _row(arm: str, place: Found, values: Sequence[float], total: int) -> Row:
    interval = mean_interval(values)
    assert interval is not None
    numbers = f"{percent(interval.estimate)} ({100 * interval.low:.0f}–{100 * interval.high:.0f})"
    tip = (
        f"{arm}, {place}: {percent(interval.estimate)}, 95 % interval {percent(interval.low)} to "
        f"{percent(interval.high)}, {len(values)} of {total} questions"
    )
    return Row(
        name=f"{place}: {len(values)}",
        value=numbers,
        tip=tip,
        mean=interval.estimate,
        low=interval.low,
        high=interval.high,
        is_strong=place is not Found.NOT,
        arm=arm,
    )


def _recall_point(facts: Facts, arm: ArmResult) -> Point | None:
    places, summary = scores_by_place(facts, arm.name), facts.summary(arm)
    total = sum(len(values) for values in places.values())
    if total == 0 or summary is None or summary.mean is None:
        return None
    share = proportion_interval(total - len(places[Found.NOT]), total)
    return Point(
        arm=arm.name,
        x=share.estimate,
        y=summary.mean,
        y_low=summary.mean if summary.low is None else summary.low,
        y_high=summary.mean if summary.high is None else summary.high,
        x_low=share.low,
        x_high=share.high,
        is_best=facts.is_best(arm.name),
    )
