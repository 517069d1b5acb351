"""An overlay in words."""

from collections.abc import Iterator, Sequence

from workbench.compare.overlay.types import ArmOverlay, Overlay
from workbench.compare.wording import between, listed, percent, points


def sentences_of(found: Overlay) -> Iterator[str]:
    """The most important first: is it the same, what changed in the verdict, in the arms, in the set-up."""
    if not found.arms or not found.shared_questions:
        yield _nothing_shared(found)
        return
    yield agreement(found.arms)
    if found.before.verdict != found.after.verdict:
        yield f"The verdict was “{found.before.verdict}” and is now “{found.after.verdict}”."
    else:
        yield f"The verdict is the same: {found.after.verdict}."
    for arm in found.arms:
        if said := _about_arm(arm):
            yield said
    yield from _about_questions(found)
    changed = [arm.after for arm in found.arms if arm.changes]
    if changed or found.changes:
        what = [*[f"arm {name}" for name in changed], *[change.what for change in found.changes]]
        yield f"Set up differently: {listed(what[:8])}{' and more' if len(what) > 8 else ''}."


def agreement(arms: Sequence[ArmOverlay]) -> str:
    """ "The same answers for 240 of 240, the same scores."."""
    total = sum(arm.answers for arm in arms)
    same = sum(arm.same_answers for arm in arms)
    scores = sum(arm.same_scores for arm in arms)
    if not total:
        return "There is no question that both have answered."
    said = "the same scores" if scores == total else f"the same scores for {scores} of {total}"
    return f"The same answers for {same} of {total}, {said}."


def _about_arm(arm: ArmOverlay) -> str:
    if arm.difference is None or arm.low is None or arm.high is None:
        return ""
    if not arm.improved and not arm.worsened:
        return ""
    certain = "more than chance explains" if arm.low > 0 or arm.high < 0 else "which may be chance"
    name = arm.after if arm.before == arm.after else f"{arm.before} → {arm.after}"
    change = f"{'better' if arm.difference > 0 else 'worse'} by {points(abs(arm.difference))}"
    if round(100 * arm.difference) == 0:
        change, certain = "as good as before", ""
    interval = f"95 % interval {between(arm.low, arm.high)}"
    return (
        f"{name} is {change} ({percent(arm.mean_before)} → {percent(arm.mean_after)}, {interval})"
        f"{f', {certain}' if certain else ''}: {len(arm.improved)} questions became better, {len(arm.worsened)} worse."
    )


def _about_questions(found: Overlay) -> Iterator[str]:
    if found.only_before or found.only_after:
        yield (
            f"{found.shared_questions} questions are in both; {found.only_before} only in the earlier, "
            f"{found.only_after} only in the later one."
        )
    if found.reworded:
        yield f"{len(found.reworded)} questions have another text under the same id: they are not compared."
    if found.arms_only_before:
        yield f"Only in the earlier one: {listed(found.arms_only_before)}."
    if found.arms_only_after:
        yield f"Only in the later one: {listed(found.arms_only_after)}."


def _nothing_shared(found: Overlay) -> str:
    if not found.shared_questions:
        return "The two comparisons share no question: nothing can be compared."
    return "The two comparisons share no arm, neither by name nor by what it is made of: nothing can be compared."
