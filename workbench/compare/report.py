"""One self-contained HTML file: verdict, picture, table, every answer. No script, no network, all text escaped."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from workbench import __version__
from workbench.compare.chart import interval_chart
from workbench.compare.failures import NEXT_STEP
from workbench.compare.report_style import STYLE
from workbench.compare.types import ArmResult, ComparisonReport, FailureReason, Trial, Verdict, VerdictKind
from workbench.compare.wording import dollars, percent, seconds, size
from workbench.datasets.types import Example
from workbench.scoring.metrics import find_metric
from workbench.scoring.types import MetricSummary

_LONGEST = 20_000
"""Characters of one text that are shown; the CSV and JSON lines hold all of it."""
_HEADLINES = {
    VerdictKind.WINNER: "A winner",
    VerdictKind.EQUIVALENT: "Equally good",
    VerdictKind.UNDECIDED: "Undecided",
}


def write_html(report: ComparisonReport, path: Path) -> None:
    """Write the report of `to_html`."""
    path.write_text(to_html(report), encoding="utf-8")


def to_html(report: ComparisonReport) -> str:
    """The whole report as one page."""
    metric = report.metrics[0] if report.metrics else ""
    sections = [
        _header(report),
        _verdict(report.verdict, "Verdict"),
        f"<section><h2>{escape(_title(metric))}</h2>{interval_chart(report.arms, metric, report.verdict.best)}"
        f"<p class=muted>Mean with its 95 % interval over {len(report.examples)} questions.</p></section>",
        _arms(report),
        _failures(report.arms),
        _leaks(report),
        _matrix(report, metric),
        _answers(report, metric),
    ]
    return _PAGE.format(title=escape(report.name), style=STYLE, body="\n".join(sections))


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title} – comparison</title><style>{style}</style></head>
<body><main>
{body}
</main></body></html>
"""


def _header(report: ComparisonReport) -> str:
    facts = [
        f"{len(report.arms)} arms", f"{len(report.examples)} questions", f"seed {report.seed}", report.machine,
        f"LLM Workbench {__version__}",
    ]  # fmt: skip
    line = " · ".join(escape(fact) for fact in facts if fact)
    return f"<header><h1>{escape(report.name)}</h1><p class=muted>{line}</p></header>"


def _verdict(verdict: Verdict, title: str) -> str:
    headline = f"{verdict.winner} wins" if verdict.winner else _HEADLINES[verdict.kind]
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in verdict.reasons)
    chosen = f"<p>Recommended: <strong>{escape(verdict.recommended)}</strong></p>" if verdict.recommended else ""
    return (
        f'<section class="card {verdict.kind}"><p class=muted>{escape(title)}</p><h2>{escape(headline)}</h2>'
        f"{chosen}<ul>{reasons}</ul></section>"
    )


def _arms(report: ComparisonReport) -> str:
    heads = [
        "Arm",
        *(_title(m) for m in report.metrics),
        "Answer in",
        "First text in",
        "Tokens in / out",
        "Memory",
        *(["Costs"] if has_prices(report.arms) else []),
        "Failed",
    ]
    costs = has_prices(report.arms)
    rows = "".join(_arm_row(arm, report.metrics, arm.name in report.verdict.best, costs=costs) for arm in report.arms)
    return f"<section><h2>Arms</h2>{_table(heads, rows)}</section>"


def has_prices(results: Sequence[ArmResult]) -> bool:
    """Whether any arm costs money."""
    return any(result.cost is not None for result in results)


def _arm_row(result: ArmResult, metrics: Sequence[str], is_best: bool, *, costs: bool) -> str:
    made_of = " + ".join(part for part in (result.model, result.adapter, result.collection) if part)
    name = f"<strong>{escape(result.name)}</strong>{' <span class=badge>best</span>' if is_best else ''}"
    problem = f"<br><span class=bad>{escape(result.problem)}</span>" if result.problem else ""
    cells = [
        f"{name}<br><span class=muted>{escape(made_of)}</span>{problem}",
        *(summary_text(result.metrics.get(metric)) for metric in metrics),
        seconds(result.timing.latency_seconds),
        seconds(result.timing.first_token_seconds),
        f"{_whole(result.prompt_tokens)} / {_whole(result.generated_tokens)}",
        size(result.memory_bytes),
        *([dollars(result.cost)] if costs else []),
        str(result.failed or "-"),
    ]
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def summary_text(summary: MetricSummary | None) -> str:
    """ "84 % (75-91)" or "-"."""
    if summary is None or summary.mean is None or summary.low is None or summary.high is None:
        return "-"
    return f"{percent(summary.mean)} ({100 * summary.low:.0f}–{100 * summary.high:.0f})"


def _failures(results: Sequence[ArmResult]) -> str:
    reasons = [reason for reason in FailureReason if any(result.failures.get(reason) for result in results)]
    if not reasons:
        return ""
    rows = "".join(
        f"<tr><td>{escape(reason)}</td>"
        + "".join(f"<td>{result.failures.get(reason, 0) or '-'}</td>" for result in results)
        + f"<td class=muted>{escape(NEXT_STEP[reason])}</td></tr>"
        for reason in reasons
    )
    heads = ["Reason", *(result.name for result in results), "What follows"]
    return f"<section><h2>Why answers are wrong</h2>{_table(heads, rows)}</section>"


def _leaks(report: ComparisonReport) -> str:
    if not report.leaks:
        return ""
    rows = "".join(
        f"<tr><td>{escape(leak.example_id)}</td><td>{leak.kind}</td><td>{escape(leak.where)}</td>"
        f"<td>{escape(leak.text)}</td></tr>"
        for leak in report.leaks
    )
    without = _verdict(report.verdict_without_leaks, "Verdict without them") if report.verdict_without_leaks else ""
    heads = ["Question", "How", "Where", "Text"]
    return f"<section><h2>Questions seen before the test</h2>{_table(heads, rows)}</section>{without}"


def _matrix(report: ComparisonReport, metric: str) -> str:
    by_place = {(trial.arm, trial.example_id): trial for trial in report.trials if trial.repeat == 0}
    names = [result.name for result in report.arms]
    rows = "".join(
        f"<tr><td><a href='#q{number}'>{escape(example.id)}</a></td><td>{escape(_short(example.question, 90))}</td>"
        + "".join(_mark(by_place.get((name, example.id)), metric) for name in names)
        + "</tr>"
        for number, example in enumerate(report.examples)
    )
    key = "✓ right, ◐ partly, ✗ wrong, ! no answer, – not judged"
    return f"<section><h2>Every question</h2><p class=muted>{key}</p>{_table(['', 'Question', *names], rows)}</section>"


def mark_of(trial: Trial | None, metric: str) -> str:
    """One sign for an answer that needs no colour: ✓ ◐ ✗ ! –."""
    if trial is None:
        return ""
    if trial.has_failed:
        return "!"
    judged = trial.scores.get(metric)
    if judged is None or judged.value is None:
        return "–"
    return "✓" if judged.value >= 1.0 else "✗" if judged.value <= 0.0 else "◐"


def _mark(trial: Trial | None, metric: str) -> str:
    sign = mark_of(trial, metric)
    look = {"✓": "good", "✗": "bad", "!": "bad"}.get(sign, "muted")
    return f'<td class="sign {look}">{sign}</td>'


def _answers(report: ComparisonReport, metric: str) -> str:
    by_example: dict[str, list[Trial]] = {}
    for trial in report.trials:
        by_example.setdefault(trial.example_id, []).append(trial)
    parts = [
        f"<details id='q{number}'><summary>{escape(example.id)}: {escape(_short(example.question, 160))}</summary>"
        f"{_expected(example)}{''.join(_answer(trial, metric) for trial in by_example.get(example.id, ()))}</details>"
        for number, example in enumerate(report.examples)
    ]
    return f"<section><h2>Every answer</h2>{''.join(parts)}</section>"


def _expected(example: Example) -> str:
    right = " or ".join(_short(answer, 2000) for answer in example.answers) or "no answer: refuse"
    sources = f" · sources: {escape(', '.join(example.sources))}" if example.sources else ""
    return f"<p>{escape(example.question)}</p><p class=muted>Right: {escape(right)}{sources}</p>"


def _answer(trial: Trial, metric: str) -> str:
    hits = "".join(_hit(number, trial) for number in range(len(trial.hits)))
    shown = [f"{_title(name)} {percent(judged.value)}" for name, judged in trial.scores.items()]
    why = f"<p class=bad>{escape(str(trial.failure))}: {escape(trial.failure_evidence)}</p>" if trial.failure else ""
    return (
        f'<div class="answer"><h3>{mark_of(trial, metric)} {escape(trial.arm)}</h3>'
        f"<pre>{_text(trial.answer or trial.problem)}</pre>"
        f"<p class=muted>{escape(' · '.join(shown))}</p>{why}"
        + (f"<details><summary>{len(trial.hits)} passages</summary>{hits}</details>" if hits else "")
        + f"<details><summary>Prompt</summary><pre>{_text(trial.prompt)}</pre></details></div>"
    )


def _hit(number: int, trial: Trial) -> str:
    hit = trial.hits[number]
    mark = f"[{trial.used.index(number) + 1}] " if number in trial.used else "not in the prompt: "
    return f"<p><strong>{mark}{escape(hit.document)}, page {hit.page}</strong><br>{_text(hit.text)}</p>"


def _table(heads: Sequence[str], rows: str) -> str:
    return f"<div class=wide><table><tr>{''.join(f'<th>{escape(h)}</th>' for h in heads)}</tr>{rows}</table></div>"


def _title(metric: str) -> str:
    return find_metric(metric)[0].title if metric else ""


def _whole(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _text(text: str) -> str:
    return escape(_short(text, _LONGEST))
