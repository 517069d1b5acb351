"""What the recommendation goes by: weights, worth, what an answer costs, what staying fresh takes."""

from workbench.compare.choice_sentences import WORDS
from workbench.compare.freshness import describe_freshness, freshness
from workbench.compare.report.section import Section
from workbench.compare.report.texts import cells, row_head, safe, table
from workbench.compare.trade_off_rows import ArmRow, arm_rows, choice_sentences
from workbench.compare.types import ComparisonReport
from workbench.compare.weights import MEANING
from workbench.compare.wording import dollars, listed, percent


def trade_offs_section(report: ComparisonReport) -> Section:
    if not report.verdict.best:
        return Section("trade-offs", "Trade-offs", "")
    rows = arm_rows(report)
    heads = ["Arm", "Quality", "Worth", "Answer in", "Memory", "Cost", "Made of", "Month fresh"]
    said = [*choice_sentences(report), _about_economy(report), *_about_months(report)]
    sentences = "".join(f"<li>{safe(sentence)}</li>" for sentence in said)
    meaning = "" if report.weights.is_quality_only else f'<p class="muted">{safe(MEANING)}</p>'
    weights = listed(
        [f"{WORDS[measure]} {percent(share)}" for measure, share in report.weights.shares.items() if share]
    )
    return Section(
        "trade-offs",
        "Trade-offs",
        f"<p>What counts: {safe(weights)}.</p>{table(heads, [_row(row) for row in rows])}<ul>{sentences}</ul>{meaning}",
    )


def _row(row: ArmRow) -> str:
    name = f"<bdi>{safe(row.name)}</bdi>{' <strong>recommended</strong>' if row.is_recommended else ''}"
    values = [row.quality, row.worth or "–", row.latency, row.memory, row.cost, row.cost_parts, row.fresh]
    return row_head(name) + cells(safe(value) for value in values)


def _about_economy(report: ComparisonReport) -> str:
    economy = report.economy
    hour = economy.dollars_per_hour
    priced = "its time has no price" if hour is None else f"an hour of it costs {dollars(hour)}"
    return f"Training and indexing on this computer are spread over {economy.questions:,} answers; {priced}."


def _about_months(report: ComparisonReport) -> list[str]:
    months = [freshness(result, report.economy) for result in report.arms]
    return list(describe_freshness(months, report.economy))
