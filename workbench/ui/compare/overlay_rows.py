"""Lines of the tables of an overlay. No Qt."""

from dataclasses import dataclass

from workbench.compare.overlay.types import Overlay


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question that an arm answers better or worse."""

    arm: str
    example_id: str
    question: str
    before: float
    after: float
    answer_before: str
    answer_after: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """Something that was set up differently."""

    key: int
    where: str
    what: str
    before: str
    after: str
    is_text: bool


def question_rows(found: Overlay) -> tuple[QuestionRow, ...]:
    """Arm by arm, what became worse first: that is what one looks for."""
    return tuple(
        QuestionRow(
            arm.after, each.example_id, each.question, each.before, each.after, each.answer_before, each.answer_after
        )
        for arm in found.arms
        for each in (*arm.worsened, *arm.improved)
    )


def change_rows(found: Overlay) -> tuple[ChangeRow, ...]:
    """What holds for all arms first."""
    places = [("all arms", change) for change in found.changes]
    places += [(arm.after, change) for arm in found.arms for change in arm.changes]
    return tuple(
        ChangeRow(number, where, change.what, change.before, change.after, change.is_text)
        for number, (where, change) in enumerate(places)
    )
