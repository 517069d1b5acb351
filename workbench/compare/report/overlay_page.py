"""Two comparisons over each other as one HTML file."""

from difflib import unified_diff
from pathlib import Path

from workbench import __version__
from workbench.compare.overlay.types import ArmOverlay, ChangedQuestion, Overlay, OverlaySide, SettingChange
from workbench.compare.report.page import page_of
from workbench.compare.report.section import Section
from workbench.compare.report.texts import block, cells, folded, one_line, row_head, safe, table
from workbench.compare.wording import between, percent, points
from workbench.playground.prompt_files import write_whole
from workbench.scoring.model_metrics import title_of

_ANSWER = 4000
_QUESTIONS = 500
"""Changed questions of one arm that are listed."""


def write_overlay(found: Overlay, path: Path) -> None:
    """Write `overlay_html`, whole or not at all."""
    write_whole(path, overlay_html(found))


def overlay_html(found: Overlay) -> str:
    """One self-contained page."""
    facts = [title_of(found.metric), f"{found.shared_questions} shared questions", f"LLM Workbench {__version__}"]
    said = "".join(f"<li>{safe(sentence)}</li>" for sentence in found.sentences)
    sections = [
        Section("summary", "What changed", f'<div class="card"><ul>{said}</ul></div>'),
        Section("verdicts", "The verdicts", _verdicts(found)),
        Section("arms", "Arms", _arms(found)),
        Section("questions", "Questions that changed", "".join(map(_questions, found.arms))),
        Section("setup", "Set up differently", _setup(found)),
    ]
    return page_of(f"{found.before.name} → {found.after.name}", facts, sections)


def _verdicts(found: Overlay) -> str:
    rows = [
        row_head("Comparison") + cells(_named(side) for side in (found.before, found.after)),
        row_head("Made") + cells(safe(side.created[:16].replace("T", " ")) for side in (found.before, found.after)),
        row_head("Verdict") + cells(safe(side.verdict) for side in (found.before, found.after)),
        row_head("Recommended") + cells(safe(side.recommended) or "–" for side in (found.before, found.after)),
        row_head("Reasons") + cells("<br>".join(map(safe, side.reasons)) for side in (found.before, found.after)),
    ]
    return table(["", "Earlier", "Later"], rows)


def _named(side: OverlaySide) -> str:
    return f"{side.id} <bdi>{safe(side.name)}</bdi>" if side.id else f"<bdi>{safe(side.name)}</bdi>"


def _arms(found: Overlay) -> str:
    heads = ["Arm", "Questions", "Before", "After", "Difference", "95 % interval", "Better", "Worse", "Same answers"]
    return table(heads, map(_arm, found.arms)) if found.arms else ""


def _arm(arm: ArmOverlay) -> str:
    name = arm.after if arm.before == arm.after else f"{arm.before} → {arm.after}"
    values = [
        str(arm.questions), percent(arm.mean_before), percent(arm.mean_after),
        "–" if arm.difference is None else points(arm.difference),
        between(arm.low, arm.high),
        str(len(arm.improved)), str(len(arm.worsened)), f"{arm.same_answers} of {arm.answers}",
    ]  # fmt: skip
    return row_head(f"<bdi>{safe(name)}</bdi>") + cells(values)


def _questions(arm: ArmOverlay) -> str:
    parts = []
    for what, questions in (("better", arm.improved), ("worse", arm.worsened)):
        if questions:
            rows = [_question(question) for question in questions[:_QUESTIONS]]
            content = table(["Question", "Before", "After", "Answer before", "Answer after"], rows)
            parts.append(folded(f"<bdi>{safe(arm.after)}</bdi>: {len(questions)} became {what}", content))
    return "".join(parts)


def _question(question: ChangedQuestion) -> str:
    head = f"{one_line(question.example_id, 40)}<br>{one_line(question.question, 160)}"
    answers = (block(question.answer_before, _ANSWER), block(question.answer_after, _ANSWER))
    return row_head(head) + cells([percent(question.before), percent(question.after), *answers])


def _setup(found: Overlay) -> str:
    rows = [_change("all arms", change) for change in found.changes]
    rows += [_change(arm.after, change) for arm in found.arms for change in arm.changes]
    return table(["Where", "What", "Before", "After"], rows) if rows else ""


def _change(where: str, change: SettingChange) -> str:
    head = row_head(f"<bdi>{safe(where)}</bdi>") + cells([safe(change.what)])
    if not change.is_text:
        return head + cells([safe(change.before) or "–", safe(change.after) or "–"])
    lines = unified_diff(change.before.splitlines(), change.after.splitlines(), lineterm="", n=3)
    shown = "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))
    return head + f'<td colspan="2">{block(shown, _ANSWER)}</td>'
