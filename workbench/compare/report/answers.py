"""Every answer with its scores, its reason, its passages and the exact prompt."""

from collections.abc import Sequence

from workbench.compare.report.numbers import MARKS, mark_of
from workbench.compare.report.room import Room, room_for
from workbench.compare.report.section import Section
from workbench.compare.report.texts import block, folded, one_line, safe, short
from workbench.compare.trial_types import PASSAGE_PURGED, Trial
from workbench.compare.types import ComparisonReport
from workbench.compare.wording import percent
from workbench.datasets.types import Example
from workbench.scoring.model_metrics import title_of

_RIGHT = 2000
"""Characters of a right answer that are shown."""


def answers_section(report: ComparisonReport) -> Section:
    metric = report.metrics[0] if report.metrics else ""
    room = room_for(report)
    leaked = report.leaked_ids
    by_example: dict[str, list[Trial]] = {}
    for trial in report.trials:
        by_example.setdefault(trial.example_id, []).append(trial)
    parts = [
        f'<details class="question" id="q{number}"><summary>{one_line(example.id, 40)}: '
        f"{one_line(example.question, 160)}</summary>{_expected(example, example.id in leaked)}"
        f"{_answers(by_example.get(example.id, ()), metric, room)}</details>"
        for number, example in enumerate(report.examples)
    ]
    cut = ""
    if room.is_cut:
        cut = (
            '<p class="muted">There are so many answers that long texts are shown shortened, each with a note. The '
            "whole texts are in the JSON lines (<code>workbench comparisons export NUMBER --jsonl FILE</code>).</p>"
        )
    return Section("answers", "Every answer", cut + "".join(parts) if parts else "")


def _expected(example: Example, is_leaked: bool) -> str:
    right = " or ".join(f"<bdi>{safe(short(answer, _RIGHT))}</bdi>" for answer in example.answers)
    facts = [f"Right: {right or ('not known' if example.answers_unknown else 'no answer: refuse')}"]
    facts += [f"sources: {safe(', '.join(example.sources))}"] if example.sources else []
    facts += [f"tags: {safe(', '.join(example.tags))}"] if example.tags else []
    facts += ["seen before the test"] if is_leaked else []
    question = f'<p dir="auto" class="text">{safe(short(example.question, _RIGHT))}</p>'
    return f'{question}<p class="muted">{" · ".join(facts)}</p>'


def _answers(trials: Sequence[Trial], metric: str, room: Room) -> str:
    parts, seen = [], dict[tuple[tuple[object, ...], ...], str]()
    for trial in trials:
        found = tuple((hit.collection, hit.document, hit.page, hit.start, hit.text) for hit in trial.hits)
        parts.append(_answer(trial, metric, room, seen.get(found, "")))
        seen.setdefault(found, trial.arm)
    return "".join(parts)


def _answer(trial: Trial, metric: str, room: Room, same_as: str) -> str:
    sign = mark_of(trial, metric)
    again = f" (answer {trial.repeat + 1})" if trial.repeat else ""
    scores = " · ".join(f"{safe(title_of(name))} {percent(judged.value)}" for name, judged in trial.scores.items())
    why = ""
    if trial.failure:
        why = f'<p class="bad">{safe(trial.failure)}: {safe(short(trial.failure_evidence, _RIGHT))}</p>'
    extra = [_whole(trial, room), _passages(trial, room, same_as), _prompt(trial, room)]
    return (
        f'<div class="answer"><h3><span title="{MARKS[sign]}">{sign}</span> <bdi>{safe(trial.arm)}</bdi>{again}</h3>'
        f'{block(trial.said, room.answer)}<p class="muted">{scores}</p>{why}{"".join(extra)}</div>'
    )


def _whole(trial: Trial, room: Room) -> str:
    return folded("Whole text, before the answer was taken out", block(trial.text, room.answer)) if trial.text else ""


def _prompt(trial: Trial, room: Room) -> str:
    return (
        folded(f"Prompt ({len(trial.prompt):,} characters)", block(trial.prompt, room.prompt)) if trial.prompt else ""
    )


def _passages(trial: Trial, room: Room, same_as: str) -> str:
    if not trial.hits:
        return ""
    used = f"{len(trial.used)} of {len(trial.hits)} passages in the prompt"
    if same_as:
        return folded(used, f'<p class="muted">The same passages as {safe(same_as)} above.</p>')
    return folded(used, "".join(_hit(number, trial, room.passage) for number in range(len(trial.hits))))


def _hit(number: int, trial: Trial, longest: int) -> str:
    hit = trial.hits[number]
    place = f"[{trial.used.index(number) + 1}]" if number in trial.used else "not in the prompt:"
    name = " · ".join(part for part in (hit.collection, hit.document) if part)
    return f"<h4>{place} <bdi>{safe(name)}</bdi>, page {hit.page}</h4>{block(hit.text or PASSAGE_PURGED, longest)}"
