"""`workbench comparisons overlay`: two comparisons over each other."""

import argparse
from typing import TYPE_CHECKING

from workbench.cli.output import Output
from workbench.cli.workplace import Workplace

if TYPE_CHECKING:
    from workbench.compare.overlay.types import ArmOverlay, Overlay

_COLUMNS = ("arm", "questions", "before", "after", "difference", "95 % interval", "better", "worse", "same answers")


def lay_over(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """The later over the earlier one."""
    from workbench.compare.overlay.stored import overlay_stored
    from workbench.compare.report.overlay_page import write_overlay
    from workbench.compare.store import ComparisonStore

    found = overlay_stored(ComparisonStore(place.database), arguments.before, arguments.after)
    if arguments.html is not None:
        write_overlay(found, arguments.html)
    if output.json:
        output.object(found)
    else:
        show_overlay(found, output)


def show_overlay(found: "Overlay", output: Output) -> None:
    """Sentences, a table of arms, and what was set up differently."""
    output.text(f"{found.before.id} {found.before.name} → {found.after.id} {found.after.name}\n")
    output.text("\n".join(found.sentences))
    if found.arms:
        output.text("")
        columns = (
            "arm",
            "questions",
            "before",
            "after",
            "difference",
            "95 % interval",
            "better",
            "worse",
            "same answers",
        )
        output.table(columns, map(_arm_row, found.arms))
    changes = [("all arms", change) for change in found.changes]
    changes += [(arm.after, change) for arm in found.arms for change in arm.changes]
    if changes:
        output.text("\nSet up differently:")
        rows = [(where, change.what, _one_line(change.before), _one_line(change.after)) for where, change in changes]
        output.table(("where", "what", "before", "after"), rows)


def _arm_row(arm: "ArmOverlay") -> tuple[str, ...]:
    from workbench.compare.wording import percent, points

    interval = "-" if arm.low is None or arm.high is None else f"{100 * arm.low:+.0f} to {100 * arm.high:+.0f}"
    return (
        arm.after if arm.before == arm.after else f"{arm.before} → {arm.after}",
        str(arm.questions), percent(arm.mean_before), percent(arm.mean_after),
        "-" if arm.difference is None else points(arm.difference), interval,
        str(len(arm.improved)), str(len(arm.worsened)), f"{arm.same_answers} of {arm.answers}",
    )  # fmt: skip


def _one_line(text: str) -> str:
    said = " ".join(text.split())
    return said if len(said) <= 60 else said[:59] + "…"
