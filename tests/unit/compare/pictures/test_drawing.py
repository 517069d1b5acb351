"""Every picture: within its borders, readable, and saying all its numbers."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.compare.pictures.measured import FIVE, METRIC, Made, measured, reported
from workbench.compare.arm_types import ArmResult
from workbench.compare.economy import Economy
from workbench.compare.pictures.description import Box, Dot, Frame, Label, Line, Look, Nothing, Picture, Room
from workbench.compare.pictures.drawing import PictureKind, draw
from workbench.compare.pictures.facts import Facts, facts_of
from workbench.scoring.types import MetricSummary

ROOMS = [Room(760, 460, 13), Room(520, 340, 13), Room(1200, 700, 16), Room(560, 340, 20)]
KINDS = list(PictureKind)


def picture(kind: PictureKind, facts: Facts, room: Room | None = None) -> Picture:
    drawn = draw(kind, facts, room)
    assert isinstance(drawn, Picture), drawn
    return drawn


def sentence(kind: PictureKind, facts: Facts) -> str:
    drawn = draw(kind, facts)
    assert isinstance(drawn, Nothing), drawn
    return drawn.sentence


def labels(drawn: Picture) -> list[Label]:
    return [mark for mark in drawn.marks if isinstance(mark, Label)]


def texts(drawn: Picture) -> list[str]:
    return [label.text for label in labels(drawn)]


def overlaps(drawn: Picture) -> list[tuple[str, str]]:
    return [(a.text, b.text) for a, b in combinations(labels(drawn), 2) if a.frame.overlaps(b.frame)]


def extent(mark: object) -> Frame:
    match mark:
        case Line(x1=x1, y1=y1, x2=x2, y2=y2):
            return Frame(min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1))
        case Dot(x=x, y=y, radius=r):
            return Frame(x - r, y - r, 2 * r, 2 * r)
        case Box(frame=frame):
            return frame
        case Label():
            return mark.frame
    raise AssertionError(mark)


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: f"{room.width:.0f}x{room.height:.0f}/{room.font:.0f}")
@pytest.mark.parametrize("graded", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_that_no_text_lies_on_another_and_nothing_is_outside(kind: PictureKind, graded: bool, room: Room) -> None:
    drawn = picture(kind, measured(graded=graded, unanswered=2), room)
    assert overlaps(drawn) == []
    whole = Frame(0, 0, drawn.width, drawn.height)
    assert [mark for mark in drawn.marks if not whole.grown(0.5).holds(extent(mark))] == []
    assert all(whole.grown(0.5).holds(spot.frame) for spot in drawn.spots)


@pytest.mark.parametrize("kind", KINDS)
def test_that_dots_and_intervals_stay_within_the_plot(kind: PictureKind) -> None:
    drawn = picture(kind, measured([*FIVE, Made("always", 1.0, 9.0), Made("never", 0.0, 0.2)]))
    key = [d for d in drawn.marks if isinstance(d, Dot) and d.y > drawn.plot.bottom]
    for mark in drawn.marks:
        if isinstance(mark, Dot | Line) and mark not in key:
            assert drawn.plot.grown(12).holds(extent(mark)), mark


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.text("abcdefgh +-mW漢", min_size=1, max_size=30),
            st.floats(0.0, 1.0),
            st.floats(0.01, 500.0),
        ),
        min_size=1,
        max_size=8,
        unique_by=lambda arm: arm[0],
    )
)
def test_that_names_never_lie_on_each_other_wherever_the_dots_are(arms: list[tuple[str, float, float]]) -> None:
    results = tuple(
        ArmResult(
            name=name,
            metrics={METRIC: MetricSummary(mean=q, low=max(0.0, q - 0.1), high=min(1.0, q + 0.1), count=9)},
            timing={"latency_seconds": latency},
        )
        for name, q, latency in arms
    )
    facts = replace(measured(FIVE[:1], questions=1), arms=results, trials=())
    drawn = picture(PictureKind.LATENCY, facts)
    assert overlaps(drawn) == []
    dots = [mark for mark in drawn.marks if isinstance(mark, Dot) and mark.y <= drawn.plot.bottom]
    assert len(dots) == len(arms)
    assert not [d for d in dots for label in labels(drawn) if label.frame.overlaps(extent(d).grown(-1))]


def test_that_latencies_over_several_decades_stand_on_a_logarithmic_axis() -> None:
    drawn = picture(PictureKind.LATENCY, measured([Made("fast", 0.5, 0.05), Made("slow", 0.6, 40.0)]))
    assert {"100 ms", "1 s", "10 s"} <= set(texts(drawn))
    assert "Time for an answer, logarithmic" in texts(drawn)


def test_that_free_arms_have_a_place_on_a_logarithmic_axis_of_costs() -> None:
    arms = [Made("free", 0.5, cost=0.0), Made("cheap", 0.6, cost=0.0001), Made("dear", 0.7, cost=0.02)]
    drawn = picture(PictureKind.COST, measured(arms))
    assert "$0" in texts(drawn)
    places = {spot.arm: spot.frame.x for spot in drawn.spots}
    assert places["free"] < places["cheap"] < places["dear"]


@pytest.mark.parametrize("kind", [PictureKind.LATENCY, PictureKind.COST, PictureKind.RECALL])
@pytest.mark.parametrize("room", [Room(700, 400, 13), Room(1000, 600, 13), Room(520, 500, 16)])
def test_that_a_picture_with_notes_is_no_higher_than_its_room(kind: PictureKind, room: Room) -> None:
    facts = measured([*FIVE, Made("not timed", 0.5, None, collection=True)])
    assert picture(kind, facts, room).height <= room.height + 0.01


def test_that_costs_are_seconds_of_this_computer_while_nothing_has_a_price() -> None:
    facts = measured([Made("prompt", 0.5, 1.0), Made("tuned", 0.7, 1.0, training=7200.0)])
    facts = replace(facts, economy=Economy(questions_per_month=1200, months=6))
    drawn = picture(PictureKind.COST, facts)
    tips = {spot.arm: spot.tip for spot in drawn.spots}
    assert "computer time per answer 1 s" in tips["prompt"]
    assert "computer time per answer 2 s" in tips["tuned"]
    assert "training and indexing spread over 7,200 questions" in drawn.description


def test_that_costs_are_money_where_the_hour_of_this_computer_has_a_price() -> None:
    facts = replace(measured([Made("prompt", 0.5, 36.0)]), economy=Economy(dollars_per_hour=2.0))
    drawn = picture(PictureKind.COST, facts)
    assert "cost of an answer $0.020" in drawn.spots[0].tip
    assert "at $2.00 an hour" in drawn.description


def test_that_an_arm_whose_time_is_not_known_has_no_cost() -> None:
    drawn = picture(PictureKind.COST, measured([Made("a", 0.5), Made("b", 0.5, None)]))
    assert "Not measured: b." in texts(drawn)


def test_that_excluded_questions_are_not_drawn() -> None:
    report = reported(measured(questions=10)).model_copy(update={"excluded": ("q0", "q7")})
    drawn = picture(PictureKind.HEAT_MAP, facts_of(report))
    shown = {spot.example_id for spot in drawn.spots} - {""}
    assert shown == {f"q{n}" for n in range(10)} - {"q0", "q7"}


def test_that_the_frontier_joins_the_arms_that_no_other_beats_at_a_lower_price() -> None:
    arms = [Made("fast", 0.2, 0.5), Made("worse and slower", 0.1, 2.0), Made("good", 0.9, 3.0)]
    drawn = picture(PictureKind.LATENCY, measured(arms, questions=200))
    efficient = {spot.arm for spot in drawn.spots if spot.tip.endswith(", efficient")}
    assert efficient == {"fast", "good"}
    steps = [m for m in drawn.marks if isinstance(m, Line) and m.look is Look.FRONTIER]
    assert len(steps) == 3


def test_that_arms_without_a_measurement_are_named_below() -> None:
    drawn = picture(PictureKind.LATENCY, measured([Made("a", 0.5), Made("b", 0.5, None)]))
    assert "Not measured: b." in texts(drawn)
    assert "Not measured: b." in drawn.description


def timed_before(facts: Facts, name: str) -> Facts:
    def told(arm: ArmResult) -> ArmResult:
        timing = arm.timing.model_copy(update={"taken_over": arm.name == name})
        return arm.model_copy(update={"timing": timing})

    return replace(facts, arms=tuple(map(told, facts.arms)))


@pytest.mark.parametrize("kind", [PictureKind.LATENCY, PictureKind.COST])
def test_that_dots_whose_time_is_one_of_an_earlier_run_are_marked(kind: PictureKind) -> None:
    name = "a long name of an arm that has to be cut because there is no room for it"
    facts = timed_before(measured([Made(name, 0.2, 0.5), Made("now", 0.9, 3.0)]), name)
    drawn = picture(kind, facts)
    assert [label.endswith("… (earlier)") for label in texts(drawn)].count(True) == 1
    assert "now" in texts(drawn)
    tips = {spot.arm: spot.tip for spot in drawn.spots}
    assert "measured in an earlier run" in tips[name]
    assert "earlier" not in tips["now"]
    assert "(earlier): measured in an earlier run" in drawn.description
    assert any(text.startswith("(earlier): measured in an earlier run") for text in texts(drawn))


def test_that_memory_and_prices_of_servers_are_not_called_earlier() -> None:
    facts = timed_before(measured([Made("a", 0.2, 0.5), Made("b", 0.9, 3.0)]), "a")
    assert "earlier" not in picture(PictureKind.MEMORY, facts).description
    priced = replace(facts, arms=tuple(arm.model_copy(update={"cost": 0.01}) for arm in facts.arms))
    assert "earlier" not in picture(PictureKind.COST, priced).description


@pytest.mark.parametrize("kind", KINDS)
def test_that_every_number_is_told_in_words_too(kind: PictureKind) -> None:
    facts = measured()
    drawn = picture(kind, facts)
    shown = [arm for arm in facts.arms if arm.collection or kind not in (PictureKind.RETRIEVAL, PictureKind.RECALL)]
    assert all(arm.name in drawn.description for arm in shown)
    assert {spot.arm for spot in drawn.spots} <= {arm.name for arm in facts.arms}
    assert drawn.spots


def test_that_differences_need_two_arms_and_a_verdict() -> None:
    assert sentence(PictureKind.DIFFERENCES, measured(FIVE[:1])).startswith("There is one arm")
    assert "come with the verdict" in sentence(PictureKind.DIFFERENCES, replace(measured(), pairs=()))


def test_that_retrieval_needs_an_arm_that_retrieves() -> None:
    for kind in (PictureKind.RETRIEVAL, PictureKind.RECALL):
        assert sentence(kind, measured(FIVE[:2])) == "No arm of this comparison retrieves from documents."


@pytest.mark.parametrize("kind", KINDS)
def test_that_nothing_measured_is_said_and_not_drawn(kind: PictureKind) -> None:
    facts = measured()
    bare = tuple(ArmResult(name=arm.name, collection=arm.collection) for arm in facts.arms)
    assert sentence(kind, replace(facts, arms=bare, trials=(), pairs=())).endswith(".")
    assert sentence(kind, replace(facts, examples=())).endswith(".")


def test_that_a_single_question_and_a_single_arm_are_drawn() -> None:
    for kind in set(KINDS) - {PictureKind.DIFFERENCES}:
        assert picture(kind, measured([FIVE[2]], questions=1)).spots, kind


def test_that_shares_of_outcomes_add_up_to_the_whole_bar() -> None:
    facts = measured(unanswered=4)
    drawn = picture(PictureKind.DISTRIBUTION, facts)
    bars = [m for m in drawn.marks if isinstance(m, Box) and m.frame.y < drawn.plot.bottom]
    tops = {round(box.frame.y, 3) for box in bars}
    assert len(tops) == len(facts.arms)
    for top in tops:
        width = sum(box.frame.width + 1.0 for box in bars if round(box.frame.y, 3) == top)
        assert width == pytest.approx(drawn.plot.width, abs=0.01)
    assert "4 no answer of 40" in drawn.description


def test_that_graded_scores_become_histograms() -> None:
    drawn = picture(PictureKind.DISTRIBUTION, measured([Made("a", 0.5)], graded=True, questions=200))
    counts = [int(spot.tip.split()[1]) for spot in drawn.spots if "answers score" in spot.tip]
    assert len(counts) == 10
    assert sum(counts) == 200


def test_that_many_questions_share_the_columns_of_the_heat_map() -> None:
    small, large = (picture(PictureKind.HEAT_MAP, measured(questions=n)) for n in (40, 2000))
    assert len([spot for spot in small.spots if spot.example_id]) == 5 * 40
    assert len(large.spots) <= 5 * (1 + 120)
    assert not [spot for spot in large.spots if spot.example_id]
    assert "17 questions in a column" in " ".join(texts(large))
