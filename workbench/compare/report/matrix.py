"""Every question and arm at one glance."""

from collections.abc import Sequence

from workbench.compare.report.numbers import MARKS, mark_of
from workbench.compare.report.section import Section
from workbench.compare.report.texts import one_line, row_head, safe, table
from workbench.compare.trial_types import Trial
from workbench.compare.types import ComparisonReport

_LOOKS = {"✓": "good", "✗": "bad", "!": "bad"}


def matrix_section(report: ComparisonReport) -> Section:
    metric = report.metrics[0] if report.metrics else ""
    by_place: dict[tuple[str, str], list[Trial]] = {}
    for trial in report.trials:
        by_place.setdefault((trial.arm, trial.example_id), []).append(trial)
    names = [result.name for result in report.arms]
    rows = [
        row_head(f'<a href="#q{number}">{one_line(example.id, 40)}</a>')
        + f"<td>{one_line(example.question, 90)}</td>"
        + "".join(_cell(by_place.get((name, example.id), ()), metric) for name in names)
        for number, example in enumerate(report.examples)
    ]
    key = ", ".join(f"{sign} {said}" for sign, said in MARKS.items() if sign)
    heads = ["", "Question", *(f"<bdi>{safe(name)}</bdi>" for name in names)]
    return Section("matrix", "Every question", f'<p class="muted">{key}</p>{table(heads, rows)}' if rows else "")


def _cell(trials: Sequence[Trial], metric: str) -> str:
    signs = [mark_of(trial, metric) for trial in trials] or [""]
    look = _LOOKS.get(signs[0], "muted") if len(set(signs)) == 1 else "muted"
    said = ", ".join(MARKS[sign] for sign in signs)
    return f'<td class="sign {look}" aria-label="{said}">{"".join(signs)}</td>'
