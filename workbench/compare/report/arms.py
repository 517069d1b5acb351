"""What was measured of every arm: scores, time, tokens, memory."""

from collections.abc import Sequence

from workbench.compare.arm_types import ArmResult
from workbench.compare.report.numbers import has_prices, summary_text, whole
from workbench.compare.report.section import Section
from workbench.compare.report.texts import cells, row_head, safe, table
from workbench.compare.types import ComparisonReport
from workbench.compare.wording import dollars, earlier_times, time_of
from workbench.llm.in_words import adapter_in_words
from workbench.scoring.model_metrics import title_of


def arms_section(report: ComparisonReport) -> Section:
    costs = has_prices(report.arms)
    heads = [
        "Arm", *(safe(title_of(metric)) for metric in report.metrics), "Answer in", "First text in",
        "Tokens in / out", *(["Costs per answer"] if costs else []), "Answered", "No answer",
    ]  # fmt: skip
    best = set(report.verdict.best_to_mark)
    rows = [_row(result, report.metrics, result.name in best, costs=costs) for result in report.arms]
    said = f"Means with their 95 % intervals. Times are medians, alone and warm. {safe(earlier_times(report.arms))}"
    note = f'<p class="muted">{said.strip()}</p>'
    return Section("arms", "Arms", note + table(heads, rows))


def _row(result: ArmResult, metrics: Sequence[str], is_best: bool, *, costs: bool) -> str:
    adapter = adapter_in_words(result.adapter, result.adapter_scale)
    made_of = " + ".join(part for part in (result.model, adapter, result.prompt, result.collection) if part)
    badge = ' <span class="badge">best</span>' if is_best else ""
    head = f'<bdi>{safe(result.name)}</bdi>{badge}<br><span class="muted">{safe(made_of)}</span>'
    values = [
        *(_score(result, metric) for metric in metrics),
        time_of(result.timing.latency_seconds, result.timing),
        time_of(result.timing.first_token_seconds, result.timing),
        f"{whole(result.prompt_tokens)} / {whole(result.generated_tokens)}",
        *([dollars(result.cost)] if costs else []),
        str(result.answered),
        str(result.failed or "–"),
    ]
    return row_head(head) + cells(values)


def _score(result: ArmResult, metric: str) -> str:
    said = summary_text(result.metrics.get(metric))
    noise = result.noise.get(metric)
    return said if noise is None else f'{said}<br><span class="muted">noise ±{100 * noise:.0f}</span>'
