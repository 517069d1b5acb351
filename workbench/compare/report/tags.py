"""How every arm does on the questions of each tag."""

from collections.abc import Mapping, Sequence

from workbench.compare.report.numbers import summary_text
from workbench.compare.report.section import Section
from workbench.compare.report.texts import cells, one_line, row_head, safe, table
from workbench.compare.scores import question_scores
from workbench.compare.trade_off_rows import tag_texts
from workbench.compare.types import ComparisonReport
from workbench.scoring.summarizing import summarize_values_live

_FEW = 10
"""Questions below which a difference says little."""


def tags_section(report: ComparisonReport) -> Section:
    tags: dict[str, list[str]] = {}
    for example in report.examples:
        for tag in example.tags:
            tags.setdefault(tag, []).append(example.id)
    metric = report.metrics[0] if report.metrics else ""
    scores = question_scores(report.trials, metric)
    names = [result.name for result in report.arms]
    found = {verdict.tag: safe(tag_texts(verdict)[2]) for verdict in report.verdict.by_tag}
    rows = [_row(tag, ids, names, scores) + cells([found.get(tag, "–")]) for tag, ids in sorted(tags.items())]
    heads = ["Tag", "Questions", *(f"<bdi>{safe(name)}</bdi>" for name in names), "Found"]
    few = f'<p class="muted">Below {_FEW} questions a difference says little.</p>'
    return Section("tags", "By tag", table(heads, rows) + few if rows else "")


def _row(tag: str, ids: Sequence[str], names: Sequence[str], scores: Mapping[str, Mapping[str, float | None]]) -> str:
    values = [summarize_values_live([scores.get(name, {}).get(i) for i in ids]) for name in names]
    return row_head(one_line(tag, 80)) + cells([str(len(ids)), *map(summary_text, values)])
