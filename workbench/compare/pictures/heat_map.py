"""All questions by all arms on one look: the questions from easy to hard, each answer a cell."""

from collections import Counter
from collections.abc import Sequence

from workbench.compare.pictures.description import Box, Frame, Label, Look, Mark, Nothing, Picture, Room, Spot
from workbench.compare.pictures.distributions import LOOKS, lay_out, name_label
from workbench.compare.pictures.facts import Facts, Outcome
from workbench.compare.pictures.furniture import KeyItem, key_line
from workbench.compare.pictures.text_width import shortened
from workbench.datasets.types import Example

_MOST_COLUMNS = 120
"""More questions than this share columns: a finer picture would be too fine to see, and large."""


def draw_heat_map(facts: Facts, room: Room) -> Picture | Nothing:
    """A row per arm; a column per question, or per group of neighbours where there are many."""
    if not any(facts.values.values()):
        return Nothing("No answer has been scored yet.")
    font = room.font
    plot, step = lay_out([arm.name for arm in facts.arms], room, least=2.2, most=4.0)
    groups = _groups(facts.by_difficulty, int(min(_MOST_COLUMNS, plot.width / 3)))
    marks: list[Mark] = []
    spots: list[Spot] = []
    width = plot.width / len(groups)
    gap = 1.0 if width > 5 else 0.4
    for number, arm in enumerate(facts.arms):
        top = plot.y + step * number
        marks.append(name_label(arm.name, top + step / 2, plot, font))
        spots.append(Spot(Frame(0.0, top, plot.x, step), _describe(facts, arm.name).removesuffix("."), arm.name))
        for column, group in enumerate(groups):
            cell = Frame(plot.x + column * width, top + 1, max(0.6, width - gap), step - 2)
            drawn, said = _cell(facts, arm.name, group, cell)
            marks += drawn
            spots.append(Spot(cell, f"{arm.name}: {said}", arm.name, group[0].id if len(group) == 1 else ""))
    y = plot.bottom + font * 1.3
    hint = shortened(f"easy  →  hard{_explain(facts, groups)}", room.width - plot.x, font * 0.9)
    marks.append(Label(plot.x, y, hint, Look.MUTED, font * 0.9))
    key, bottom = key_line(_key(facts, is_grouped=len(groups[0]) > 1), plot.x, y + font * 1.9, room.width, font)
    title = f"{facts.title}: every question, from easy to hard"
    described = f"{title}. {' '.join(_describe(facts, arm.name) for arm in facts.arms)}"
    return Picture(title, described, room.width, bottom, plot, (*marks, *key), tuple(spots))


def _groups(examples: Sequence[Example], most: int) -> list[Sequence[Example]]:
    size = -(-len(examples) // max(1, most))
    return [examples[start : start + size] for start in range(0, len(examples), size)]


def _cell(facts: Facts, arm: str, group: Sequence[Example], cell: Frame) -> tuple[list[Mark], str]:
    if len(group) == 1:
        return _answer(facts, arm, group[0], cell)
    own = facts.outcomes[arm]
    counts = Counter([own[example.id] for example in group if example.id in own])
    total, bottom = sum(counts.values()), cell.bottom
    marks: list[Mark] = []
    for outcome in Outcome:
        if counts[outcome]:
            height = cell.height * counts[outcome] / total
            marks.append(Box(Frame(cell.x, bottom - height, cell.width, height), LOOKS[outcome][0]))
            bottom -= height
    said = ", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome if counts[outcome])
    return marks, f"{said or 'no answer judged'}, questions {group[0].id} to {group[-1].id}"


def _answer(facts: Facts, arm: str, example: Example, cell: Frame) -> tuple[list[Mark], str]:
    outcome = facts.outcome(arm, example.id)
    question = " ".join(example.question.split())[:90]
    if outcome is None:
        return [], f"not judged. {question}"
    value = facts.values[arm].get(example.id)
    if outcome is Outcome.PARTLY and value is not None:
        boxes: list[Mark] = [Box(cell, Look.WRONG), Box(_lower(cell, value), Look.RIGHT)]
        return boxes, f"{100 * value:.0f} %. {question}"
    return [Box(cell, LOOKS[outcome][0])], f"{outcome}. {question}"


def _lower(cell: Frame, share: float) -> Frame:
    height = cell.height * share
    return Frame(cell.x, cell.bottom - height, cell.width, height)


def _explain(facts: Facts, groups: Sequence[Sequence[Example]]) -> str:
    if len(groups[0]) > 1:
        return f"; {len(groups[0])} questions in a column"
    return "; filled as high as the score" if facts.is_graded else ""


def _key(facts: Facts, *, is_grouped: bool) -> list[KeyItem]:
    seen = {outcome for own in facts.outcomes.values() for outcome in own.values()}
    if not is_grouped:
        seen.discard(Outcome.PARTLY)
    return [KeyItem(str(outcome), LOOKS[outcome][0]) for outcome in Outcome if outcome in seen]


def _describe(facts: Facts, arm: str) -> str:
    counts = Counter(facts.outcomes[arm].values())
    said = ", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome if counts[outcome])
    return f"{arm}: {said or 'nothing judged'}."
