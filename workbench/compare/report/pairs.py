"""Every pair of arms on the same questions: the numbers behind the verdict."""

from workbench.compare.report.section import Section
from workbench.compare.report.texts import cells, row_head, safe, table
from workbench.compare.types import ComparisonReport
from workbench.compare.verdict_types import PairResult
from workbench.compare.wording import between, points


def pairs_section(report: ComparisonReport) -> Section:
    rows = [_row(pair) for pair in report.verdict.pairs]
    heads = ["Better", "than", "by", "95 % interval", "p", "p corrected", "Questions", ""]
    note = '<p class="muted">Paired per question; p corrected over all pairs (Holm).</p>'
    return Section("pairs", "Pairs of arms", note + table(heads, rows) if rows else "")


def _row(pair: PairResult) -> str:
    values = [
        f"<bdi>{safe(pair.first)}</bdi>",
        points(pair.difference),
        between(pair.low, pair.high),
        _p(pair.p_value),
        _p(pair.corrected_p_value),
        str(pair.questions),
        "more than chance" if pair.is_separated else "may be chance",
    ]
    return row_head(f"<bdi>{safe(pair.second)}</bdi>") + cells(values)


def _p(value: float) -> str:
    return "&lt; 0.001" if value < 0.001 else f"{value:.3f}"
