"""Which models scored, how they were asked, and how far they agree with the user's own ratings."""

from collections.abc import Iterator

from workbench.compare.judge.trust import MetricTrust, measure_trust, warnings_of
from workbench.compare.judge.types import ModelScoring
from workbench.compare.report.section import Section
from workbench.compare.report.texts import block, cells, facts, folded, row_head, safe, table
from workbench.compare.types import ComparisonReport
from workbench.compare.wording import percent
from workbench.scoring.model_metrics import title_of
from workbench.scoring.statistics import Interval

_LONGEST = 20_000


def scored_by_section(report: ComparisonReport) -> Section:
    parts = []
    if report.model_scoring is not None:
        parts += list(_models(report.model_scoring))
    if report.model_scoring is not None or report.ratings:
        trust = measure_trust(report.trials, report.metrics, report.ratings, report.model_scoring)
        said = f"<p>You rated {trust.rated} answers, {trust.fair} of them as a random sample.</p>"
        heads = ["Score", "Rated", "Cohen's kappa", "Kendall's tau", "What that means"]
        parts.append(f"<h3>Agreement with your own ratings</h3>{said}{table(heads, map(_row, trust.metrics))}")
    return Section("scored-by", "How far scores can be trusted", "".join(parts))


def _models(scoring: ModelScoring) -> Iterator[str]:
    embedders = ", ".join(f"{title_of(metric)}: {name}" for metric, name in scoring.embedders.items())
    bias = scoring.bias
    yield facts(
        [
            ("Judge", f"<strong>{safe(scoring.judge)}</strong>" if scoring.judge else ""),
            ("Judge, SHA-256", f"<code>{safe(scoring.judge_hash)}</code>" if scoring.judge_hash else ""),
            ("Embedders", safe(embedders)),
            ("Judges its own model", safe(", ".join(scoring.judges_itself))),
            ("Both orders agree", percent(bias.consistency) if bias and bias.consistency is not None else ""),
            ("Prefers what stands first", percent(bias.first_share) if bias and bias.first_share is not None else ""),
        ]
    )
    for sentence in warnings_of(scoring):
        yield f'<p class="bad">{safe(sentence)}</p>'
    if scoring.judge:
        settings = scoring.settings
        yield folded("Rubric", block(settings.rubric_in_force, _LONGEST))
        for name, text in (("Prompt", settings.prompt), ("Prompt for pairs", settings.pairwise_prompt)):
            yield folded(name, block(text, _LONGEST)) if text else ""


def _row(one: MetricTrust) -> str:
    found = one.agreement
    values = [str(found.count), *(_shown(one, each) for each in (found.kappa, found.tau)), safe(one.sentence)]
    return row_head(safe(one.title)) + cells(values)


def _shown(one: MetricTrust, found: Interval | None) -> str:
    """Of too few ratings nothing: a number would be believed."""
    return "–" if found is None or one.missing else f"{found.estimate:.2f} ({found.low:.2f} to {found.high:.2f})"
