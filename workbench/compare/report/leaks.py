"""Questions that an arm has seen before the test, and those that the user left out."""

from workbench.compare.report.section import Section
from workbench.compare.report.texts import cells, one_line, row_head, safe, table
from workbench.compare.types import ComparisonReport, Leak


def leaks_section(report: ComparisonReport) -> Section:
    numbers = {example.id: number for number, example in enumerate(report.examples)}
    rows = [_row(leak, numbers.get(leak.example_id)) for leak in report.leaks]
    heads = ["Question", "How", "Arms", "Where", "Text", "Likeness"]
    return Section("leaks", "Questions seen before the test", table(heads, rows) if rows else "")


def _row(leak: Leak, number: int | None) -> str:
    name = one_line(leak.example_id, 60)
    link = name if number is None else f'<a href="#q{number}">{name}</a>'
    values = [
        safe(leak.kind), safe(", ".join(leak.arms)), safe(leak.where), one_line(leak.text, 300),
        f"{100 * leak.similarity:.0f} %",
    ]  # fmt: skip
    return row_head(link) + cells(values)
